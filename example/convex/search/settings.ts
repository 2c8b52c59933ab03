import type { ContextOptions } from "convex-agent";
import { v, type Infer } from "convex/values";
import { z } from "zod";

/** How messages are looked for. */
export const vSearchSettings = v.object({
  /** By the words they have in common with the question. */
  byWords: v.boolean(),
  /** By their likeness to the question, as the embedding model sees it. */
  byMeaning: v.boolean(),
  /** In the person's other conversations, too. */
  otherThreads: v.boolean(),
  /** Together with the message before and after. */
  withNeighbours: v.boolean(),
  limit: v.number(),
});
export type SearchSettings = Infer<typeof vSearchSettings>;

const MAX_FOUND = 10;
export const searchSettingsSchema = z.object({
  byWords: z.boolean(), byMeaning: z.boolean(), otherThreads: z.boolean(), withNeighbours: z.boolean(),
  limit: z.number().int("Whole messages only.").min(1, "Find one message at least.").max(MAX_FOUND, `At most ${MAX_FOUND} messages.`),
});

/** The newest messages of the conversation are shown to the model anyway; older ones only when the search finds them. */
export const RECENT_MESSAGES = 2;

/** Messages less like the question than this have nothing to do with it. */
const MIN_LIKENESS = 0.15;

/** The library's options for what a person chose. */
export function contextOptionsOf({ byWords, byMeaning, otherThreads, withNeighbours, limit }: SearchSettings): ContextOptions {
  return {
    recentMessages: RECENT_MESSAGES,
    searchOptions: {
      limit, textSearch: byWords, vectorSearch: byMeaning, vectorScoreThreshold: MIN_LIKENESS,
      messageRange: withNeighbours ? { before: 1, after: 1 } : { before: 0, after: 0 },
    },
    searchOtherThreads: otherThreads,
  };
}
