import { Agent } from "convex-agent";
import { v } from "convex/values";
import { components } from "../_generated/api";
import { internalAction } from "../_generated/server";
import { chooseModel } from "../model/index";
import { streamingOptions, vStreamSettings } from "./settings";

const narrator = new Agent(components.agent, {
  name: "Narrator",
  languageModel: chooseModel(),
  instructions: "Answer in Markdown, in the length you are asked for. Put code into fenced blocks that name their language.",
});

/** Answers a saved message. Where the text is cut and how often it is written is the sender's choice. */
export const reply = internalAction({
  args: { threadId: v.string(), promptMessageId: v.string(), userId: v.string(), settings: vStreamSettings },
  returns: v.null(),
  handler: async (ctx, { threadId, promptMessageId, userId, settings }) => {
    const result = await narrator.streamText(ctx, { threadId, userId }, { promptMessageId }, { saveStreamDeltas: streamingOptions(settings) });
    await result.consumeStream();
    return null;
  },
});
