import { v } from "convex/values";
import { internal } from "../_generated/api";
import { workflow } from "./manager";

// #region plan
/**
 * The plan of a trip: one agent after the other, in one conversation. The workflow component keeps what was reached, so
 * a process that ends takes nothing with it: the next one goes on at the step where this one was.
 *
 * A call of a model is begun by a mutation and ends with an event. The workflow waits for the event, however long, and
 * `stages.watch` asks again when the process died in the middle of the call. With `step.runAction` in place of the two,
 * the component would notice the lost call itself, but only after five minutes.
 */
export const planTrip = workflow.define({
  args: { tripId: v.id("trips"), city: v.string() },
  returns: v.null(),
}).handler(async (step, { tripId, city }): Promise<null> => {
  await step.runMutation(internal.workflow.stages.begin, { tripId, name: "weather", prompt: `What is the weather in ${city}?` });
  await step.awaitEvent({ name: "weather" });
  await step.runMutation(internal.workflow.stages.begin, { tripId, name: "packing", prompt: `Make a packing list for ${city}.` });
  await step.awaitEvent({ name: "packing" });
  return null;
});
// #endregion
