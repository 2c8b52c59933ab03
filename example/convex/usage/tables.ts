import { vProviderMetadata, vUsage } from "convex-agent/queries";
import { defineTable } from "convex/server";
import { v } from "convex/values";

// #region tables
/** What a period's calls of one agent and model come to. Amounts are in millionths of a US dollar. */
export const vUsageLine = v.object({
  agentName: v.string(),
  model: v.string(),
  calls: v.number(),
  inputTokens: v.number(),
  outputTokens: v.number(),
  amountMicroUsd: v.number(),
});

export const usageTables = {
  /** Every call of a model, as its provider counted it. Written by `usage/record.ts`, never changed. */
  rawUsage: defineTable({
    userId: v.string(),
    agentName: v.string(),
    model: v.string(),
    provider: v.string(),
    usage: vUsage,
    providerMetadata: v.optional(vProviderMetadata),
    /** The month, in UTC: `2026-11`. */
    billingPeriod: v.string(),
  }).index("by_user", ["userId"]),
  /** Sums of a month, kept as the calls come in, so that no query adds up a month's calls. Written by `usage/record.ts`. */
  usageTotals: defineTable({ userId: v.string(), billingPeriod: v.string(), ...vUsageLine.fields })
    .index("by_period_and_user", ["billingPeriod", "userId", "agentName", "model"]),
  /** One for each person and month that has usage. Written by `usage/invoices.ts`. */
  invoices: defineTable({
    userId: v.string(),
    billingPeriod: v.string(),
    lines: v.array(vUsageLine),
    amountMicroUsd: v.number(),
    status: v.union(v.literal("pending"), v.literal("paid"), v.literal("failed")),
    issuedMs: v.number(),
  }).index("by_user_and_period", ["userId", "billingPeriod"]),
};
// #endregion
