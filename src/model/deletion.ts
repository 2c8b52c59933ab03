import { internal } from "../component/_generated/api.js";
import type { Doc, Id } from "../component/_generated/dataModel.js";
import type { MutationCtx } from "../component/_generated/server.js";
import { messagesIn, messagesOf, readRows, type MessageRow } from "./messageRows.js";
import { deleteMessage, deleteRow } from "./overflow.js";
import { readLive } from "./streamLog.js";
import { deleteStream } from "./streamState.js";
import { deleteVectors } from "./vectors.js";

/** What one transaction of a deletion may read and write: well within Convex's 16 MiB and 16,000 documents. */
const MAX_ROWS = 2000;
const MAX_BYTES = 8 * 1024 * 1024;

/** Rows [start, end) of a thread, by turn and place in it. */
export interface MessageRange {
  threadId: Id<"threads">;
  startOrder: number;
  startStepOrder: number;
  endOrder: number;
  endStepOrder: number;
}

export interface RangeDeletion {
  isDone: boolean;
  /** Where to go on: the place after the last row that was deleted. */
  lastOrder: number | undefined;
  lastStepOrder: number | undefined;
}

/** Deletes the messages of a range, as many as one transaction takes, and ends the streams of turns it removes. */
export async function deleteRange(ctx: MutationCtx, range: MessageRange, nowMs: number): Promise<RangeDeletion> {
  const { threadId, startOrder, startStepOrder, endOrder, endStepOrder } = range;
  const span = { threadId, from: { order: startOrder, stepOrder: startStepOrder }, to: { order: endOrder, stepOrder: endStepOrder } };
  let bytes = 0;
  let count = 0;
  let last: MessageRow | undefined;
  for await (const row of readRows(ctx, span)) {
    const messages = messagesIn(row, span);
    if (messages.length === messagesOf(row).length) bytes += await deleteRow(ctx, row, nowMs);
    else for (const message of messages) bytes += await deleteMessage(ctx, message, nowMs);
    last = messages.at(-1) ?? last;
    count += 1;
    if (last !== undefined && (count >= MAX_ROWS || bytes >= MAX_BYTES)) return { isDone: false, lastOrder: last.order, lastStepOrder: last.stepOrder };
  }
  await endStreamsOf(ctx, range);
  return { isDone: true, lastOrder: last?.order, lastStepOrder: last?.stepOrder };
}

/** A generation whose turn is deleted has nothing to answer any more: its stream goes, and its writer stops. */
export async function endStreamsOf(
  ctx: MutationCtx,
  { threadId, startOrder, endOrder, endStepOrder }: Omit<MessageRange, "startStepOrder">,
): Promise<void> {
  const lastOrder = endStepOrder > 0 ? endOrder : endOrder - 1;
  const streams = await ctx.db
    .query("streams")
    .withIndex("threadId", (q) => q.eq("threadId", threadId).eq("state.kind", "streaming").gte("order", startOrder).lte("order", lastOrder))
    .take(MAX_STREAMS);
  for (const stream of streams) {
    // A log too long for this transaction: without its stream row nothing reads it, but its rows would stay.
    if (!(await deleteStream(ctx, stream))) await ctx.scheduler.runAfter(0, internal.streams.remove, { streamId: stream._id });
  }
}

/**
 * One transaction of a thread's deletion; true when nothing is left. The thread goes first, so that nothing is added
 * to it any more; then its streams, so that no writer's end saves into it; then its messages with their vectors.
 */
export async function deleteThreadStep(ctx: MutationCtx, threadId: Id<"threads">, nowMs: number): Promise<boolean> {
  const thread = await ctx.db.get(threadId);
  if (thread !== null) await deleteThreadRow(ctx, thread);
  return await deleteContent(ctx, threadId, nowMs);
}

async function deleteThreadRow(ctx: MutationCtx, { _id, activityId }: Doc<"threads">): Promise<void> {
  await ctx.db.delete(_id);
  await ctx.db.delete(activityId);
}

async function deleteContent(ctx: MutationCtx, threadId: Id<"threads">, nowMs: number): Promise<boolean> {
  const streams = ctx.db.query("streams").withIndex("threadId", (q) => q.eq("threadId", threadId));
  let count = 0;
  for (const stream of await streams.take(MAX_STREAMS)) {
    // One stream's log may be all that a transaction takes.
    if (count > 0 && (await readLive(ctx, stream)).from > SMALL_LOG) return false;
    if (!(await deleteStream(ctx, stream))) return false;
    count += 1;
  }
  if (count === MAX_STREAMS) return false;
  const whole: MessageRange = { threadId, startOrder: 0, startStepOrder: 0, endOrder: Number.MAX_SAFE_INTEGER, endStepOrder: 0 };
  const { isDone, lastOrder } = await deleteRange(ctx, whole, nowMs);
  if (!isDone) return false;
  // Vectors that the app saved for this thread without a message. The messages of this transaction had theirs.
  return await deleteVectors(ctx, { threadId }, lastOrder === undefined ? MAX_BYTES : MAX_BYTES / 2);
}

/** Ended streams are removed soon after, so a thread has few. */
const MAX_STREAMS = 50;
/** A log of so many chunks is a few dozen rows. */
const SMALL_LOG = 500;

/** One transaction of the deletion of all threads of a user; true when nothing is left. */
export async function deleteUserStep(ctx: MutationCtx, userId: string, nowMs: number): Promise<boolean> {
  const thread = await ctx.db.query("threads").withIndex("userId", (q) => q.eq("userId", userId)).first();
  if (thread === null) return await deleteVectors(ctx, { userId }, MAX_BYTES);
  // The thread's row names the user, so it goes last: until then this finds the thread again.
  const isDone = await deleteContent(ctx, thread._id, nowMs);
  if (isDone) await deleteThreadRow(ctx, thread);
  return false;
}
