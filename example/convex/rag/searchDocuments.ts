import type { Infer } from "convex/values";
import { internal } from "../_generated/api";
import type { ActionCtx } from "../_generated/server";
import { rag } from "./rag";
import type { vSource } from "./tables";

const MAX_SOURCES = 4;
/** Passages less like the question than this say nothing about it. */
const MIN_SCORE = 0.15;

export interface DocumentSearch {
  threadId: string;
  order: number;
  /** Whose documents. */
  ownerId: string;
  query: string;
}

// #region search
/** Searches somebody's documents, writes down what was found, and returns it as text for a model. */
export async function searchDocuments(ctx: ActionCtx, { threadId, order, ownerId, query: words }: DocumentSearch): Promise<{ text: string; sources: Infer<typeof vSource>[] }> {
  const { results, entries, text } = await rag.search(ctx, { namespace: ownerId, query: words, limit: MAX_SOURCES, vectorScoreThreshold: MIN_SCORE });
  const sources = results.flatMap(({ entryId, content, score }) => {
    const entry = entries.find((candidate) => candidate.entryId === entryId);
    return entry === undefined ? [] : [{ documentId: entry.key ?? entryId, title: entry.title ?? "Untitled", text: content.map((chunk) => chunk.text).join("\n"), score }];
  });
  await ctx.runMutation(internal.rag.sources.save, { threadId, order, query: words, sources });
  return { text, sources };
}
// #endregion
