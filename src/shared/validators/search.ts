import { v, type Infer } from "convex/values";
import { vMessageRange } from "./options.js";

/** Validator of a vector: numbers, or bytes of 32-bit floats (see shared/vectors.ts). */
export const vVector = v.union(v.array(v.number()), v.bytes());

/** What a search for messages is given, whatever it searches by. */
export const searchFields = {
  /** The thread to search in, and the one whose later turns are not to be found. */
  threadId: v.optional(v.string()),
  /** With it, the search is in all messages of this user, in whichever thread. */
  userId: v.optional(v.string()),
  /** Nothing is found at this message's place in its thread or after it. */
  targetMessageId: v.optional(v.string()),
  /** Nothing is found in this turn of `threadId` or after it: the caller has those messages. */
  beforeOrder: v.optional(v.number()),
  /** Default: the text of the target message. */
  text: v.optional(v.string()),
  /** The most messages to find, before their surroundings are added. */
  limit: v.number(),
  /** How many messages around each come along. Default: none. */
  messageRange: v.optional(vMessageRange),
  excludeToolMessages: v.optional(v.boolean()),
};

/** How well a message matched a search: `score` is what the ranks in both lists come to, by which the best are kept. */
export const vSearchMatch = v.object({
  messageId: v.string(),
  score: v.number(),
  /** The place among those that the words found, from 1. */
  textRank: v.optional(v.number()),
  /** The place among those that the vectors found, from 1. */
  vectorRank: v.optional(v.number()),
  /** The similarity of the vectors, from -1 to 1. */
  vectorScore: v.optional(v.number()),
});
export type SearchMatch = Infer<typeof vSearchMatch>;
