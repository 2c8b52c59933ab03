import { Agent, approveToolCall, createTool, denyToolCall, isStepCount } from "convex-agent";
import { z } from "zod";
import { v } from "convex/values";
import { components, internal } from "../_generated/api";
import { internalAction, mutation } from "../_generated/server";
import { authorizeThread } from "./access";
import { languageModel } from "./models";

// #region tool
const transferMoney = createTool({
  description: "Transfers money",
  args: z.object({ amount: z.number(), to: z.string() }),
  needsApproval: async (_ctx, { amount }) => amount > 100,
  handler: async (_ctx, { amount, to }) => `Sent ${amount} to ${to}`,
});

export const banker = new Agent(components.agent, {
  name: "Banker",
  languageModel,
  tools: { transferMoney },
  stopWhen: isStepCount(5),
});
// #endregion

// #region decide
export const decide = mutation({
  args: { threadId: v.string(), approvalId: v.string(), approved: v.boolean(), reason: v.optional(v.string()) },
  returns: v.null(),
  handler: async (ctx, { threadId, approvalId, approved, reason }) => {
    await authorizeThread(ctx, threadId);
    const record = approved ? approveToolCall : denyToolCall;
    await record(ctx, components.agent, {
      threadId,
      approvalId,
      reason,
      continueWith: (next) => ctx.scheduler.runAfter(0, internal.guides.approval.reply, next),
    });
    return null;
  },
});
// #endregion

// #region reply
export const reply = internalAction({
  args: { threadId: v.string(), promptMessageId: v.string() },
  returns: v.null(),
  handler: async (ctx, { threadId, promptMessageId }) => {
    const result = await banker.streamText(ctx, { threadId }, { promptMessageId }, { saveStreamDeltas: true });
    await result.consumeStream();
    return null;
  },
});
// #endregion
