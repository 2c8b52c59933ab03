/** The steps of the workflow: an agent's call is begun, watched, and ends with an event. */
import { abortStream, saveMessage } from "convex-agent/queries";
import { vWorkflowId } from "@convex-dev/workflow";
import { vResultValidator } from "@convex-dev/workpool";
import { v } from "convex/values";
import { components, internal } from "../_generated/api";
import type { Doc } from "../_generated/dataModel";
import { internalMutation, type MutationCtx } from "../_generated/server";
import { workflow } from "./manager";
import { vStageName, type vTripState } from "./tables";
import type { Infer } from "convex/values";

/** How often an agent is asked before the plan fails. */
const MAX_ATTEMPTS = 3;
/** A lost call is noticed within this time. The check reads two rows and writes none. */
const WATCH_MS = 2_000;

// #region begin
/** Saves what the agent is asked and schedules its answer, in one transaction. */
export const begin = internalMutation({
  args: { tripId: v.id("trips"), name: vStageName, prompt: v.string() },
  returns: v.null(),
  handler: async (ctx, { tripId, name, prompt }) => {
    const trip = await mustGetTrip(ctx, tripId);
    const { messageId, message } = await saveMessage(ctx, components.agent, { threadId: trip.threadId, prompt });
    const stageId = await ctx.db.insert("tripStages", {
      tripId, name, promptMessageId: messageId, order: message.order, attempt: 1, state: "running",
    });
    await callAgent(ctx, { stage: { _id: stageId, name, promptMessageId: messageId, attempt: 1 }, threadId: trip.threadId });
    await ctx.scheduler.runAfter(WATCH_MS, internal.workflow.stages.watch, { stageId });
    return null;
  },
});
// #endregion

// #region complete
/** Called by the agent's action when its answer is complete. A second call, or one of an earlier attempt, changes nothing. */
export const complete = internalMutation({
  args: { stageId: v.id("tripStages"), attempt: v.number() },
  returns: v.null(),
  handler: async (ctx, { stageId, attempt }) => {
    const stage = await ctx.db.get(stageId);
    if (stage === null || stage.state !== "running" || stage.attempt !== attempt) return null;
    const { state, workflowId } = await mustGetTrip(ctx, stage.tripId);
    if (state.kind !== "running") return null;
    await ctx.db.patch(stageId, { state: "done" });
    await workflow.sendEvent(ctx, { workflowId: workflowIdOf(workflowId), name: stage.name });
    return null;
  },
});
// #endregion

// #region watch
/** Asks again when the agent's call has ended without an answer: the process died, or the model failed. */
export const watch = internalMutation({
  args: { stageId: v.id("tripStages") },
  returns: v.null(),
  handler: async (ctx, { stageId }) => {
    const stage = await ctx.db.get(stageId);
    if (stage === null || stage.state !== "running") return null;
    const trip = await mustGetTrip(ctx, stage.tripId);
    if (trip.state.kind !== "running") return null;
    const call = stage.callId === undefined ? null : await ctx.db.system.get(stage.callId);
    const isAtWork = call?.state.kind === "pending" || call?.state.kind === "inProgress";
    if (!isAtWork && stage.attempt >= MAX_ATTEMPTS) return await giveUp(ctx, { stage, trip });
    if (!isAtWork) await askAgain(ctx, { stage, trip });
    await ctx.scheduler.runAfter(WATCH_MS, internal.workflow.stages.watch, { stageId });
    return null;
  },
});
// #endregion

/** The workflow component calls this once, when the workflow has ended. */
export const ended = internalMutation({
  args: { workflowId: vWorkflowId, result: vResultValidator, context: v.object({ tripId: v.id("trips") }) },
  returns: v.null(),
  handler: async (ctx, { result, context: { tripId } }) => {
    // It may have been deleted with its conversation, which ends the workflow.
    if (await ctx.db.get(tripId) !== null) await ctx.db.patch(tripId, { state: stateOf(result) });
    return null;
  },
});

function stateOf(result: Infer<typeof vResultValidator>): Infer<typeof vTripState> {
  switch (result.kind) {
    case "success": return { kind: "done" };
    case "canceled": return { kind: "canceled" };
    case "failed": return { kind: "failed", reason: result.error };
    default: return result satisfies never;
  }
}

async function mustGetTrip(ctx: MutationCtx, tripId: Doc<"trips">["_id"]): Promise<Doc<"trips">> {
  const trip = await ctx.db.get(tripId);
  if (trip === null) throw new Error(`There is no trip ${tripId}`);
  return trip;
}

function workflowIdOf(stored: string | undefined): Infer<typeof vWorkflowId> {
  if (stored === undefined) throw new Error("A trip's workflow is stored in the transaction that starts it");
  // Stored by `trips.start` as the component has given it; the brand is a matter of types alone.
  return stored as Infer<typeof vWorkflowId>;
}

type Call = Pick<Doc<"tripStages">, "_id" | "name" | "promptMessageId" | "attempt">;

async function callAgent(ctx: MutationCtx, { stage, threadId }: { stage: Call; threadId: string }): Promise<void> {
  const { _id: stageId, name, promptMessageId, attempt } = stage;
  const callId = await ctx.scheduler.runAfter(0, internal.workflow.reply.reply, { stageId, name, threadId, promptMessageId, attempt });
  await ctx.db.patch(stageId, { callId, attempt });
}

type Running = { stage: Doc<"tripStages">; trip: Doc<"trips"> };

/** Drops the half of an answer that the lost call left, so that the next one begins anew. */
async function askAgain(ctx: MutationCtx, { stage, trip: { threadId } }: Running): Promise<void> {
  const { order } = stage;
  await abortStream(ctx, components.agent, { threadId, order, reason: "asked again" });
  await ctx.runMutation(components.agent.messages.deleteByOrder, { threadId, startOrder: order, startStepOrder: 1, endOrder: order + 1 });
  await callAgent(ctx, { stage: { ...stage, attempt: stage.attempt + 1 }, threadId });
}

async function giveUp(ctx: MutationCtx, { stage, trip }: Running): Promise<null> {
  await ctx.db.patch(stage._id, { state: "failed" });
  await workflow.sendEvent(ctx, {
    workflowId: workflowIdOf(trip.workflowId), name: stage.name, error: `The agent did not answer in ${MAX_ATTEMPTS} attempts.`,
  });
  return null;
}
