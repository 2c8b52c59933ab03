/** What a `ChatTransport` calls. The agent and its tool that waits for approval are those of the page "Tool approval". */
import { v } from "convex/values";
import { internal } from "../_generated/api";
import { mutation } from "../_generated/server";
import { requireViewer } from "../access";
import { createTopicThread } from "../topicThreads";
import { beginTurn, reopenTurn } from "../topicTurns";

/** `useChat` wants to know its conversation before the first message: it begins empty. */
export const create = mutation({
  args: { viewerKey: v.string() },
  returns: v.object({ threadId: v.string() }),
  handler: async (ctx, { viewerKey }) => {
    const { userId } = await requireViewer(viewerKey);
    return { threadId: await createTopicThread(ctx, { topic: "useChat", userId }) };
  },
});

/** Saves a message and has it answered; the transport follows the turn `order`. */
export const send = mutation({
  args: { viewerKey: v.string(), threadId: v.string(), prompt: v.string() },
  returns: v.object({ order: v.number() }),
  handler: async (ctx, args): Promise<{ order: number }> => {
    const { threadId, promptMessageId, order } = await beginTurn(ctx, { topic: "useChat", ...args });
    await ctx.scheduler.runAfter(0, internal.approval.reply.reply, { threadId, promptMessageId });
    return { order };
  },
});

/** Has a turn answered again. */
export const regenerate = mutation({
  args: { viewerKey: v.string(), threadId: v.string(), order: v.number(), promptMessageId: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    await reopenTurn(ctx, { topic: "useChat", ...args }, ({ threadId, promptMessageId }) =>
      ctx.scheduler.runAfter(0, internal.approval.reply.reply, { threadId, promptMessageId }));
    return null;
  },
});
