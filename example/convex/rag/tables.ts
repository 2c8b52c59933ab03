import { defineTable } from "convex/server";
import { v } from "convex/values";

export const vDocumentState = v.union(
  v.object({ kind: v.literal("adding") }),
  v.object({ kind: v.literal("ready"), entryId: v.string() }),
  v.object({ kind: v.literal("failed"), reason: v.string() }),
);

/** A passage of a document that was given to the model. */
export const vSource = v.object({
  documentId: v.string(),
  title: v.string(),
  text: v.string(),
  /** How like the question the passage is: 1 is the same, 0 unlike. */
  score: v.number(),
});

export const ragTables = {
  /** Documents that somebody has added. Their pieces and vectors are in the RAG component. Written and deleted by `rag/documents.ts`. */
  documents: defineTable({
    ownerId: v.string(),
    title: v.string(),
    text: v.string(),
    state: vDocumentState,
  }).index("by_owner", ["ownerId"]),
  /** What each search in the documents has found. Written by `rag/sources.ts`; a turn that is answered again replaces its own. */
  documentSearches: defineTable({
    threadId: v.string(),
    order: v.number(),
    query: v.string(),
    sources: v.array(vSource),
  }).index("by_turn", ["threadId", "order"]),
};
