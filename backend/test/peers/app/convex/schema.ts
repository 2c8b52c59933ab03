import { vResultValidator } from "@convex-dev/workpool";
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  /** What was done, in order, for one run of a flow. */
  marks: defineTable({ run: v.string(), label: v.string() }).index("by_run", ["run"]),
  /** What `onComplete` handlers were told. */
  outcomes: defineTable({ run: v.string(), label: v.string(), result: vResultValidator }).index("by_run", ["run"]),
});
