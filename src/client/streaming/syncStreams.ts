import { abortReason } from "../../shared/failureReason.js";
import type { StreamArgs, StreamMessage, StreamStatus, SyncStreamsReturnValue } from "../../shared/validators/stream.js";
import type { AgentComponent, MutationCtx, QueryCtx } from "../ctx.js";

/**
 * The streams of a thread for those who follow it: return it as `streams` from the query that lists messages.
 * By default only streams that are still running. Loads neither the AI SDK nor zod.
 *
 * @returns undefined when `streamArgs` is.
 */
export async function syncStreams(
  ctx: QueryCtx,
  component: AgentComponent,
  args: {
    threadId: string;
    streamArgs?: StreamArgs;
    /** Default: `["streaming"]`. */
    includeStatuses?: StreamStatus[];
  },
): Promise<SyncStreamsReturnValue | undefined> {
  const { threadId, streamArgs, includeStatuses } = args;
  if (!streamArgs) return undefined;
  switch (streamArgs.kind) {
    case "list":
      return {
        kind: "list",
        messages: await listStreams(ctx, component, { threadId, startOrder: streamArgs.startOrder, whole: streamArgs.whole, includeStatuses }),
      };
    case "deltas": {
      const { cursors } = streamArgs;
      return { kind: "deltas", deltas: await ctx.runQuery(component.streams.listDeltas, { threadId, cursors }) };
    }
    default:
      return streamArgs satisfies never;
  }
}

/** The streams of a thread, each with its newest chunks. By default only those still running. */
export async function listStreams(
  ctx: QueryCtx,
  component: AgentComponent,
  args: {
    threadId: string;
    startOrder?: number | undefined;
    includeStatuses?: StreamStatus[] | undefined;
    /** With all chunks, not the newest alone. */
    whole?: boolean | undefined;
  },
): Promise<StreamMessage[]> {
  const { threadId, startOrder, whole, includeStatuses } = args;
  return ctx.runQuery(component.streams.list, { threadId, startOrder, whole, statuses: includeStatuses });
}

/**
 * Stops a generation that streams, by its stream or by its turn, from anywhere: the provider's call ends soon after,
 * and what was said so far is kept. `parseFailure` gives the reason back with the code `aborted`.
 *
 * @returns whether there was something to stop.
 */
export async function abortStream(
  ctx: MutationCtx,
  component: AgentComponent,
  args: { reason: string } & ({ streamId: string } | { threadId: string; order: number }),
): Promise<boolean> {
  const reason = abortReason(args.reason);
  if ("streamId" in args) return ctx.runMutation(component.streams.abort, { streamId: args.streamId, reason });
  return ctx.runMutation(component.streams.abortByOrder, { threadId: args.threadId, order: args.order, reason });
}
