import { defineTable } from "convex/server";
import { v } from "convex/values";
import { vSearchSettings } from "./settings";

/** A message that a search has put before the model, and why. */
export const vFoundMessage = v.object({
  messageId: v.string(),
  threadId: v.string(),
  /** Of the conversation it is from; null for the one that was asked in. */
  threadTitle: v.union(v.string(), v.null()),
  role: v.union(v.literal("user"), v.literal("assistant")),
  text: v.string(),
  /** What it was found by; a neighbour came along with one that was found. */
  origin: v.union(v.literal("words"), v.literal("meaning"), v.literal("both"), v.literal("neighbour")),
  /** Cosine of its vector and the question's: 1 is the same, 0 unlike. Null where vectors were not asked for. */
  likeness: v.union(v.number(), v.null()),
});

export const searchTables = {
  /** What was found for each question. Written by `search/record.ts` once a question, and deleted by it beyond the newest few. */
  searches: defineTable({
    threadId: v.string(),
    /** Who asked, as the agent component knows them: only they are shown what was found, for it may be from other conversations. */
    userId: v.string(),
    order: v.number(),
    question: v.string(),
    settings: vSearchSettings,
    found: v.array(vFoundMessage),
  }).index("by_thread_and_user", ["threadId", "userId", "order"]),
};
