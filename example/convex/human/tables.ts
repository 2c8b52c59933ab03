import { defineTable } from "convex/server";
import { v } from "convex/values";

/** Who answers in a conversation. */
export const vHolder = v.union(
  v.object({ kind: v.literal("agent") }),
  /** The customer has asked for a person, and nobody has come yet. */
  v.object({ kind: v.literal("waiting"), sinceMs: v.number() }),
  v.object({ kind: v.literal("person"), userId: v.string(), name: v.string(), sinceMs: v.optional(v.number()) }),
);

export const humanTables = {
  /** Who answers in which conversation. Written by `human/customer.ts` and `human/support.ts`; one for each conversation. */
  supportCases: defineTable({
    threadId: v.string(),
    /** The customer's first words, for the inbox. */
    title: v.optional(v.string()),
    holder: vHolder,
  }).index("by_thread", ["threadId"]).index("by_holder", ["holder.kind", "holder.sinceMs"]),
  /** What the agent has asked a person. Written by `human/reply.ts`, answered once by `human/support.ts`. */
  humanQuestions: defineTable({
    threadId: v.string(),
    order: v.number(),
    /** The call of the tool: the answer becomes its result. */
    toolCallId: v.string(),
    /** The message whose answer waits. */
    promptMessageId: v.string(),
    question: v.string(),
    answeredBy: v.union(v.null(), v.string()),
  }).index("by_thread", ["threadId", "answeredBy"]).index("by_call", ["threadId", "toolCallId"]).index("by_answer", ["answeredBy"]),
  /** Who is of the support team, and under which name customers know them. Written by `human/team.ts`. */
  supportMembers: defineTable({ userId: v.string(), name: v.string() }).index("by_user", ["userId"]),
};
