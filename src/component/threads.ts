import { paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import { vMessageDoc, vMessageWithMetadata, vPaginationResult, vThreadDoc, vThreadStatus } from "../shared/validators/index.js";
import { api, internal } from "./_generated/api.js";
import { action, internalMutation, mutation, query } from "./_generated/server.js";
import { insertActivity, listByActivity as listThreadsByActivity, markRead as markThreadRead, moveActivity, vActiveThread } from "../model/activity.js";
import { deleteThreadStep } from "../model/deletion.js";
import { lastMessagesOf, listThreads, vLastMessage } from "../model/listThreads.js";
import { countTurns, insertMessages } from "../model/saveMessages.js";
import { mustGetThread, parseThreadId, toThreadDoc } from "../model/threads.js";

/** Creates a thread. */
export const createThread = mutation({
  args: { userId: v.optional(v.string()), title: v.optional(v.string()), summary: v.optional(v.string()) },
  returns: vThreadDoc,
  handler: async (ctx, args) => {
    const nowMs = Date.now();
    const fields = { ...args, status: "active" as const };
    const activityId = await insertActivity(ctx, { userId: args.userId, turns: 0, nowMs });
    const _id = await ctx.db.insert("threads", { ...fields, activityId });
    return { ...fields, _id, _creationTime: nowMs };
  },
});

/** Creates a thread with its first messages, in one call that reads nothing. */
export const startThread = mutation({
  args: {
    userId: v.optional(v.string()),
    title: v.optional(v.string()),
    summary: v.optional(v.string()),
    agentName: v.optional(v.string()),
    messages: v.array(vMessageWithMetadata),
  },
  returns: v.object({ threadId: v.string(), messages: v.array(vMessageDoc) }),
  handler: async (ctx, { agentName, messages, ...fields }) => {
    const nowMs = Date.now();
    const activityId = await insertActivity(ctx, { userId: fields.userId, turns: countTurns(messages), nowMs });
    const threadId = await ctx.db.insert("threads", { ...fields, status: "active", activityId });
    const place = { next: { order: 0, stepOrder: 0 }, keepTurn: false, nowMs };
    return { threadId, messages: await insertMessages(ctx, { threadId, activity: "noted", userId: fields.userId, agentName, messages }, place) };
  },
});

/** A thread, or null when there is none with this id. */
export const getThread = query({
  args: { threadId: v.string() },
  returns: v.union(vThreadDoc, v.null()),
  handler: async (ctx, { threadId }) => {
    const id = ctx.db.normalizeId("threads", threadId);
    const thread = id === null ? null : await ctx.db.get(id);
    return thread === null ? null : toThreadDoc(thread);
  },
});

/** Changes a thread; what the patch leaves out stays. */
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
    await moveActivity(ctx, thread.activityId, patch);
    return toThreadDoc({ ...thread, ...patch });
  },
});

/** The threads of a user (without `userId`: of nobody), newest first unless `order` says otherwise. */
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

/**
 * The threads of a user (without `userId`: of nobody; with `everyone`: of all) by their last activity, newest first: when
 * their last turn was opened. `status` default: the active ones.
 */
export const listByActivity = query({
  args: { userId: v.optional(v.string()), everyone: v.optional(v.boolean()), status: v.optional(vThreadStatus), paginationOpts: paginationOptsValidator },
  returns: vPaginationResult(vActiveThread),
  handler: async (ctx, { status = "active", ...options }) => await listThreadsByActivity(ctx, { ...options, status }),
});

/** Marks a thread's turns up to `order` (default: all) as read. */
export const markRead = mutation({
  args: { threadId: v.string(), order: v.optional(v.number()) },
  returns: v.null(),
  handler: async (ctx, { threadId, order }) => {
    await markThreadRead(ctx, await mustGetThread(ctx, threadId), order);
    return null;
  },
});

/** Threads whose title matches, best first. */
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

/** The newest message of each thread, in short; null for a thread without messages. At most 100 threads. */
export const lastMessages = query({
  args: { threadIds: v.array(v.string()) },
  returns: v.array(v.union(v.null(), vLastMessage)),
  handler: async (ctx, { threadIds }) => await lastMessagesOf(ctx, threadIds),
});

const vDeletion = { threadId: v.string(), limit: v.optional(v.number()) };

/**
 * Deletes a thread and all that belongs to it: at once as much as one transaction takes, the rest in the background.
 * `limit` is taken for compatibility; how much a transaction takes is decided here.
 */
export const deleteAllForThreadIdAsync = mutation({
  args: vDeletion,
  returns: v.object({ isDone: v.boolean() }),
  handler: async (ctx, { threadId }) => {
    const id = parseThreadId(ctx, threadId);
    const isDone = await deleteThreadStep(ctx, id, Date.now());
    if (!isDone) await ctx.scheduler.runAfter(0, internal.threads.continueDeletion, { threadId: id });
    return { isDone };
  },
});

export const continueDeletion = internalMutation({
  args: { threadId: v.id("threads") },
  returns: v.null(),
  handler: async (ctx, { threadId }) => {
    const isDone = await deleteThreadStep(ctx, threadId, Date.now());
    if (!isDone) await ctx.scheduler.runAfter(0, internal.threads.continueDeletion, { threadId });
    return null;
  },
});

/** Deletes a thread and all that belongs to it, and returns when it is gone. */
export const deleteAllForThreadIdSync = action({
  args: vDeletion,
  returns: v.null(),
  handler: async (ctx, { threadId }): Promise<null> => {
    for (;;) {
      const { isDone } = await ctx.runMutation(api.threads.deleteAllForThreadIdStep, { threadId });
      if (isDone) return null;
    }
  },
});

/** One transaction of a deletion; the caller repeats it until `isDone`. */
export const deleteAllForThreadIdStep = mutation({
  args: { threadId: v.string() },
  returns: v.object({ isDone: v.boolean() }),
  handler: async (ctx, { threadId }) => ({ isDone: await deleteThreadStep(ctx, parseThreadId(ctx, threadId), Date.now()) }),
});
