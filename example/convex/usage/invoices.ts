import { v } from "convex/values";
import { internal } from "../_generated/api";
import { internalMutation, mutation, type MutationCtx } from "../_generated/server";
import { requireViewer } from "../access";
import { notFound } from "../errors";
import { topicUserId } from "../topicThreads";
import { billingPeriodAt, periodBefore } from "./prices";

/** A person has so many agents and models at most on an invoice. */
const MAX_LINES = 100;
/** Totals read in one transaction of the monthly run. */
const BATCH = 200;

/** Writes the viewer's invoice of the running month as it stands. In an app only the monthly run does this. */
export const issueNow = mutation({
  args: { viewerKey: v.string() },
  returns: v.null(),
  handler: async (ctx, { viewerKey }) => {
    const { userId } = await requireViewer(viewerKey);
    const isIssued = await issue(ctx, { userId: topicUserId("usage", userId), billingPeriod: billingPeriodAt(Date.now()) });
    if (!isIssued) throw notFound("There is nothing to put on an invoice yet. Ask the agent something first.");
    return null;
  },
});

// #region monthly
/** Writes the invoices of the month before. The cron job of `crons.ts` calls this; it goes on by itself in batches. */
export const generateInvoices = internalMutation({
  args: { billingPeriod: v.optional(v.string()), afterUserId: v.optional(v.string()) },
  returns: v.null(),
  handler: async (ctx, { billingPeriod = periodBefore(Date.now()), afterUserId = "" }) => {
    const totals = await ctx.db.query("usageTotals")
      .withIndex("by_period_and_user", (q) => q.eq("billingPeriod", billingPeriod).gt("userId", afterUserId))
      .take(BATCH);
    const userIds = [...new Set(totals.map(({ userId }) => userId))];
    for (const userId of userIds) await issue(ctx, { userId, billingPeriod });
    const last = userIds.at(-1);
    if (totals.length === BATCH && last !== undefined) {
      await ctx.scheduler.runAfter(0, internal.usage.invoices.generateInvoices, { billingPeriod, afterUserId: last });
    }
    return null;
  },
});
// #endregion

/** Writes or renews the invoice of a month, unless it is paid. False: there was no usage. */
async function issue(ctx: MutationCtx, { userId, billingPeriod }: { userId: string; billingPeriod: string }): Promise<boolean> {
  const totals = await ctx.db.query("usageTotals")
    .withIndex("by_period_and_user", (q) => q.eq("billingPeriod", billingPeriod).eq("userId", userId))
    .take(MAX_LINES);
  if (totals.length === 0) return false;
  const old = await ctx.db.query("invoices").withIndex("by_user_and_period", (q) => q.eq("userId", userId).eq("billingPeriod", billingPeriod)).unique();
  if (old?.status === "paid") return true;
  if (old !== null) await ctx.db.delete(old._id);
  const lines = totals.map(({ agentName, model, calls, inputTokens, outputTokens, amountMicroUsd }) => ({ agentName, model, calls, inputTokens, outputTokens, amountMicroUsd }));
  const amountMicroUsd = lines.reduce((sum, line) => sum + line.amountMicroUsd, 0);
  await ctx.db.insert("invoices", { userId, billingPeriod, lines, amountMicroUsd, status: "pending", issuedMs: Date.now() });
  return true;
}
