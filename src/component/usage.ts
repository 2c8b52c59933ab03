import { v } from "convex/values";
import { query } from "./_generated/server.js";
import { usageByDay, vUsageRow } from "../model/usage.js";

/**
 * Tokens by day, user, agent and model, of messages saved from `sinceMs` (inclusive) to `untilMs` (exclusive), oldest
 * first. A page reads so many messages and says where the next begins; rows of the same key in several pages add up.
 */
export const byDay = query({
  args: { sinceMs: v.number(), untilMs: v.optional(v.number()), userId: v.optional(v.string()), cursor: v.union(v.string(), v.null()) },
  returns: v.object({ rows: v.array(vUsageRow), isDone: v.boolean(), continueCursor: v.string() }),
  handler: async (ctx, args) => await usageByDay(ctx, args),
});
