import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { approvalTables } from "./approval/tables";
import { fileTables } from "./files/tables";
import { humanTables } from "./human/tables";
import { noteTables } from "./tools/tables";
import { ragTables } from "./rag/tables";
import { searchTables } from "./search/tables";
import { usageTables } from "./usage/tables";
import { tripTables } from "./workflow/tables";

export default defineSchema({
  /**
   * Who may do what with a thread. Written once, by `threads.create`, and never changed: every query that lists
   * messages reads a row of it, and a row that changes would run them all again. Threads and messages themselves live
   * in the agent component.
   */
  threadAccess: defineTable({
    threadId: v.string(),
    ownerId: v.string(),
  }).index("by_thread", ["threadId"]),
  /**
   * The reply that answers a turn again, once somebody asked for that. Written by `topicTurns.ts`, so that two who ask
   * at once get one reply.
   */
  repeatedReplies: defineTable({
    threadId: v.string(),
    order: v.number(),
    replyId: v.id("_scheduled_functions"),
  }).index("by_turn", ["threadId", "order"]),
  ...approvalTables,
  ...fileTables,
  ...humanTables,
  ...noteTables,
  ...ragTables,
  ...searchTables,
  ...tripTables,
  ...usageTables,
});
