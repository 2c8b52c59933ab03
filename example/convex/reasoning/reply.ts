import { Agent, stepCountIs } from "convex-agent";
import { v } from "convex/values";
import { components } from "../_generated/api";
import { internalAction } from "../_generated/server";
import { chooseModel } from "../model/index";
import { getWeather } from "../tools/weather";
import { vEffort } from "./efforts";

export const thinker = new Agent(components.agent, {
  name: "Thinker",
  languageModel: chooseModel(),
  instructions: "Think before you answer, then answer briefly. For the weather of a city, call getWeather.",
  tools: { getWeather },
  stopWhen: stepCountIs(5),
  // OpenAI tells its reasoning only in summary, and only when asked.
  providerOptions: { openai: { reasoningSummary: "auto" } },
});

/** Answers a saved message. What the model thinks is streamed and stored like its answer, as a part of its own kind. */
export const reply = internalAction({
  args: { threadId: v.string(), promptMessageId: v.string(), userId: v.string(), effort: vEffort },
  returns: v.null(),
  handler: async (ctx, { threadId, promptMessageId, userId, effort }) => {
    const result = await thinker.streamText(
      ctx,
      { threadId, userId },
      { promptMessageId, reasoning: effort },
      { saveStreamDeltas: { chunking: "word", throttleMs: 100 } },
    );
    await result.consumeStream();
    return null;
  },
});
