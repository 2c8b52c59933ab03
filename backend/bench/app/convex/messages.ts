import { actionGeneric, mutationGeneric, queryGeneric } from "convex/server";
import { v } from "convex/values";

export const send = mutationGeneric({
  args: { channel: v.string(), body: v.string() },
  handler: async (ctx, args) => {
    await ctx.db.insert("messages", args);
  },
});

export const list = queryGeneric({
  args: { channel: v.string() },
  handler: (ctx, { channel }) => ctx.db.query("messages").withIndex("by_channel", (q) => q.eq("channel", channel)).take(100),
});

export const publish = mutationGeneric({
  args: { text: v.string() },
  handler: async (ctx, args) => {
    await ctx.db.insert("news", args);
  },
});

export const latest = queryGeneric({ args: {}, handler: (ctx) => ctx.db.query("news").order("desc").take(10) });

export const nearest = actionGeneric({
  args: { vector: v.array(v.number()) },
  handler: async (ctx, { vector }) => (await ctx.vectorSearch("passages", "by_vector", { vector, limit: 10 })).length,
});
