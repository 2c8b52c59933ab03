import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

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
});
