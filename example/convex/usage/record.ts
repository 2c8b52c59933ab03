import { vProviderMetadata, vUsage } from "convex-agent/queries";
import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { amountOf, billingPeriodAt } from "./prices";

// #region record
/** Keeps one call of a model and adds it to its month. */
export const insertRawUsage = internalMutation({
  args: {
    userId: v.string(), agentName: v.string(), model: v.string(), provider: v.string(),
    usage: vUsage, providerMetadata: v.optional(vProviderMetadata),
  },
  returns: v.null(),
  handler: async (ctx, args) => {
    const { userId, agentName, model, usage } = args;
    const billingPeriod = billingPeriodAt(Date.now());
    await ctx.db.insert("rawUsage", { ...args, billingPeriod });
    const total = await ctx.db.query("usageTotals")
      .withIndex("by_period_and_user", (q) => q.eq("billingPeriod", billingPeriod).eq("userId", userId).eq("agentName", agentName).eq("model", model))
      .unique();
    const inputTokens = (total?.inputTokens ?? 0) + (usage.promptTokens ?? 0);
    const outputTokens = (total?.outputTokens ?? 0) + (usage.completionTokens ?? 0);
    const sums = { calls: (total?.calls ?? 0) + 1, inputTokens, outputTokens, amountMicroUsd: amountOf({ inputTokens, outputTokens }) };
    if (total === null) await ctx.db.insert("usageTotals", { userId, billingPeriod, agentName, model, ...sums });
    else await ctx.db.patch(total._id, sums);
    return null;
  },
});
// #endregion
