import type { FinishReason as SdkFinishReason, LanguageModelUsage } from "ai";
import type { FinishReason } from "../../shared/validators/message.js";
import type { Usage } from "../../shared/validators/usage.js";
import { toConvexRecord } from "../../shared/convexJson.js";

/** The SDK's own names for the numbers. */
type SdkCounts = Pick<
  LanguageModelUsage,
  "inputTokens" | "outputTokens" | "inputTokenDetails" | "outputTokenDetails"
>;

/**
 * Tokens as a usage handler is told them: the fields of `vUsage`, ready to be stored with it.
 * The AI SDK's names (`inputTokens` …) can be read too, but are not copied or stored along.
 */
export type UsageReport = Usage & Readonly<SdkCounts>;

/** Tokens as they are stored. Counts the provider does not report are left out. */
export function toUsage(usage: LanguageModelUsage): Usage {
  const { inputTokenDetails, outputTokenDetails } = usage;
  return withoutUndefined({
    promptTokens: usage.inputTokens,
    completionTokens: usage.outputTokens,
    totalTokens: usage.totalTokens,
    reasoningTokens: outputTokenDetails?.reasoningTokens,
    cachedInputTokens: inputTokenDetails?.cacheReadTokens,
    nonCachedInputTokens: inputTokenDetails?.noCacheTokens,
    cacheWriteInputTokens: inputTokenDetails?.cacheWriteTokens,
    textOutputTokens: outputTokenDetails?.textTokens,
    raw: usage.raw === undefined ? undefined : toConvexRecord(usage.raw),
  });
}

/** The tokens of one model call, for a usage handler. */
export function usageReport(usage: LanguageModelUsage): UsageReport {
  const { inputTokens, outputTokens, inputTokenDetails, outputTokenDetails } = usage;
  const sdkCounts: SdkCounts = { inputTokens, outputTokens, inputTokenDetails, outputTokenDetails };
  const report = toUsage(usage);
  // Not enumerable: a mutation that takes `vUsage` refuses fields it does not know.
  for (const [name, value] of Object.entries(sdkCounts)) Object.defineProperty(report, name, { value });
  // The loop above has just defined every field of SdkCounts on it.
  return report as UsageReport;
}

/** The token counts of an embedding call: all of them are input. */
export function embeddingUsage(tokens: number): UsageReport {
  return plainUsage({ inputTokens: tokens, outputTokens: undefined });
}

/** Token counts without details. `outputTokens` is undefined when nobody knows them. */
export function plainUsage({ inputTokens, outputTokens }: { inputTokens: number; outputTokens: number | undefined }): UsageReport {
  return usageReport({
    inputTokens,
    inputTokenDetails: { noCacheTokens: undefined, cacheReadTokens: undefined, cacheWriteTokens: undefined },
    outputTokens,
    outputTokenDetails: { textTokens: undefined, reasoningTokens: undefined },
    totalTokens: inputTokens + (outputTokens ?? 0),
  });
}

/** Why the model stopped, in words that are stored. */
export function toFinishReason(reason: SdkFinishReason): FinishReason {
  return reason === "interrupted" ? "other" : reason;
}

function withoutUndefined<T extends object>(fields: T): T {
  // Leaving out a key whose value is undefined does not change what reading it gives.
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
