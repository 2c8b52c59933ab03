import { approximateSize } from "../../shared/storedMessage.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { deleteStream } from "./streamState.js";

/** What one transaction of a deletion may read and write: well within Convex's 16 MiB and 16,000 documents. */
const MAX_ROWS = 2000;
const MAX_BYTES = 6 * 1024 * 1024;

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
export async function deleteRange(ctx: MutationCtx, range: MessageRange): Promise<RangeDeletion> {
  const { threadId, startOrder, startStepOrder, endOrder, endStepOrder } = range;
  const rows = ctx.db
    .query("messages")
    .withIndex("threadId", (q) => q.eq("threadId", threadId).gte("order", startOrder).lte("order", endOrder));
  let bytes = 0;
  let count = 0;
  let last: Doc<"messages"> | undefined;
  for await (const row of rows) {
    if (row.order === startOrder && row.stepOrder < startStepOrder) continue;
    if (row.order === endOrder && row.stepOrder >= endStepOrder) break;
    await deleteMessage(ctx, row);
    last = row;
    bytes += approximateSize(row);
    count += 1;
    if (count >= MAX_ROWS || bytes >= MAX_BYTES) return { isDone: false, lastOrder: row.order, lastStepOrder: row.stepOrder };
  }
  await endStreamsOf(ctx, range);
  return { isDone: true, lastOrder: last?.order, lastStepOrder: last?.stepOrder };
}

export async function deleteMessage(ctx: MutationCtx, row: Doc<"messages">): Promise<void> {
  await ctx.db.delete(row._id);
}

/** A generation whose turn is deleted has nothing to answer any more: its stream goes, and its writer stops. */
async function endStreamsOf(ctx: MutationCtx, { threadId, startOrder, endOrder, endStepOrder }: MessageRange): Promise<void> {
  const lastOrder = endStepOrder > 0 ? endOrder : endOrder - 1;
  const streams = await ctx.db
    .query("streams")
    .withIndex("threadId", (q) => q.eq("threadId", threadId).eq("state.kind", "streaming").gte("order", startOrder).lte("order", lastOrder))
    .collect();
  for (const stream of streams) await deleteStream(ctx, stream);
}

/** Deletes a part of a thread and of what belongs to it. True when nothing is left, the thread itself included. */
export async function deleteThreadStep(ctx: MutationCtx, threadId: Id<"threads">): Promise<boolean> {
  const whole: MessageRange = { threadId, startOrder: 0, startStepOrder: 0, endOrder: Number.MAX_SAFE_INTEGER, endStepOrder: 0 };
  const { isDone } = await deleteRange(ctx, whole);
  if (!isDone) return false;
  const stream = await ctx.db
    .query("streams")
    .withIndex("threadId", (q) => q.eq("threadId", threadId))
    .first();
  if (stream !== null) {
    await deleteStream(ctx, stream);
    return false;
  }
  if ((await ctx.db.get(threadId)) !== null) await ctx.db.delete(threadId);
  return true;
}
