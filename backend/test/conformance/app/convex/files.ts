import { actionGeneric as action, makeFunctionReference, mutationGeneric as mutation, queryGeneric as query } from "convex/server";
import { v } from "convex/values";

const names = makeFunctionReference<"query", { ids: string[] }, string[]>("files:names");

export const store = action({ args: { text: v.string(), type: v.optional(v.string()) }, handler: async (ctx, { text, type }) => await ctx.storage.store(new Blob([text], type === undefined ? {} : { type })) });
export const read = action({
  args: { id: v.id("_storage") },
  handler: async (ctx, { id }) => {
    const blob = await ctx.storage.get(id);
    return blob === null ? null : { text: await blob.text(), type: blob.type, size: blob.size };
  },
});
export const url = query({ args: { id: v.id("_storage") }, handler: async (ctx, { id }) => await ctx.storage.getUrl(id) });
export const metadata = query({ args: { id: v.id("_storage") }, handler: async (ctx, { id }) => await ctx.db.system.get(id) });
export const drop = mutation({ args: { id: v.id("_storage") }, handler: async (ctx, { id }) => await ctx.storage.delete(id) });

export const search = query({
  args: { text: v.string(), topic: v.optional(v.string()), take: v.optional(v.number()) },
  handler: async (ctx, { text, topic, take = 100 }) => {
    const found = await ctx.db.query("texts").withSearchIndex("by_body", (q) => (topic === undefined ? q.search("body", text) : q.search("body", text).eq("topic", topic))).take(take);
    return found.map((row) => row["body"] as string);
  },
});

export const nearest = action({
  args: { at: v.array(v.number()), limit: v.optional(v.number()), kinds: v.optional(v.array(v.string())) },
  handler: async (ctx, { at, limit, kinds }) => {
    const found = await ctx.vectorSearch("vectors", "by_at", {
      vector: at,
      ...(limit === undefined ? {} : { limit }),
      ...(kinds === undefined ? {} : { filter: (q) => q.or(...kinds.map((kind) => q.eq("kind", kind))) }),
    });
    const shown = await ctx.runQuery(names, { ids: found.map(({ _id }) => _id) });
    return found.map(({ _score }, index) => [shown[index], Math.round(_score * 1000) / 1000]);
  },
});
const namesOf = query({ args: { ids: v.array(v.id("vectors")) }, handler: async (ctx, { ids }) => await Promise.all(ids.map(async (id) => (await ctx.db.get(id))?.["name"] ?? null)) });
export { namesOf as names };
