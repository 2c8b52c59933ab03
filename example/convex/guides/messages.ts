import { deleteMessageRange, listMessages, saveMessage, saveMessages, updateMessage } from "convex-agent/queries";
import { paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import { components } from "../_generated/api";
import { internalMutation, mutation, query } from "../_generated/server";
import { authorizeThread } from "./access";

// #region save
export const note = mutation({
  args: { threadId: v.string(), text: v.string() },
  returns: v.string(),
  handler: async (ctx, { threadId, text }) => {
    const { userId } = await authorizeThread(ctx, threadId);
    const { messageId } = await saveMessage(ctx, components.agent, {
      threadId,
      userId,
      message: { role: "user", content: [{ type: "text", text }] },
    });
    return messageId;
  },
});
// #endregion

// #region saveMany
export const importConversation = internalMutation({
  args: { threadId: v.string(), question: v.string(), answer: v.string() },
  returns: v.null(),
  handler: async (ctx, { threadId, question, answer }) => {
    const { messages: [prompt] } = await saveMessages(ctx, components.agent, {
      threadId,
      messages: [{ role: "user", content: question }],
    });
    // With a prompt's id a message joins that prompt's turn.
    await saveMessages(ctx, components.agent, {
      threadId,
      promptMessageId: prompt?._id,
      messages: [{ role: "assistant", content: answer }],
      metadata: [{ provider: "import" }],
    });
    return null;
  },
});
// #endregion

// #region list
export const list = query({
  args: { threadId: v.string(), paginationOpts: paginationOptsValidator },
  handler: async (ctx, { threadId, paginationOpts }) => {
    await authorizeThread(ctx, threadId);
    return listMessages(ctx, components.agent, { threadId, paginationOpts, excludeToolMessages: true });
  },
});
// #endregion

// #region change
export const correct = internalMutation({
  args: { messageId: v.string(), text: v.string() },
  returns: v.null(),
  handler: async (ctx, { messageId, text }) => {
    await updateMessage(ctx, components.agent, {
      messageId,
      patch: { message: { role: "assistant", content: text }, status: "success" },
    });
    return null;
  },
});

/** Takes the turns from `order` on out of the thread. */
export const rewind = mutation({
  args: { threadId: v.string(), order: v.number() },
  returns: v.null(),
  handler: async (ctx, { threadId, order }) => {
    await authorizeThread(ctx, threadId);
    await deleteMessageRange(ctx, components.agent, { threadId, startOrder: order, endOrder: Number.MAX_SAFE_INTEGER });
    return null;
  },
});
// #endregion
