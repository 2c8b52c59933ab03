import { createThread, getThreadMetadata, listThreadsByActivity, markThreadRead, searchThreadTitles, startThread, updateThreadMetadata } from "convex-agent/queries";
import { paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import { components, internal } from "../_generated/api";
import { action, mutation, query } from "../_generated/server";
import { authorizeThread, requireUser } from "./access";
import { assistant } from "./agents";

// #region create
export const create = mutation({
  args: { title: v.optional(v.string()) },
  returns: v.string(),
  handler: async (ctx, { title }) => {
    const userId = await requireUser(ctx);
    return createThread(ctx, components.agent, { userId, title });
  },
});
// #endregion

// #region start
export const ask = mutation({
  args: { prompt: v.string() },
  returns: v.string(),
  handler: async (ctx, { prompt }): Promise<string> => {
    const userId = await requireUser(ctx);
    const { threadId, messageId } = await startThread(ctx, components.agent, { userId, prompt });
    await ctx.scheduler.runAfter(0, internal.guides.chat.reply, { threadId, promptMessageId: messageId });
    return threadId;
  },
});
// #endregion

// #region continue
export const summarize = action({
  args: { threadId: v.string() },
  returns: v.string(),
  handler: async (ctx, { threadId }) => {
    await authorizeThread(ctx, threadId);
    const { thread } = await assistant.continueThread(ctx, { threadId });
    const { text } = await thread.generateText({ prompt: "Summarize what was said." }, { storageOptions: { saveMessages: "none" } });
    await thread.updateMetadata({ summary: text });
    return text;
  },
});
// #endregion

// #region list
export const list = query({
  args: { paginationOpts: paginationOptsValidator },
  handler: async (ctx, { paginationOpts }) => {
    const userId = await requireUser(ctx);
    return ctx.runQuery(components.agent.threads.listThreadsByUserId, { userId, order: "desc", paginationOpts });
  },
});

export const search = query({
  args: { query: v.string() },
  handler: async (ctx, { query: text }) => {
    const userId = await requireUser(ctx);
    return searchThreadTitles(ctx, components.agent, { userId, query: text, limit: 10 });
  },
});
// #endregion

// #region recent
export const recent = query({
  args: { status: v.optional(v.union(v.literal("active"), v.literal("archived"))), paginationOpts: paginationOptsValidator },
  handler: async (ctx, args) => {
    const userId = await requireUser(ctx);
    return listThreadsByActivity(ctx, components.agent, { ...args, userId });
  },
});

export const markRead = mutation({
  args: { threadId: v.string(), order: v.number() },
  returns: v.null(),
  handler: async (ctx, { threadId, order }) => {
    await authorizeThread(ctx, threadId);
    await markThreadRead(ctx, components.agent, { threadId, order });
    return null;
  },
});
// #endregion

// #region rename
export const rename = mutation({
  args: { threadId: v.string(), title: v.string() },
  returns: v.string(),
  handler: async (ctx, { threadId, title }) => {
    await authorizeThread(ctx, threadId);
    const before = await getThreadMetadata(ctx, components.agent, { threadId });
    await updateThreadMetadata(ctx, components.agent, { threadId, patch: { title } });
    return before.title ?? "";
  },
});
// #endregion

// #region remove
export const remove = mutation({
  args: { threadId: v.string() },
  returns: v.null(),
  handler: async (ctx, { threadId }) => {
    await authorizeThread(ctx, threadId);
    await assistant.deleteThreadAsync(ctx, { threadId });
    return null;
  },
});
// #endregion
