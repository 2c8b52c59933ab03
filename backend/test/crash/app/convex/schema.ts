import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  entries: defineTable({ client: v.string(), n: v.number() }).index("by_client", ["client", "n"]),
  counters: defineTable({ client: v.string(), count: v.number() }).index("by_client", ["client"]),
  accounts: defineTable({ name: v.string(), balance: v.number() }).index("by_name", ["name"]),
  ticks: defineTable({ key: v.string(), round: v.number() }).index("by_key", ["key", "round"]),
  steps: defineTable({ key: v.string(), step: v.string() }),
});
