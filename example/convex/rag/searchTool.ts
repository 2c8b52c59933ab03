import { createTool } from "convex-agent";
import { z } from "zod";
import type { ActionCtx } from "../_generated/server";
import { searchDocuments, type DocumentSearch } from "./searchDocuments";

// #region tool
/** A tool that searches one person's documents, made for the turn in which it may be called. */
export function searchTool(turn: Omit<DocumentSearch, "query">) {
  return createTool({
    title: "Search the documents",
    description: "Searches the documents that the person has added, and returns the passages that fit.",
    args: z.object({ query: z.string().describe("What to look for, in a few words") }),
    handler: async (ctx: ActionCtx, { query }): Promise<string> => {
      const { text } = await searchDocuments(ctx, { ...turn, query });
      return text === "" ? "Nothing was found in the documents." : text;
    },
  });
}
// #endregion
