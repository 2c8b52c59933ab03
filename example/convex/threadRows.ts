/** What the app itself keeps of a conversation, for its deletion. The messages are the agent component's. */
import { vWorkflowId } from "@convex-dev/workflow";
import { v, type Infer } from "convex/values";
import { internal } from "./_generated/api";
import type { Doc, Id, TableNames } from "./_generated/dataModel";
import { internalMutation, type MutationCtx } from "./_generated/server";
import { workflow } from "./workflow/manager";

/** Rows of one table in one transaction. Few conversations have more; what is left goes in the next. */
const ROWS_AT_ONCE = 200;

/** Deletes the app's rows of a conversation, in this transaction as far as it reaches and else right after it. */
export async function deleteThreadRows(ctx: MutationCtx, threadId: string): Promise<void> {
  for (const trip of await ctx.db.query("trips").withIndex("by_thread", (q) => q.eq("threadId", threadId)).take(ROWS_AT_ONCE)) await deleteTrip(ctx, trip);
  const lists: readonly (readonly { _id: Id<TableNames> }[])[] = [
    await ctx.db.query("repeatedReplies").withIndex("by_turn", (q) => q.eq("threadId", threadId)).take(ROWS_AT_ONCE),
    await ctx.db.query("payments").withIndex("by_thread", (q) => q.eq("threadId", threadId)).take(ROWS_AT_ONCE),
    await ctx.db.query("paymentDecisions").withIndex("by_approval", (q) => q.eq("threadId", threadId)).take(ROWS_AT_ONCE),
    await ctx.db.query("supportCases").withIndex("by_thread", (q) => q.eq("threadId", threadId)).take(ROWS_AT_ONCE),
    await ctx.db.query("humanQuestions").withIndex("by_thread", (q) => q.eq("threadId", threadId)).take(ROWS_AT_ONCE),
    await ctx.db.query("searches").withIndex("by_thread_and_user", (q) => q.eq("threadId", threadId)).take(ROWS_AT_ONCE),
    await ctx.db.query("documentSearches").withIndex("by_turn", (q) => q.eq("threadId", threadId)).take(ROWS_AT_ONCE),
  ];
  for (const { _id } of lists.flat()) await ctx.db.delete(_id);
  if (lists.some((list) => list.length === ROWS_AT_ONCE)) await ctx.scheduler.runAfter(0, internal.threadRows.goOn, { threadId });
}

/** Ends the plan, too, if it is still being made. */
async function deleteTrip(ctx: MutationCtx, { _id, state, workflowId }: Doc<"trips">): Promise<void> {
  // Stored by `trips.start` as the component has given it.
  if (state.kind === "running" && workflowId !== undefined) await workflow.cancel(ctx, workflowId as Infer<typeof vWorkflowId>);
  for (const stage of await ctx.db.query("tripStages").withIndex("by_trip", (q) => q.eq("tripId", _id)).take(ROWS_AT_ONCE)) await ctx.db.delete(stage._id);
  await ctx.db.delete(_id);
}

/** The rest of a large conversation. */
export const goOn = internalMutation({
  args: { threadId: v.string() },
  returns: v.null(),
  handler: async (ctx, { threadId }) => {
    await deleteThreadRows(ctx, threadId);
    return null;
  },
});
