import { v } from "convex/values";
import { fail } from "../shared/errors.js";
import { mutation, query, type MutationCtx } from "./_generated/server.js";
import { countFailure, findApiKey, hashSecret, newApiKey } from "../model/apiKeys.js";

/** Keys that one list shows; there is one for each person or machine that uses the playground. */
const MAX_LISTED = 1000;

/**
 * Makes a key for the playground and returns it; it cannot be shown again. A name that is in use is given to the new
 * key, and the old one ends. A `readOnly` key lists and looks, but starts no thread and no generation.
 */
export const issue = mutation({
  args: { name: v.optional(v.string()), readOnly: v.optional(v.boolean()) },
  returns: v.string(),
  handler: async (ctx, { name, readOnly = false }) => {
    if (name !== undefined) await destroyNamed(ctx, name);
    const { keyId, secret, text } = newApiKey();
    await ctx.db.insert("apiKeys", { keyId, secretHash: await hashSecret(secret), name, readOnly });
    return text;
  },
});

/** True when the key is right; fails with `invalid_api_key` otherwise, and with `read_only_api_key` when `write` needs more. */
export const validate = query({
  args: { apiKey: v.string(), write: v.optional(v.boolean()) },
  returns: v.boolean(),
  handler: async (ctx, { apiKey, write = false }) => {
    const key = await findApiKey(ctx, apiKey);
    if (key === null) fail({ code: "invalid_api_key", message: "This API key is not valid, or not any more." });
    if (write && key.readOnly) fail({ code: "read_only_api_key", message: "This API key may only read." });
    return true;
  },
});

/**
 * Counts a wrong key and says how long its caller is to wait for the answer, in milliseconds. A right key is neither
 * counted nor delayed, so that nobody can lock out those who have one.
 */
export const countWrongKey = mutation({
  args: { apiKey: v.string() },
  returns: v.object({ delayMs: v.number() }),
  handler: async (ctx, { apiKey }) => ({ delayMs: (await findApiKey(ctx, apiKey)) === null ? await countFailure(ctx, Date.now()) : 0 }),
});

/** The keys, without their secrets. */
export const list = query({
  args: {},
  returns: v.array(v.object({ keyId: v.string(), name: v.optional(v.string()), readOnly: v.boolean(), createdMs: v.number() })),
  handler: async (ctx) => {
    const keys = await ctx.db.query("apiKeys").take(MAX_LISTED);
    return keys.map(({ keyId, name, readOnly, _creationTime }) => ({ keyId, name, readOnly, createdMs: _creationTime }));
  },
});

/** Ends a key, named by itself, by its `keyId` or by its name. A key and a name given together must belong together. */
export const destroy = mutation({
  args: { apiKey: v.optional(v.string()), keyId: v.optional(v.string()), name: v.optional(v.string()) },
  returns: v.union(v.literal("missing"), v.literal("deleted"), v.literal("name mismatch"), v.literal("must provide either apiKey or name")),
  handler: async (ctx, { apiKey, keyId, name }) => {
    if (apiKey === undefined && keyId === undefined) {
      if (name === undefined) return "must provide either apiKey or name";
      return (await destroyNamed(ctx, name)) ? "deleted" : "missing";
    }
    const key = apiKey === undefined ? await ctx.db.query("apiKeys").withIndex("keyId", (q) => q.eq("keyId", keyId ?? "")).unique() : await findApiKey(ctx, apiKey);
    if (key === null) return "missing";
    if (name !== undefined && key.name !== name) return "name mismatch";
    await ctx.db.delete(key._id);
    return "deleted";
  },
});

async function destroyNamed(ctx: MutationCtx, name: string): Promise<boolean> {
  const key = await ctx.db.query("apiKeys").withIndex("name", (q) => q.eq("name", name)).unique();
  if (key !== null) await ctx.db.delete(key._id);
  return key !== null;
}
