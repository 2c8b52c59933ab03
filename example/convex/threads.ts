import { createThread } from "convex-agent/queries";
import { paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import { components } from "./_generated/api";
import { mutation, query } from "./_generated/server";
import { requireThreadAccess, requireViewer } from "./access";
import { deleteThreadRows } from "./threadRows";

/** Begins a conversation that belongs to the viewer. */
export const create = mutation({
  args: { viewerKey: v.string() },
  returns: v.object({ threadId: v.string() }),
  handler: async (ctx, { viewerKey }) => {
    const { userId } = await requireViewer(viewerKey);
    const threadId = await createThread(ctx, components.agent, { userId });
    await ctx.db.insert("threadAccess", { threadId, ownerId: userId });
    return { threadId };
  },
});

/** The viewer's own conversations, newest first. */
export const list = query({
  args: { viewerKey: v.string(), paginationOpts: paginationOptsValidator },
  handler: async (ctx, { viewerKey, paginationOpts }) => {
    const { userId } = await requireViewer(viewerKey);
    const threads = await ctx.runQuery(components.agent.threads.listThreadsByUserId, { userId, order: "desc", paginationOpts });
    const page = threads.page.map(({ _id, _creationTime, title }) => ({ threadId: _id, createdMs: _creationTime, title: title ?? null }));
    return { ...threads, page };
  },
});

/** What the page says about one conversation. */
export const get = query({
  args: { viewerKey: v.string(), threadId: v.string() },
  returns: v.object({ threadId: v.string(), title: v.union(v.string(), v.null()), isOwner: v.boolean() }),
  handler: async (ctx, { viewerKey, threadId }) => {
    const { isOwner } = await requireThreadAccess(ctx, { viewerKey, threadId, permission: "read" });
    const thread = await ctx.runQuery(components.agent.threads.getThread, { threadId });
    return { threadId, title: thread?.title ?? null, isOwner };
  },
});

/**
 * Deletes a conversation of any page: what the app keeps of it in this transaction, its messages in the background by
 * the component. Only its owner may. What it has used stays on the owner's bill.
 */
export const remove = mutation({
  args: { viewerKey: v.string(), threadId: v.string() },
  returns: v.null(),
  handler: async (ctx, { viewerKey, threadId }) => {
    await requireThreadAccess(ctx, { viewerKey, threadId, permission: "manage" });
    const access = await ctx.db.query("threadAccess").withIndex("by_thread", (q) => q.eq("threadId", threadId)).unique();
    if (access !== null) await ctx.db.delete(access._id);
    await deleteThreadRows(ctx, threadId);
    await ctx.runMutation(components.agent.threads.deleteAllForThreadIdAsync, { threadId });
    return null;
  },
});
