import { v, type Infer } from "convex/values";
import type { JsonRecord } from "../json.js";
import { vTyped } from "./tolerant.js";

/** Tokens that a call to a model used. Fields that the provider does not report are missing. */
export const vUsage = v.object({
  promptTokens: v.optional(v.number()),
  completionTokens: v.optional(v.number()),
  totalTokens: v.optional(v.number()),
  reasoningTokens: v.optional(v.number()),
  cachedInputTokens: v.optional(v.number()),
  nonCachedInputTokens: v.optional(v.number()),
  cacheWriteInputTokens: v.optional(v.number()),
  textOutputTokens: v.optional(v.number()),
  raw: v.optional(vTyped<JsonRecord>()),
});
export type Usage = Infer<typeof vUsage>;
