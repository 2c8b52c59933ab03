import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  things: defineTable({ group: v.optional(v.string()), n: v.optional(v.number()), value: v.optional(v.any()) })
    .index("by_group_n", ["group", "n"])
    .index("by_value", ["value"])
    .index("by_deep", ["value.deep.field"]),
  strict: defineTable({ name: v.string(), kind: v.union(v.literal("a"), v.literal("b")), ref: v.optional(v.id("things")) }),
  texts: defineTable({ body: v.string(), topic: v.string() }).searchIndex("by_body", { searchField: "body", filterFields: ["topic"] }),
  vectors: defineTable({ name: v.string(), at: v.array(v.float64()), kind: v.string() }).vectorIndex("by_at", { vectorField: "at", dimensions: 3, filterFields: ["kind"] }),
});
