/** What the page does with trips: begin one, follow it, cancel it. */
import { abortStream } from "convex-agent/queries";
import { vWorkflowId } from "@convex-dev/workflow";
import { v, type Infer } from "convex/values";
import { z } from "zod";
import { components, internal } from "../_generated/api";
import { mutation, query, type QueryCtx } from "../_generated/server";
import { requireThreadAccess, requireViewer } from "../access";
import { notFound } from "../errors";
import { parseInput } from "../input";
import { createTopicThread } from "../topicThreads";
import { findCity, knownCities } from "../weather/cities";
import { workflow } from "./manager";
import { vStageName, vTripState } from "./tables";

const MAX_CITY_CHARS = 80;

const citySchema = z.string().trim().min(1, "Name a city first.").max(MAX_CITY_CHARS, "That is too long for the name of a city.")
  .refine((name) => findCity(name) !== null, `The built-in climate table does not know this city. It knows: ${knownCities().join(", ")}.`);

// #region start
/** Begins the plan of a trip. The conversation, the trip and its workflow come into being together or not at all. */
export const start = mutation({
  args: { viewerKey: v.string(), city: v.string() },
  returns: v.object({ threadId: v.string() }),
  handler: async (ctx, { viewerKey, city: typed }): Promise<{ threadId: string }> => {
    const { userId } = await requireViewer(viewerKey);
    const city = findCity(parseInput(citySchema, typed, "city"))?.name ?? typed;
    const threadId = await createTopicThread(ctx, { topic: "workflow", userId, title: `A trip to ${city}` });
    const tripId = await ctx.db.insert("trips", { threadId, city, state: { kind: "running" } });
    // Started from the queue: the workflow's first step must find its id on the trip.
    const workflowId = await workflow.start(ctx, internal.workflow.plan.planTrip, { tripId, city }, {
      onComplete: internal.workflow.stages.ended, context: { tripId }, startAsync: true,
    });
    await ctx.db.patch(tripId, { workflowId });
    return { threadId };
  },
});
// #endregion

/** Where a trip's plan is. */
export const get = query({
  args: { viewerKey: v.string(), threadId: v.string() },
  returns: v.object({
    city: v.string(),
    state: vTripState,
    isOwner: v.boolean(),
    stages: v.array(v.object({ name: vStageName, order: v.number(), attempt: v.number(), state: v.union(v.literal("running"), v.literal("done"), v.literal("failed")) })),
  }),
  handler: async (ctx, { viewerKey, threadId }) => {
    const { isOwner } = await requireThreadAccess(ctx, { viewerKey, threadId, permission: "read" });
    const trip = await mustFindTrip(ctx, threadId);
    // A trip has as many stages as there are agents: two.
    const stages = await ctx.db.query("tripStages").withIndex("by_trip", (q) => q.eq("tripId", trip._id)).take(10);
    return { city: trip.city, state: trip.state, isOwner, stages: stages.map(({ name, order, attempt, state }) => ({ name, order, attempt, state })) };
  },
});

/** Ends a plan where it is. What the agents have said stays. */
export const cancel = mutation({
  args: { viewerKey: v.string(), threadId: v.string() },
  returns: v.null(),
  handler: async (ctx, { viewerKey, threadId }) => {
    await requireThreadAccess(ctx, { viewerKey, threadId, permission: "manage" });
    const trip = await mustFindTrip(ctx, threadId);
    if (trip.state.kind !== "running" || trip.workflowId === undefined) return null;
    // Stored by `start` as the component has given it.
    await workflow.cancel(ctx, trip.workflowId as Infer<typeof vWorkflowId>);
    await ctx.db.patch(trip._id, { state: { kind: "canceled" } });
    for await (const stage of ctx.db.query("tripStages").withIndex("by_trip", (q) => q.eq("tripId", trip._id))) {
      if (stage.state === "running") await abortStream(ctx, components.agent, { threadId, order: stage.order, reason: "stopped" });
    }
    return null;
  },
});

async function mustFindTrip(ctx: Pick<QueryCtx, "db">, threadId: string) {
  const trip = await ctx.db.query("trips").withIndex("by_thread", (q) => q.eq("threadId", threadId)).unique();
  if (trip === null) throw notFound("This trip does not exist. It may have been deleted.");
  return trip;
}
