import type { PaginationOptions } from "convex/server";
import { packThread, type PackedThread } from "../shared/packedThread.js";
import type { StreamArgs } from "../shared/validators/stream.js";
import type { InstalledComponent, QueryCtx } from "./ctx.js";
import { listUIMessages } from "./listMessages.js";
import { syncStreams } from "./streaming/syncStreams.js";

/**
 * All that a page which shows a thread needs, in one call: what `listUIMessages` and `syncStreams` give, packed so that
 * it costs viewers a fraction of the bytes. `useUIMessages`, `useThreadChat` and `ConvexChatTransport` unpack it; for
 * other readers there is `unpackThread`. Loads neither the AI SDK nor zod.
 *
 * @param args.threadId Check first that the caller may read it.
 * @param args.paginationOpts As a paginated query's; a page holds at least `numItems` messages and never cuts a turn.
 * @param args.streamArgs What a hook asks of the streams: declare it as `streamArgs: vStreamArgs`.
 * @example
 * export const list = query({
 *   args: { threadId: v.string(), paginationOpts: paginationOptsValidator, streamArgs: vStreamArgs },
 *   handler: async (ctx, args) => {
 *     await authorizeThread(ctx, args.threadId);
 *     return await listThread(ctx, components.agent, args);
 *   },
 * });
 */
export async function listThread(
  ctx: QueryCtx,
  component: InstalledComponent,
  args: { threadId: string; paginationOpts: PaginationOptions; streamArgs?: StreamArgs },
): Promise<PackedThread> {
  const { threadId, paginationOpts } = args;
  const [page, streams] = await Promise.all([
    paginationOpts.numItems === 0 ? {} : listUIMessages(ctx, component, { threadId, paginationOpts }),
    syncStreams(ctx, component, args),
  ]);
  return packThread({ ...page, ...(streams === undefined ? {} : { streams }) }, threadId);
}
