import { Agent, stepCountIs } from "convex-agent";
import { v } from "convex/values";
import { components } from "../_generated/api";
import { internalAction } from "../_generated/server";
import { chooseModel } from "../model/index";
import { searchTool } from "./searchTool";
import { searchDocuments } from "./searchDocuments";

/** Is shown what was found with each question. */
const promptAgent = new Agent(components.agent, {
  name: "Reader",
  languageModel: chooseModel(),
  instructions: "Answer from the context that comes with the question, and from nothing else. If it does not say, say so.",
});

/** Decides itself when to search, and for what. */
const toolAgent = new Agent(components.agent, {
  name: "Searcher",
  languageModel: chooseModel(),
  instructions: "The person has added documents. Search them with your tool when a question may be answered there, and answer from what it finds.",
  stopWhen: stepCountIs(4),
});

const saveStreamDeltas = { chunking: "word", throttleMs: 100 } as const;

// #region reply
export const reply = internalAction({
  args: {
    threadId: v.string(), promptMessageId: v.string(), order: v.number(), userId: v.string(), ownerId: v.string(),
    question: v.string(), mode: v.union(v.literal("prompt"), v.literal("tool")),
  },
  returns: v.null(),
  handler: async (ctx, { threadId, promptMessageId, order, userId, ownerId, question, mode }) => {
    const target = { threadId, userId };
    if (mode === "tool") {
      const tools = { searchDocuments: searchTool({ threadId, order, ownerId }) };
      const result = await toolAgent.streamText(ctx, target, { promptMessageId, tools }, { saveStreamDeltas });
      await result.consumeStream();
      return null;
    }
    const { text } = await searchDocuments(ctx, { threadId, order, ownerId, query: question });
    // The saved message stays as it was typed; the model is given this in its place.
    const prompt = `# Context:\n\n${text === "" ? "Nothing was found." : text}\n\n---\n\n# Question:\n\n${question}`;
    const result = await promptAgent.streamText(ctx, target, { promptMessageId, prompt }, { saveStreamDeltas });
    await result.consumeStream();
    return null;
  },
});
// #endregion
