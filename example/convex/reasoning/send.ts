import { v } from "convex/values";
import { internal } from "../_generated/api";
import { mutation } from "../_generated/server";
import { beginTurn, reopenTurn } from "../topicTurns";
import { vEffort } from "./efforts";

export const send = mutation({
  args: { viewerKey: v.string(), threadId: v.optional(v.string()), prompt: v.string(), effort: vEffort },
  returns: v.object({ threadId: v.string() }),
  handler: async (ctx, { effort, ...args }): Promise<{ threadId: string }> => {
    const { threadId, promptMessageId, userId } = await beginTurn(ctx, { topic: "reasoning", ...args });
    await ctx.scheduler.runAfter(0, internal.reasoning.reply.reply, { threadId, promptMessageId, userId, effort });
    return { threadId };
  },
});

export const retry = mutation({
  args: { viewerKey: v.string(), threadId: v.string(), order: v.number(), promptMessageId: v.string(), effort: vEffort },
  returns: v.null(),
  handler: async (ctx, { effort, ...args }) => {
    await reopenTurn(ctx, { topic: "reasoning", ...args }, ({ threadId, promptMessageId, userId }) =>
      ctx.scheduler.runAfter(0, internal.reasoning.reply.reply, { threadId, promptMessageId, userId, effort }));
    return null;
  },
});
