import { paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import { vPaginationResult } from "../shared/validators/index.js";
import { internal } from "./_generated/api.js";
import { action, internalMutation, mutation, query, type MutationCtx } from "./_generated/server.js";
import { deleteUserStep } from "../model/deletion.js";
import { listUsersWithThreads as listUsers } from "../model/listThreads.js";

async function deleteUser(ctx: MutationCtx, userId: string): Promise<boolean> {
  const isDone = await deleteUserStep(ctx, userId, Date.now());
  if (!isDone) await ctx.scheduler.runAfter(0, internal.users.continueDeletion, { userId });
  return isDone;
}

/** Deletes all threads of a user with all that belongs to them, in the background. True: all is gone already. */
export const deleteAllForUserIdAsync = mutation({
  args: { userId: v.string() },
  returns: v.boolean(),
  handler: async (ctx, { userId }) => await deleteUser(ctx, userId),
});

/**
 * Deletes all threads of a user with all that belongs to them: at once as much as one transaction takes, the rest in
 * the background. `isDone`: all is gone already. `deleteAllForUserIdSync` waits for the end.
 */
export const deleteAllForUserId = mutation({
  args: { userId: v.string() },
  returns: v.object({ isDone: v.boolean() }),
  handler: async (ctx, { userId }) => ({ isDone: await deleteUser(ctx, userId) }),
});

export const continueDeletion = internalMutation({
  args: { userId: v.string() },
  returns: v.null(),
  handler: async (ctx, { userId }) => {
    await deleteUser(ctx, userId);
    return null;
  },
});

/** Deletes all threads of a user with all that belongs to them, and returns when they are gone. */
export const deleteAllForUserIdSync = action({
  args: { userId: v.string() },
  returns: v.null(),
  handler: async (ctx, { userId }): Promise<null> => {
    let isDone = false;
    while (!isDone) isDone = await ctx.runMutation(internal.users.deletionStep, { userId });
    return null;
  },
});

export const deletionStep = internalMutation({
  args: { userId: v.string() },
  returns: v.boolean(),
  handler: async (ctx, { userId }) => await deleteUserStep(ctx, userId, Date.now()),
});

/** The users who have threads, each once, in the order of their ids. */
export const listUsersWithThreads = query({
  args: { paginationOpts: paginationOptsValidator },
  returns: vPaginationResult(v.string()),
  handler: async (ctx, { paginationOpts }) => await listUsers(ctx, paginationOpts),
});
