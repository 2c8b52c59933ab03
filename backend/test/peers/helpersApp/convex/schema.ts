import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  authors: defineTable({ name: v.string(), books: v.number() }).index("by_name", ["name"]),
  books: defineTable({ authorId: v.id("authors"), title: v.string(), year: v.number(), isSecret: v.boolean() }).index("authorId", ["authorId", "year"]).index("by_year", ["year"]),
});
