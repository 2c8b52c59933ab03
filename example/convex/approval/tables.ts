import { defineTable } from "convex/server";
import { v } from "convex/values";

export const approvalTables = {
  /** What the agent has paid in a conversation. Written by `approval/account.ts`, never changed. */
  payments: defineTable({
    threadId: v.string(),
    amount: v.number(),
    to: v.string(),
    /** The call that paid: one that runs again pays nothing. */
    toolCallId: v.string(),
  }).index("by_thread", ["threadId"]).index("by_call", ["threadId", "toolCallId"]),
  /** Who decided on a call. Written by `approval/decide.ts` in the transaction that records the decision. */
  paymentDecisions: defineTable({
    threadId: v.string(),
    approvalId: v.string(),
    approved: v.boolean(),
    deciderId: v.string(),
  }).index("by_approval", ["threadId", "approvalId"]),
};
