import { Agent, stepCountIs, type UsageHandler } from "convex-agent";
import { v } from "convex/values";
import { components, internal } from "../_generated/api";
import { internalAction } from "../_generated/server";
import { chooseModel } from "../model/index";
import { getWeather } from "../tools/weather";

// #region handler
/** Writes every call of a model down, those that a tool's result leads to included. */
const usageHandler: UsageHandler = async (ctx, { userId, agentName, model, provider, usage, providerMetadata }) => {
  if (userId === undefined) return;
  await ctx.runMutation(internal.usage.record.insertRawUsage, { userId, agentName: agentName ?? "Agent", model, provider, usage, providerMetadata });
};
// #endregion

const meteredAgent = new Agent(components.agent, {
  name: "Metered guide",
  languageModel: chooseModel(),
  instructions: "Answer briefly. For the weather of a city, call getWeather.",
  tools: { getWeather },
  stopWhen: stepCountIs(5),
  usageHandler,
});

export const reply = internalAction({
  args: { threadId: v.string(), promptMessageId: v.string(), order: v.number(), userId: v.string() },
  returns: v.null(),
  handler: async (ctx, { threadId, promptMessageId, userId }) => {
    const result = await meteredAgent.streamText(ctx, { threadId, userId }, { promptMessageId }, { saveStreamDeltas: { chunking: "word", throttleMs: 100 } });
    await result.consumeStream();
    return null;
  },
});
