import { defineTable } from "convex/server";
import { v } from "convex/values";

/** The agents' parts of a trip's plan, in their order. */
export const stageNames = ["weather", "packing"] as const;
export const vStageName = v.union(v.literal("weather"), v.literal("packing"));

export const vTripState = v.union(
  v.object({ kind: v.literal("running") }),
  v.object({ kind: v.literal("done") }),
  v.object({ kind: v.literal("canceled") }),
  v.object({ kind: v.literal("failed"), reason: v.string() }),
);

export const tripTables = {
  /** One run of the workflow. Written by `trips.start` and `stages.ended`; it goes with its conversation's owner. */
  trips: defineTable({
    threadId: v.string(),
    city: v.string(),
    state: vTripState,
    /** Set in the transaction that starts the workflow. */
    workflowId: v.optional(v.string()),
  }).index("by_thread", ["threadId"]),
  /** One agent's part of a run: who answers which message, and how often it was tried. Written by `workflow/stages.ts`. */
  tripStages: defineTable({
    tripId: v.id("trips"),
    name: vStageName,
    promptMessageId: v.string(),
    order: v.number(),
    /** The scheduled call of the agent that is at work, or was. */
    callId: v.optional(v.id("_scheduled_functions")),
    attempt: v.number(),
    state: v.union(v.literal("running"), v.literal("done"), v.literal("failed")),
  }).index("by_trip", ["tripId"]),
};
