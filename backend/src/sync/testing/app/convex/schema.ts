import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  messages: defineTable({ channel: v.string(), body: v.string(), rank: v.optional(v.number()) }).index("by_channel", ["channel"]).index("by_rank", ["rank"]),
});
