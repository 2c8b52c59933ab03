import { paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import { vPaginationResult, vThreadDoc, vThreadStatus } from "../shared/validators/index.js";
import { internal } from "./_generated/api.js";
import { internalMutation, mutation, query } from "./_generated/server.js";
import { deleteThreadStep } from "./model/deletion.js";
import { listThreads } from "./model/listThreads.js";
import { mustGetThread, parseThreadId, toThreadDoc } from "./model/threads.js";

export const createThread = mutation({
  args: { userId: v.optional(v.string()), title: v.optional(v.string()), summary: v.optional(v.string()) },
  returns: vThreadDoc,
  handler: async (ctx, args) => {
    const fields = { ...args, status: "active" as const };
    const _id = await ctx.db.insert("threads", fields);
    return { ...fields, _id, _creationTime: Date.now() };
  },
});

export const getThread = query({
  args: { threadId: v.string() },
  returns: v.union(vThreadDoc, v.null()),
  handler: async (ctx, { threadId }) => {
    const id = ctx.db.normalizeId("threads", threadId);
    const thread = id === null ? null : await ctx.db.get(id);
    return thread === null ? null : toThreadDoc(thread);
  },
});

export const updateThread = mutation({
  args: {
    threadId: v.string(),
    patch: v.object({
      userId: v.optional(v.string()),
      title: v.optional(v.string()),
      summary: v.optional(v.string()),
      status: v.optional(vThreadStatus),
    }),
  },
  returns: vThreadDoc,
  handler: async (ctx, { threadId, patch }) => {
    const thread = await mustGetThread(ctx, threadId);
    await ctx.db.patch(thread._id, patch);
    return toThreadDoc({ ...thread, ...patch });
  },
});

export const listThreadsByUserId = query({
  args: {
    userId: v.optional(v.string()),
    order: v.optional(v.union(v.literal("asc"), v.literal("desc"))),
    paginationOpts: v.optional(paginationOptsValidator),
  },
  returns: vPaginationResult(vThreadDoc),
  handler: async (ctx, { userId, order = "desc", paginationOpts }) =>
    await listThreads(ctx, { userId, order, paginationOpts: paginationOpts ?? { cursor: null, numItems: 100 } }),
});

export const searchThreadTitles = query({
  args: { query: v.string(), userId: v.optional(v.string()), limit: v.number() },
  returns: v.array(vThreadDoc),
  handler: async (ctx, { query: title, userId, limit }) => {
    const threads = await ctx.db
      .query("threads")
      .withSearchIndex("title", (q) => {
        const matching = q.search("title", title);
        return userId === undefined ? matching : matching.eq("userId", userId);
      })
      .take(Math.min(limit, 100));
    return threads.map(toThreadDoc);
  },
});

/** Deletes a thread and all that belongs to it, in as many transactions as it takes. */
export const deleteAllForThreadIdAsync = mutation({
  args: { threadId: v.string() },
  returns: v.object({ isDone: v.boolean() }),
  handler: async (ctx, { threadId }) => {
    const id = parseThreadId(ctx, threadId);
    const isDone = await deleteThreadStep(ctx, id);
    if (!isDone) await ctx.scheduler.runAfter(0, internal.threads.continueDeletion, { threadId: id });
    return { isDone };
  },
});

export const continueDeletion = internalMutation({
  args: { threadId: v.id("threads") },
  returns: v.null(),
  handler: async (ctx, { threadId }) => {
    const isDone = await deleteThreadStep(ctx, threadId);
    if (!isDone) await ctx.scheduler.runAfter(0, internal.threads.continueDeletion, { threadId });
    return null;
  },
});

/** One transaction of a deletion; the caller repeats it until `isDone`. */
export const deleteAllForThreadIdStep = mutation({
  args: { threadId: v.string() },
  returns: v.object({ isDone: v.boolean() }),
  handler: async (ctx, { threadId }) => ({ isDone: await deleteThreadStep(ctx, parseThreadId(ctx, threadId)) }),
});
