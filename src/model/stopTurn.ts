import type { Id } from "../component/_generated/dataModel.js";
import type { MutationCtx } from "../component/_generated/server.js";
import { releaseDecisions } from "./approvals.js";
import type { MessageRow } from "./messageRows.js";
import { insertMessages, newestRow } from "./saveMessages.js";
import { MAX_STREAMS } from "./streamLog.js";
import { abortStream } from "./streamEnd.js";

/**
 * How long a stop waits for the generation it is meant for. One that was never started (its process died before) must
 * not take a later try along.
 */
const STOP_HOLDS_MS = 10 * 60_000;

/** Ends all open streams of a turn, keeping what was seen. False: there was none. */
export async function abortStreamsOf(ctx: MutationCtx, turn: { threadId: Id<"threads">; order: number; reason: string; nowMs: number }): Promise<boolean> {
  const { threadId, order, reason, nowMs } = turn;
  const streams = await ctx.db
    .query("streams")
    .withIndex("threadId", (q) => q.eq("threadId", threadId).eq("state.kind", "streaming").eq("order", order))
    .take(MAX_STREAMS);
  for (const stream of streams) await abortStream(ctx, { stream, reason, nowMs });
  return streams.length > 0;
}

/**
 * Stops what answers a turn, or is about to. A turn that still waits gets its end at once, a failed message with the
 * reason, which also stops the generation that comes for it. False: the turn has its answer, or is not there.
 */
export async function stopTurn(ctx: MutationCtx, turn: { threadId: Id<"threads">; order: number; reason: string; nowMs: number }): Promise<boolean> {
  if (await abortStreamsOf(ctx, turn)) return true;
  const { threadId, order, reason, nowMs } = turn;
  const newest = await newestRow(ctx, threadId, order);
  if (newest === null || !isWaiting(newest)) return false;
  const place = { next: { order, stepOrder: newest.stepOrder + 1 }, keepTurn: true, nowMs };
  const messages = [{ message: { role: "assistant" as const, content: "" }, status: "failed" as const, error: reason }];
  for (const { _id } of await insertMessages(ctx, { threadId, userId: newest.userId, agentName: undefined, messages }, place)) {
    const id = ctx.db.normalizeId("messages", _id);
    if (id !== null) await ctx.db.patch(id, { stopsReply: true });
  }
  await releaseDecisions(ctx, { threadId, order, streamId: undefined });
  return true;
}

/** What a model speaks after: a prompt, or the results of its tools. */
function isWaiting({ role }: MessageRow): boolean {
  return role === "user" || role === "tool";
}

/**
 * Whether a stop among these rows of a turn is meant for the generation that asks. It is taken away then: the next
 * generation of the turn is a new wish.
 */
export async function takeStop(ctx: MutationCtx, rows: readonly MessageRow[], nowMs: number): Promise<boolean> {
  const stop = rows.find(({ stopsReply }) => stopsReply === true);
  if (stop === undefined) return false;
  await ctx.db.patch(stop.stored._id, { stopsReply: undefined });
  return nowMs - stop._creationTime < STOP_HOLDS_MS;
}
