import { mutationGeneric as mutation, queryGeneric as query, type FunctionHandle } from "convex/server";
import { ConvexError, v } from "convex/values";

export const put = mutation({ args: { name: v.string() }, returns: v.string(), handler: async (ctx, { name }) => await ctx.db.insert("things", { name }) });

export const names = query({ args: {}, returns: v.array(v.string()), handler: async (ctx) => (await ctx.db.query("things").collect()).map((row) => row["name"]) });

/** Writes, then fails. */
export const putAndFail = mutation({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    await ctx.db.insert("things", { name });
    throw new ConvexError({ name });
  },
});

/** Calls a function of whoever made the handle. */
export const callBack = mutation({
  args: { handle: v.string(), label: v.string() },
  // The handle is of a mutation: that is what callers pass.
  handler: async (ctx, { handle, label }) => await ctx.runMutation(handle as FunctionHandle<"mutation">, { label }),
});

export const callBackLater = mutation({
  args: { handle: v.string(), label: v.string() },
  // As above.
  handler: async (ctx, { handle, label }) => void (await ctx.scheduler.runAfter(0, handle as FunctionHandle<"mutation">, { label })),
});
