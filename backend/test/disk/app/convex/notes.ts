import { actionGeneric as action, mutationGeneric as mutation, queryGeneric as query } from "convex/server";
import { v } from "convex/values";

/** Notes a number and as much text as is asked for. */
export const add = mutation({
  args: { n: v.number(), chars: v.optional(v.number()) },
  handler: async (ctx, { n, chars = 0 }) => void (await ctx.db.insert("notes", { n, text: "x".repeat(chars) })),
});

export const list = query({
  args: {},
  handler: async (ctx): Promise<number[]> => (await ctx.db.query("notes").collect()).map((note) => note["n"] as number),
});

export const uploadUrl = mutation({ args: {}, handler: async (ctx) => await ctx.storage.generateUploadUrl() });

export const store = action({
  args: { bytes: v.number() },
  handler: async (ctx, { bytes }) => await ctx.storage.store(new Blob([new Uint8Array(bytes)])),
});
