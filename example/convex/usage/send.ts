import { v } from "convex/values";
import { internal } from "../_generated/api";
import { mutation } from "../_generated/server";
import { beginTurn, reopenTurn } from "../topicTurns";

export const send = mutation({
  args: { viewerKey: v.string(), threadId: v.optional(v.string()), prompt: v.string() },
  returns: v.object({ threadId: v.string() }),
  handler: async (ctx, { viewerKey, threadId, prompt }): Promise<{ threadId: string }> => {
    const turn = await beginTurn(ctx, { topic: "usage", viewerKey, threadId, prompt });
    await ctx.scheduler.runAfter(0, internal.usage.reply.reply, turn);
    return { threadId: turn.threadId };
  },
});

export const retry = mutation({
  args: { viewerKey: v.string(), threadId: v.string(), order: v.number(), promptMessageId: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    await reopenTurn(ctx, { topic: "usage", ...args }, (turn) => ctx.scheduler.runAfter(0, internal.usage.reply.reply, turn));
    return null;
  },
});
