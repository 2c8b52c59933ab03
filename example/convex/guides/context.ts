import { Agent, fetchContextMessages, fetchContextWithPrompt } from "convex-agent";
import { v } from "convex/values";
import { components } from "../_generated/api";
import { action, internalAction, query } from "../_generated/server";
import { authorizeThread } from "./access";
import { embeddingModel, languageModel } from "./models";

// #region options
export const rememberer = new Agent(components.agent, {
  name: "Rememberer",
  languageModel,
  embeddingModel,
  contextOptions: {
    recentMessages: 30,
    searchOptions: { limit: 8, textSearch: true, vectorSearch: true, messageRange: { before: 1, after: 1 } },
    searchOtherThreads: true,
  },
});
// #endregion

// #region handler
export const withMemories = new Agent(components.agent, {
  name: "With memories",
  languageModel,
  contextHandler: async (_ctx, { search, recent, inputMessages, inputPrompt, existingResponses }) => [
    { role: "system", content: "The user prefers metric units." },
    ...search,
    ...recent,
    ...inputMessages,
    ...inputPrompt,
    ...existingResponses,
  ],
});
// #endregion

// #region fetch
export const found = query({
  args: { threadId: v.string(), text: v.string() },
  handler: async (ctx, { threadId, text }) => {
    await authorizeThread(ctx, threadId);
    return fetchContextMessages(ctx, components.agent, {
      threadId,
      searchText: text,
      contextOptions: { recentMessages: 0, searchOptions: { limit: 10, textSearch: true } },
    });
  },
});
// #endregion

// #region shown
/** What the model would be shown for this prompt, without asking it. */
export const preview = action({
  args: { threadId: v.string(), prompt: v.string() },
  handler: async (ctx, { threadId, prompt }) => {
    const { userId } = await authorizeThread(ctx, threadId);
    const { messages } = await fetchContextWithPrompt(ctx, components.agent, {
      threadId,
      userId,
      prompt,
      contextOptions: { recentMessages: 10 },
    });
    return messages.map(({ role }) => role);
  },
});
// #endregion

// #region embed
export const embed = internalAction({
  args: { messageIds: v.array(v.string()) },
  returns: v.null(),
  handler: async (ctx, { messageIds }) => {
    await rememberer.generateAndSaveEmbeddings(ctx, { messageIds });
    return null;
  },
});
// #endregion
