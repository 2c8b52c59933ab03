import { v } from "convex/values";
import { components, internal } from "../_generated/api";
import { mutation } from "../_generated/server";
import { parseInput } from "../input";
import { beginTurn, reopenTurn } from "../topicTurns";
import { searchSettingsSchema, vSearchSettings } from "./settings";

export const send = mutation({
  args: { viewerKey: v.string(), threadId: v.optional(v.string()), prompt: v.string(), settings: vSearchSettings },
  returns: v.object({ threadId: v.string() }),
  handler: async (ctx, { settings: chosen, ...args }): Promise<{ threadId: string }> => {
    const turn = await beginTurn(ctx, { topic: "search", ...args });
    const settings = parseInput(searchSettingsSchema, chosen, "settings");
    await ctx.scheduler.runAfter(0, internal.search.reply.reply, { ...turn, question: args.prompt, settings });
    return { threadId: turn.threadId };
  },
});

/** Answers a turn again, with another search if the settings have changed. */
export const retry = mutation({
  args: { viewerKey: v.string(), threadId: v.string(), order: v.number(), promptMessageId: v.string(), settings: vSearchSettings },
  returns: v.null(),
  handler: async (ctx, { settings: chosen, ...args }) => {
    const settings = parseInput(searchSettingsSchema, chosen, "settings");
    await reopenTurn(ctx, { topic: "search", ...args }, async (turn) => {
      const [prompt] = await ctx.runQuery(components.agent.messages.getMessagesByIds, { messageIds: [args.promptMessageId] });
      return await ctx.scheduler.runAfter(0, internal.search.reply.reply, { ...turn, question: prompt?.text ?? "", settings });
    });
    return null;
  },
});
