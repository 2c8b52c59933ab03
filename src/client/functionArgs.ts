import { v, type Infer } from "convex/values";
import type { Message } from "../shared/validators/message.js";
import { vMessage, vProviderOptions, vSystemMessage } from "../shared/validators/message.js";
import { vMessageDoc } from "../shared/validators/messageDoc.js";
import { vStreamDelta, vStreamMessage } from "../shared/validators/stream.js";
import { vPaginationResult, vTyped } from "../shared/validators/tolerant.js";

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

/** A message, its text, or what a text action returned: its text is then what is to be answered. */
export type MessageArg = string | Message | { text: string };

const promptFields = {
  userId: v.optional(v.string()),
  threadId: v.optional(v.string()),
  system: v.optional(v.union(v.string(), vSystemMessage, v.array(vSystemMessage))),
  prompt: v.optional(v.union(v.string(), v.array(vMessage))),
  message: v.optional(vTyped<MessageArg>()),
  messages: v.optional(v.array(vMessage)),
  promptMessageId: v.optional(v.string()),
  contextOptions: v.optional(vContextOptions),
  storageOptions: v.optional(vStorageOptions),
  providerOptions: v.optional(vProviderOptions),
  callSettings: v.optional(vCallSettings),
};

/** Validator of the arguments of an agent's text action. */
export const vTextArgs = v.object({
  ...promptFields,
  /** Store the stream while it is spoken. */
  stream: v.optional(v.boolean()),
  toolChoice: v.optional(
    v.union(
      v.literal("auto"),
      v.literal("none"),
      v.literal("required"),
      v.object({ type: v.literal("tool"), toolName: v.string() }),
    ),
  ),
  maxSteps: v.optional(v.number()),
});
/** The arguments of an agent's text action. */
export type TextActionArgs = Infer<typeof vTextArgs>;

/** Validator of the arguments of an agent's object action. */
export const vObjectArgs = v.object(promptFields);
/** The arguments of an agent's object action. */
export type ObjectActionArgs = Infer<typeof vObjectArgs>;
