import { v } from "convex/values";
import { vMessageDoc } from "../shared/validators/messageDoc.js";
import { vStreamDelta, vStreamMessage } from "../shared/validators/stream.js";
import { vPaginationResult } from "../shared/validators/tolerant.js";

/** Validator of {@link ContextOptions}. */
export const vContextOptions = v.object({
  excludeToolMessages: v.optional(v.boolean()),
  recentMessages: v.optional(v.number()),
  searchOptions: v.optional(
    v.object({
      limit: v.number(),
      textSearch: v.optional(v.boolean()),
      vectorSearch: v.optional(v.boolean()),
      vectorScoreThreshold: v.optional(v.number()),
      messageRange: v.optional(v.object({ before: v.number(), after: v.number() })),
    }),
  ),
  searchOtherThreads: v.optional(v.boolean()),
});

/** Validator of {@link StorageOptions}. */
export const vStorageOptions = v.object({
  saveMessages: v.optional(v.union(v.literal("all"), v.literal("none"), v.literal("promptAndOutput"))),
});

/** Validator of the settings of a model call that can cross the wire. */
export const vCallSettings = v.object({
  maxOutputTokens: v.optional(v.number()),
  temperature: v.optional(v.number()),
  topP: v.optional(v.number()),
  topK: v.optional(v.number()),
  presencePenalty: v.optional(v.number()),
  frequencyPenalty: v.optional(v.number()),
  stopSequences: v.optional(v.array(v.string())),
  seed: v.optional(v.number()),
  maxRetries: v.optional(v.number()),
  headers: v.optional(v.record(v.string(), v.string())),
});

/** Validator of what the documented list query returns: a page of messages, and the thread's streams. */
export const vStreamMessagesReturnValue = v.object({
  ...vPaginationResult(vMessageDoc).fields,
  streams: v.optional(
    v.union(
      v.object({ kind: v.literal("list"), messages: v.array(vStreamMessage) }),
      v.object({ kind: v.literal("deltas"), deltas: v.array(vStreamDelta) }),
    ),
  ),
});
