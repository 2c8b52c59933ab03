import { adaptiveThrottle, listThread, listUIMessages, saveMessage, stopTurn, syncStreams, vStreamArgs } from "convex-agent";
import { paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import { components, internal } from "../_generated/api";
import { action, internalAction, mutation, query } from "../_generated/server";
import { authorizeThread } from "./access";
import { assistant } from "./agents";

// #region ask
export const ask = action({
  args: { threadId: v.string(), prompt: v.string() },
  returns: v.string(),
  handler: async (ctx, { threadId, prompt }) => {
    await authorizeThread(ctx, threadId);
    const { text } = await assistant.generateText(ctx, { threadId }, { prompt });
    return text;
  },
});
// #endregion

// #region send
export const send = mutation({
  args: { threadId: v.string(), prompt: v.string() },
  returns: v.object({ order: v.number() }),
  handler: async (ctx, { threadId, prompt }) => {
    const { userId } = await authorizeThread(ctx, threadId);
    const { messageId, message } = await saveMessage(ctx, components.agent, { threadId, userId, prompt });
    await ctx.scheduler.runAfter(0, internal.guides.chat.reply, { threadId, promptMessageId: messageId });
    return { order: message.order };
  },
});
// #endregion

// #region reply
export const reply = internalAction({
  args: { threadId: v.string(), promptMessageId: v.string() },
  returns: v.null(),
  handler: async (ctx, { threadId, promptMessageId }) => {
    const result = await assistant.streamText(ctx, { threadId }, { promptMessageId }, { saveStreamDeltas: true });
    await result.consumeStream();
    return null;
  },
});
// #endregion

// #region list
export const list = query({
  args: { threadId: v.string(), paginationOpts: paginationOptsValidator, streamArgs: vStreamArgs },
  handler: async (ctx, args) => {
    await authorizeThread(ctx, args.threadId);
    return await listThread(ctx, components.agent, args);
  },
});
// #endregion

// #region listWithFields
export const listWithStars = query({
  args: { threadId: v.string(), paginationOpts: paginationOptsValidator, streamArgs: vStreamArgs },
  handler: async (ctx, args) => {
    await authorizeThread(ctx, args.threadId);
    const { page, ...rest } = await listUIMessages(ctx, components.agent, args);
    const streams = await syncStreams(ctx, components.agent, args);
    return { ...rest, page: page.map((message) => ({ ...message, isStarred: message.text.includes("★") })), streams };
  },
});
// #endregion

// #region stop
export const stop = mutation({
  args: { threadId: v.string(), order: v.number() },
  returns: v.boolean(),
  handler: async (ctx, { threadId, order }) => {
    await authorizeThread(ctx, threadId);
    return stopTurn(ctx, components.agent, { threadId, order, reason: "stopped by the user" });
  },
});
// #endregion

// #region throttled
export const replySlowly = internalAction({
  args: { threadId: v.string(), promptMessageId: v.string() },
  returns: v.null(),
  handler: async (ctx, { threadId, promptMessageId }) => {
    const throttleMs = adaptiveThrottle({ firstMs: 200, afterMs: 1_000, lastMs: 1_000 });
    const result = await assistant.streamText(ctx, { threadId }, { promptMessageId }, { saveStreamDeltas: { throttleMs } });
    await result.consumeStream();
    return null;
  },
});
// #endregion

// #region chunked
export const replyByLine = internalAction({
  args: { threadId: v.string(), promptMessageId: v.string() },
  returns: v.null(),
  handler: async (ctx, { threadId, promptMessageId }) => {
    const result = await assistant.streamText(
      ctx,
      { threadId },
      { promptMessageId },
      { saveStreamDeltas: { chunking: "line", throttleMs: 500 } },
    );
    await result.consumeStream();
    return null;
  },
});
// #endregion
