import { v } from "convex/values";
import { internal } from "./_generated/api.js";
import { action, internalMutation, mutation } from "./_generated/server.js";
import { deleteUserStep } from "./model/deletion.js";

/** Deletes all threads of a user with all that belongs to them, in the background. */
export const deleteAllForUserIdAsync = mutation({
  args: { userId: v.string() },
  returns: v.boolean(),
  handler: async (ctx, { userId }) => {
    const isDone = await deleteUserStep(ctx, userId);
    if (!isDone) await ctx.scheduler.runAfter(0, internal.users.continueDeletion, { userId });
    return isDone;
  },
});

export const continueDeletion = internalMutation({
  args: { userId: v.string() },
  returns: v.null(),
  handler: async (ctx, { userId }) => {
    const isDone = await deleteUserStep(ctx, userId);
    if (!isDone) await ctx.scheduler.runAfter(0, internal.users.continueDeletion, { userId });
    return null;
  },
});

/** Deletes all threads of a user with all that belongs to them, and returns when they are gone. */
export const deleteAllForUserId = action({
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
  handler: async (ctx, { userId }) => await deleteUserStep(ctx, userId),
});
