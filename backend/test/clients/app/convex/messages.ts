import { actionGeneric as action, makeFunctionReference, mutationGeneric as mutation, paginationOptsValidator, queryGeneric as query } from "convex/server";
import { ConvexError, v } from "convex/values";

const listRef = makeFunctionReference<"query", { channel: string }, string[]>("messages:list");

export const list = query({
  args: { channel: v.string() },
  handler: async (ctx, { channel }): Promise<string[]> => {
    const messages = await ctx.db.query("messages").withIndex("by_channel", (q) => q.eq("channel", channel)).collect();
    return messages.map((message) => message["body"]);
  },
});

export const page = query({
  args: { channel: v.string(), paginationOpts: paginationOptsValidator },
  handler: async (ctx, { channel, paginationOpts }) => await ctx.db.query("messages").withIndex("by_channel", (q) => q.eq("channel", channel)).order("desc").paginate(paginationOpts),
});

/** What is stored tells itself apart from what an optimistic update shows. */
export const send = mutation({
  args: { channel: v.string(), body: v.string() },
  handler: async (ctx, { channel, body }) => {
    if (body === "") throw new ConvexError({ code: "empty" });
    return await ctx.db.insert("messages", { channel, body: body.toUpperCase() });
  },
});

export const count = action({ args: { channel: v.string() }, handler: async (ctx, args): Promise<number> => (await ctx.runQuery(listRef, args)).length });

export const whoAmI = query({ args: {}, handler: async (ctx) => (await ctx.auth.getUserIdentity())?.subject ?? null });
