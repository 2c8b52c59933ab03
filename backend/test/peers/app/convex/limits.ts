import { HOUR, RateLimiter } from "@convex-dev/rate-limiter";
import { v } from "convex/values";
import { components } from "./_generated/api.js";
import { mutation, query } from "./_generated/server.js";

const rateLimiter = new RateLimiter(components.rateLimiter, {
  window: { kind: "fixed window", rate: 3, period: HOUR, start: 0 },
  bucket: { kind: "token bucket", rate: 60, period: HOUR, capacity: 3 },
  reserved: { kind: "token bucket", rate: 60, period: HOUR, capacity: 1, maxReserved: 2 },
  sharded: { kind: "token bucket", rate: 40, period: HOUR, shards: 4 },
  later: { kind: "token bucket", rate: 10, period: HOUR, applyUpdates: "asynchronously" },
});

const name = v.union(v.literal("window"), v.literal("bucket"), v.literal("reserved"), v.literal("sharded"), v.literal("later"));
const options = { key: v.optional(v.string()), count: v.optional(v.number()), reserve: v.optional(v.boolean()), throws: v.optional(v.boolean()) };

export const limit = mutation({ args: { name, ...options }, handler: async (ctx, { name, ...rest }) => await rateLimiter.limit(ctx, name, rest) });
export const check = query({ args: { name, ...options }, handler: async (ctx, { name, ...rest }) => await rateLimiter.check(ctx, name, rest) });
export const reset = mutation({ args: { name, key: v.optional(v.string()) }, handler: async (ctx, { name, key }) => await rateLimiter.reset(ctx, name, { key }) });
export const value = query({ args: { name, key: v.optional(v.string()) }, handler: async (ctx, { name, key }) => await rateLimiter.getValue(ctx, name, { key }) });

/** Takes one and then fails, so that the taking is undone with the rest of the transaction. */
export const limitAndFail = mutation({
  args: { name, key: v.optional(v.string()) },
  handler: async (ctx, { name, key }) => {
    await rateLimiter.limit(ctx, name, { key });
    throw new Error("after the limit");
  },
});

export const inline = mutation({
  args: {},
  handler: async (ctx) => await rateLimiter.limit(ctx, "unnamed", { config: { kind: "fixed window", rate: 1, period: HOUR, start: 0 } }),
});

export const { getRateLimit, getServerTime } = rateLimiter.hookAPI("bucket", { key: (_ctx, keyFromClient) => keyFromClient ?? "nobody" });
