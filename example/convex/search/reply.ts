import { Agent } from "convex-agent";
import { v } from "convex/values";
import { components, internal } from "../_generated/api";
import { internalAction } from "../_generated/server";
import { chooseEmbedding } from "../model/embedding";
import { chooseModel } from "../model/index";
import { explainSearch } from "./explain";
import { contextOptionsOf, vSearchSettings } from "./settings";

export const rememberer = new Agent(components.agent, {
  name: "Rememberer",
  languageModel: chooseModel(),
  // With it, what is said is embedded as it is saved, and found by its meaning later.
  embeddingModel: chooseEmbedding().model,
  instructions: "Answer from what was said before, here and in the messages of other conversations that you are shown. If you are not shown it, say so.",
});

/** Answers with what the search finds. The page is told first what that is. */
export const reply = internalAction({
  args: { threadId: v.string(), promptMessageId: v.string(), order: v.number(), userId: v.string(), question: v.string(), settings: vSearchSettings },
  returns: v.null(),
  handler: async (ctx, { threadId, promptMessageId, order, userId, question, settings }) => {
    const found = await explainSearch(ctx, { threadId, userId, promptMessageId, text: question, settings });
    await ctx.runMutation(internal.search.record.save, { threadId, userId, order, question, settings, found });
    const result = await rememberer.streamText(ctx, { threadId, userId }, { promptMessageId }, {
      contextOptions: contextOptionsOf(settings), saveStreamDeltas: { chunking: "word", throttleMs: 100 },
    });
    await result.consumeStream();
    return null;
  },
});
