import { internalQueryGeneric, mutationGeneric, queryGeneric, type PaginationOptions } from "convex/server";
import { v } from "convex/values";

export const list = queryGeneric({
  args: { channel: v.string() },
  handler: async (ctx, { channel }) => {
    const messages = await ctx.db.query("messages").withIndex("by_channel", (q) => q.eq("channel", channel)).collect();
    return messages.map(({ body }) => String(body));
  },
});

export const page = queryGeneric({
  args: { paginationOpts: v.any() },
  // The client's hooks send these options.
  handler: async (ctx, { paginationOpts }) => await ctx.db.query("messages").withIndex("by_rank").paginate(paginationOpts as PaginationOptions),
});

export const send = mutationGeneric({
  args: { channel: v.string(), body: v.string(), rank: v.optional(v.number()) },
  handler: async (ctx, message) => await ctx.db.insert("messages", message),
});

export const whoami = queryGeneric({ args: {}, handler: async (ctx) => await ctx.auth.getUserIdentity() });

export const whoWrites = mutationGeneric({ args: {}, handler: async (ctx) => await ctx.auth.getUserIdentity() });

// What the types forbid, a function without types does.
export const brokenSearch = queryGeneric({
  args: {},
  handler: async (ctx) => await ctx.db.query("messages").withSearchIndex("by_body", (q) => q.search("body", 5 as never)).collect(),
});

export const setting = queryGeneric({ args: {}, handler: async () => process.env.SETTING ?? null });

export const secret = internalQueryGeneric({ args: {}, handler: async () => "for admins" });
