import { Agent } from "convex-agent";
import { v } from "convex/values";
import { components } from "../_generated/api";
import { internalAction } from "../_generated/server";
import { chooseModel } from "../model/index";
import { rateLimiter } from "./limiter";

// #region agent
const helper = new Agent(components.agent, {
  name: "Helper",
  languageModel: chooseModel(),
  instructions: "Answer briefly.",
  usageHandler: async (ctx, { userId, usage }) => {
    if (userId === undefined) return;
    const count = usage.totalTokens ?? 0;
    // The tokens are spent, allowed or not: with a reservation the balance goes below zero, and the next message waits.
    await rateLimiter.limit(ctx, "tokenUsagePerUser", { key: userId, count, reserve: true });
    await rateLimiter.limit(ctx, "globalTokenUsage", { count, reserve: true });
  },
});
// #endregion

/** Answers a message that the limits let through. */
export const reply = internalAction({
  args: { threadId: v.string(), promptMessageId: v.string(), order: v.number(), userId: v.string() },
  returns: v.null(),
  handler: async (ctx, { threadId, promptMessageId, userId }) => {
    const result = await helper.streamText(ctx, { threadId, userId }, { promptMessageId }, { saveStreamDeltas: { chunking: "word", throttleMs: 100 } });
    await result.consumeStream();
    return null;
  },
});
