import { Agent, createTool, isStepCount } from "convex-agent";
import type { LanguageModel } from "ai";
import { z } from "zod";
import { components } from "../_generated/api";
import type { ActionCtx } from "../_generated/server";
import { embeddingModel, languageModel } from "./models";

// #region basic
export const assistant = new Agent(components.agent, {
  name: "Assistant",
  languageModel,
  instructions: "You are brief and friendly.",
});
// #endregion

// #region full
export const librarian = new Agent(components.agent, {
  name: "Librarian",
  languageModel,
  embeddingModel,
  instructions: "You know every book in the library.",
  tools: {
    countWords: createTool({
      description: "Counts the words of a text",
      args: z.object({ text: z.string() }),
      handler: async (_ctx, { text }) => text.split(/\s+/).length,
    }),
  },
  stopWhen: isStepCount(5),
  callSettings: { temperature: 0.2, maxRetries: 2 },
  providerOptions: { openai: { reasoningEffort: "low" } },
  contextOptions: { recentMessages: 20, searchOptions: { limit: 5, textSearch: true } },
  storageOptions: { saveMessages: "promptAndOutput" },
  usageHandler: async (_ctx, { usage, model, userId }) => {
    console.log(`${userId} used ${usage.totalTokens} tokens of ${model}`);
  },
});
// #endregion

// #region dynamic
export function authorFor(ctx: ActionCtx, bookId: string, model: LanguageModel) {
  return new Agent(components.agent, {
    name: "Author",
    languageModel: model,
    // The tools know the book, so the model cannot ask for another one.
    tools: { readChapter: readChapter(ctx, bookId) },
    maxSteps: 10,
  });
}
// #endregion

function readChapter(ctx: ActionCtx, bookId: string) {
  return createTool({
    ctx,
    description: "Reads a chapter",
    args: z.object({ chapter: z.number() }),
    handler: async (_toolCtx, { chapter }) => `Chapter ${chapter} of ${bookId}`,
  });
}

// #region customCtx
type AppCtx = { orgId: string };

export const accountant = new Agent<AppCtx>(components.agent, { name: "Accountant", languageModel });

export async function balance(ctx: ActionCtx, orgId: string, threadId: string) {
  const { text } = await accountant.generateText({ ...ctx, orgId }, { threadId }, { prompt: "What is our balance?" });
  return text;
}
// #endregion
