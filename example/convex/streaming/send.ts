import { v } from "convex/values";
import { internal } from "../_generated/api";
import { mutation } from "../_generated/server";
import { parseInput } from "../input";
import { beginTurn, reopenTurn } from "../topicTurns";
import { settingsSchema, vStreamSettings } from "./settings";

export const send = mutation({
  args: { viewerKey: v.string(), threadId: v.optional(v.string()), prompt: v.string(), settings: vStreamSettings },
  returns: v.object({ threadId: v.string() }),
  handler: async (ctx, { settings: chosen, ...args }): Promise<{ threadId: string }> => {
    const { threadId, promptMessageId, userId } = await beginTurn(ctx, { topic: "streaming", ...args });
    const settings = parseInput(settingsSchema, chosen, "settings");
    await ctx.scheduler.runAfter(0, internal.streaming.reply.reply, { threadId, promptMessageId, userId, settings });
    return { threadId };
  },
});

export const retry = mutation({
  args: { viewerKey: v.string(), threadId: v.string(), order: v.number(), promptMessageId: v.string(), settings: vStreamSettings },
  returns: v.null(),
  handler: async (ctx, { settings: chosen, ...args }) => {
    const settings = parseInput(settingsSchema, chosen, "settings");
    await reopenTurn(ctx, { topic: "streaming", ...args }, ({ threadId, promptMessageId, userId }) =>
      ctx.scheduler.runAfter(0, internal.streaming.reply.reply, { threadId, promptMessageId, userId, settings }));
    return null;
  },
});
