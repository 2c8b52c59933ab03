import { abortReason } from "../../shared/failureReason.js";
import type { StreamArgs, StreamMessage, StreamStatus, SyncStreamsReturnValue } from "../../shared/validators/stream.js";
import { apiOf, type InstalledComponent, type MutationCtx, type QueryCtx } from "../ctx.js";

/**
 * The streams of a thread for those who follow it: return it as `streams` from the query that lists messages.
 * By default only streams that are still running. Loads neither the AI SDK nor zod.
 *
 * @returns undefined when `streamArgs` is.
 */
export async function syncStreams(
  ctx: QueryCtx,
  component: InstalledComponent,
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
        messages: await listStreams(ctx, component, { threadId, startOrder: ofTurns(streamArgs.startOrder), whole: streamArgs.whole, includeStatuses }),
      };
    case "deltas": {
      const { cursors } = streamArgs;
      return { kind: "deltas", deltas: await ctx.runQuery(apiOf(component).streams.listDeltas, { threadId, cursors }) };
    }
    default:
      return streamArgs satisfies never;
  }
}

/** The arguments come from a viewer, who is shown turns and no asides: those have negative orders. */
const ofTurns = (startOrder: number | undefined): number | undefined => startOrder && Math.max(0, startOrder);

/** The streams of a thread, each with its newest chunks. By default only those still running. */
export async function listStreams(
  ctx: QueryCtx,
  component: InstalledComponent,
  args: {
    threadId: string;
    startOrder?: number | undefined;
    includeStatuses?: StreamStatus[] | undefined;
    /** With all chunks, not the newest alone. */
    whole?: boolean | undefined;
  },
): Promise<StreamMessage[]> {
  const { threadId, startOrder, whole, includeStatuses } = args;
  return ctx.runQuery(apiOf(component).streams.list, { threadId, startOrder, whole, statuses: includeStatuses });
}

/**
 * Stops a generation that streams, by its stream or by its turn, from anywhere: the provider's call ends soon after,
 * and what was said so far is kept. `parseFailure` gives the reason back with the code `aborted`.
 *
 * @returns whether there was something to stop.
 */
export async function abortStream(
  ctx: MutationCtx,
  component: InstalledComponent,
  args: { reason: string } & ({ streamId: string } | { threadId: string; order: number }),
): Promise<boolean> {
  const reason = abortReason(args.reason);
  if ("streamId" in args) return ctx.runMutation(apiOf(component).streams.abort, { streamId: args.streamId, reason });
  return ctx.runMutation(apiOf(component).streams.abortByOrder, { threadId: args.threadId, order: args.order, reason });
}

/**
 * Stops whatever answers a turn, or is about to: as {@link abortStream}, and also when the reply has not begun. Such a
 * turn ends at once, with a failed message that gives the reason (`parseFailure`: code `aborted`), and the generation
 * that comes for it ends without calling the model; one without a stream ends when it next saves. Trying again after
 * that is a new generation of the same prompt, which answers.
 *
 * @returns whether there was something to stop: false when the turn has its answer.
 * @example
 * ```ts
 * await stopTurn(ctx, components.agent, { threadId, order, reason: "stopped by the user" });
 * ```
 */
export async function stopTurn(ctx: MutationCtx, component: InstalledComponent, args: { threadId: string; order: number; reason: string }): Promise<boolean> {
  const { threadId, order, reason } = args;
  return ctx.runMutation(apiOf(component).generations.stop, { threadId, order, reason: abortReason(reason) });
}
