import { Agent, stepCountIs } from "convex-agent";
import { v } from "convex/values";
import { components } from "../_generated/api";
import { internalAction } from "../_generated/server";
import { chooseModel } from "../model/index";
import { askColleague } from "./colleague";
import { addNote } from "./notes";
import { countPrimes } from "./primes";
import { convertUnits } from "./units";

const toolAgent = new Agent(components.agent, {
  name: "Handy agent",
  languageModel: chooseModel(),
  instructions: "Use your tools and answer from what they give. When a tool fails, say why, and try again only if you can mend its input.",
  tools: { countPrimes, convertUnits, addNote, askColleague },
  stopWhen: stepCountIs(6),
});

export const reply = internalAction({
  args: { threadId: v.string(), promptMessageId: v.string(), userId: v.string() },
  returns: v.null(),
  handler: async (ctx, { threadId, promptMessageId, userId }) => {
    const result = await toolAgent.streamText(ctx, { threadId, userId }, { promptMessageId }, { saveStreamDeltas: { chunking: "word", throttleMs: 100 } });
    await result.consumeStream();
    return null;
  },
});
