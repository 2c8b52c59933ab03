import { v } from "convex/values";
import { internal } from "../_generated/api";
import { mutation } from "../_generated/server";
import { beginTurn, reopenTurn } from "../topicTurns";

export const send = mutation({
  args: { viewerKey: v.string(), threadId: v.optional(v.string()), prompt: v.string() },
  returns: v.object({ threadId: v.string() }),
  handler: async (ctx, args): Promise<{ threadId: string }> => {
    const { threadId, promptMessageId, userId } = await beginTurn(ctx, { topic: "tools", ...args });
    await ctx.scheduler.runAfter(0, internal.tools.reply.reply, { threadId, promptMessageId, userId });
    return { threadId };
  },
});

export const retry = mutation({
  args: { viewerKey: v.string(), threadId: v.string(), order: v.number(), promptMessageId: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    await reopenTurn(ctx, { topic: "tools", ...args }, ({ threadId, promptMessageId, userId }) =>
      ctx.scheduler.runAfter(0, internal.tools.reply.reply, { threadId, promptMessageId, userId }));
    return null;
  },
});
