import { v } from "convex/values";
import { components, internal } from "../_generated/api";
import { mutation, type MutationCtx } from "../_generated/server";
import { requireViewer } from "../access";
import { beginTurn, reopenTurn } from "../topicTurns";

/** Whether the documents are searched for each question, or when the model calls a tool. */
const vMode = v.union(v.literal("prompt"), v.literal("tool"));

export const send = mutation({
  args: { viewerKey: v.string(), threadId: v.optional(v.string()), prompt: v.string(), mode: vMode },
  returns: v.object({ threadId: v.string() }),
  handler: async (ctx, { mode, ...args }): Promise<{ threadId: string }> => {
    const turn = await beginTurn(ctx, { topic: "rag", ...args });
    const { userId: ownerId } = await requireViewer(args.viewerKey);
    await ctx.scheduler.runAfter(0, internal.rag.reply.reply, { ...turn, ownerId, question: args.prompt, mode });
    return { threadId: turn.threadId };
  },
});

export const retry = mutation({
  args: { viewerKey: v.string(), threadId: v.string(), order: v.number(), promptMessageId: v.string(), mode: vMode },
  returns: v.null(),
  handler: async (ctx, { mode, ...args }) => {
    const { userId: ownerId } = await requireViewer(args.viewerKey);
    await reopenTurn(ctx, { topic: "rag", ...args }, async (turn) => {
      await forgetSources(ctx, turn);
      const [prompt] = await ctx.runQuery(components.agent.messages.getMessagesByIds, { messageIds: [args.promptMessageId] });
      return await ctx.scheduler.runAfter(0, internal.rag.reply.reply, { ...turn, ownerId, question: prompt?.text ?? "", mode });
    });
    return null;
  },
});

/** A turn has as many searches as its model has made: a few. */
async function forgetSources(ctx: MutationCtx, { threadId, order }: { threadId: string; order: number }): Promise<void> {
  for await (const { _id } of ctx.db.query("documentSearches").withIndex("by_turn", (q) => q.eq("threadId", threadId).eq("order", order))) await ctx.db.delete(_id);
}
