import { v, type Infer } from "convex/values";
import {
  vFinishReason,
  vLanguageModelCallWarning,
  vMessage,
  vMessageStatus,
  vProviderMetadata,
  vProviderOptions,
  vReasoningDetails,
  vSource,
} from "./message.js";
import type { JsonValue } from "../json.js";
import { vRawCall } from "./rawCall.js";
import { vTiming } from "./timing.js";
import { vTyped } from "./tolerant.js";
import { vUsage } from "./usage.js";

/** How a message came to be. */
const metadataFields = {
  agentName: v.optional(v.string()),
  model: v.optional(v.string()),
  provider: v.optional(v.string()),
  providerOptions: v.optional(vProviderOptions),
  providerMetadata: v.optional(vProviderMetadata),
  finishReason: v.optional(vFinishReason),
  usage: v.optional(vUsage),
  timing: v.optional(vTiming),
  sources: v.optional(v.array(vSource)),
  warnings: v.optional(v.array(vLanguageModelCallWarning)),
  reasoning: v.optional(v.string()),
  reasoningDetails: v.optional(vReasoningDetails),
  error: v.optional(v.string()),
  fileIds: v.optional(v.array(v.string())),
  /** What the app attached for rendering: the `metadata` of the `UIMessage`. */
  metadata: v.optional(vTyped<JsonValue>()),
};

/** A saved message, as queries return it. `order` is its turn in the thread, `stepOrder` its place in the turn. */
export const vMessageDoc = v.object({
  _id: v.string(),
  _creationTime: v.number(),
  threadId: v.string(),
  order: v.number(),
  stepOrder: v.number(),
  userId: v.optional(v.string()),
  embeddingId: v.optional(v.string()),
  id: v.optional(v.string()),
  status: vMessageStatus,
  /** A call of a tool (assistant) or its result (tool). */
  tool: v.boolean(),
  message: v.optional(vMessage),
  text: v.optional(v.string()),
  /** The raw request and response of its model call are kept: `messages.getRawCall` gives them. */
  rawCallId: v.optional(v.string()),
  ...metadataFields,
});
export type MessageDoc = Infer<typeof vMessageDoc>;

const { agentName: _agentName, ...perMessage } = metadataFields;

/** A message to save, with what is known of how it came to be. */
export const vMessageWithMetadata = v.object({
  message: vMessage,
  text: v.optional(v.string()),
  status: v.optional(vMessageStatus),
  /** To be kept with it, and deleted with it; apart, so that who lists messages reads none of it. */
  rawCall: v.optional(vRawCall),
  ...perMessage,
});
export type MessageWithMetadata = Infer<typeof vMessageWithMetadata>;
