import { defineTable } from "convex/server";
import { v } from "convex/values";

export const noteTables = {
  /** What the tool `addNote` wrote down for somebody. Written and deleted by `tools/notebook.ts`. */
  notes: defineTable({
    /** Who the note is for, as the agent component knows them. */
    userId: v.string(),
    text: v.string(),
    /** The call that wrote it: a call that runs again writes nothing new. */
    toolCallId: v.string(),
  }).index("by_user", ["userId"]).index("by_call", ["userId", "toolCallId"]),
};
