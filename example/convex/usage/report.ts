/** What the page shows of the viewer's own usage. */
import { v } from "convex/values";
import { query } from "../_generated/server";
import { requireViewer } from "../access";
import { topicUserId } from "../topicThreads";
import { billingPeriodAt } from "./prices";
import { vUsageLine } from "./tables";

const LATEST_CALLS = 20;
const MAX_LINES = 100;
const MAX_INVOICES = 24;

export const get = query({
  args: { viewerKey: v.string(), nowMs: v.number() },
  returns: v.object({
    billingPeriod: v.string(),
    lines: v.array(vUsageLine),
    calls: v.array(v.object({ timeMs: v.number(), agentName: v.string(), inputTokens: v.number(), outputTokens: v.number() })),
    invoices: v.array(v.object({ billingPeriod: v.string(), amountMicroUsd: v.number(), status: v.string(), lineCount: v.number() })),
  }),
  // The page passes the time: a query that read the clock could not be cached.
  handler: async (ctx, { viewerKey, nowMs }) => {
    const { userId: viewerId } = await requireViewer(viewerKey);
    const userId = topicUserId("usage", viewerId);
    const billingPeriod = billingPeriodAt(nowMs);
    const totals = await ctx.db.query("usageTotals").withIndex("by_period_and_user", (q) => q.eq("billingPeriod", billingPeriod).eq("userId", userId)).take(MAX_LINES);
    const calls = await ctx.db.query("rawUsage").withIndex("by_user", (q) => q.eq("userId", userId)).order("desc").take(LATEST_CALLS);
    const invoices = await ctx.db.query("invoices").withIndex("by_user_and_period", (q) => q.eq("userId", userId)).order("desc").take(MAX_INVOICES);
    return {
      billingPeriod,
      lines: totals.map(({ agentName, model, calls: count, inputTokens, outputTokens, amountMicroUsd }) => ({ agentName, model, calls: count, inputTokens, outputTokens, amountMicroUsd })),
      calls: calls.toReversed().map(({ _creationTime, agentName, usage }) => ({
        timeMs: _creationTime, agentName, inputTokens: usage.promptTokens ?? 0, outputTokens: usage.completionTokens ?? 0,
      })),
      invoices: invoices.map(({ billingPeriod: period, amountMicroUsd, status, lines }) => ({ billingPeriod: period, amountMicroUsd, status, lineCount: lines.length })),
    };
  },
});
