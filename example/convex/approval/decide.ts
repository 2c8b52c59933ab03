import { approveToolCall, denyToolCall } from "convex-agent/queries";
import { v } from "convex/values";
import { z } from "zod";
import { components, internal } from "../_generated/api";
import { mutation } from "../_generated/server";
import { requireThreadAccess } from "../access";
import { alreadyDone } from "../errors";
import { parseInput } from "../input";

const MAX_REASON_CHARS = 300;

const reasonSchema = z.string().trim().max(MAX_REASON_CHARS, `A reason has at most ${MAX_REASON_CHARS} characters.`)
  .transform((reason) => (reason === "" ? undefined : reason)).optional();

/**
 * Decides on a call that waits. Whoever may write in the conversation may decide, once: the decision, who took it, and
 * what goes on because of it are one transaction, so the second of two who decide at once is refused.
 */
export const decide = mutation({
  args: { viewerKey: v.string(), threadId: v.string(), approvalId: v.string(), approved: v.boolean(), reason: v.optional(v.string()) },
  returns: v.null(),
  handler: async (ctx, { viewerKey, threadId, approvalId, approved, reason: given }) => {
    const { userId } = await requireThreadAccess(ctx, { viewerKey, threadId, permission: "write" });
    const reason = parseInput(reasonSchema, given, "reason");
    const earlier = await ctx.db.query("paymentDecisions").withIndex("by_approval", (q) => q.eq("threadId", threadId).eq("approvalId", approvalId)).first();
    if (earlier !== null) throw alreadyDone(`Somebody was quicker: this payment was already ${earlier.approved ? "approved" : "denied"}.`);
    await (approved ? approveToolCall : denyToolCall)(ctx, components.agent, {
      threadId, approvalId, reason,
      continueWith: (next) => ctx.scheduler.runAfter(0, internal.approval.reply.reply, next),
    });
    await ctx.db.insert("paymentDecisions", { threadId, approvalId, approved, deciderId: userId });
    return null;
  },
});
