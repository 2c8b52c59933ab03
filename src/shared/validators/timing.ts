import { v, type Infer } from "convex/values";

/** When one call of a tool ran, ms since the epoch, by the clock of the machine that ran it. */
export const vToolTiming = v.object({ toolCallId: v.string(), startedMs: v.number(), endedMs: v.number() });
export type ToolTiming = Infer<typeof vToolTiming>;

/**
 * When what a message holds was made, ms since the epoch: of an assistant's message the model call, of a tool's message
 * the runs of its tools. Missing where nobody saw it: prompts, answers brought from elsewhere, replies that were cut off.
 */
export const vTiming = v.object({
  startedMs: v.number(),
  endedMs: v.number(),
  /** When the first piece of a streamed answer arrived. */
  firstOutputMs: v.optional(v.number()),
  tools: v.optional(v.array(vToolTiming)),
});
export type Timing = Infer<typeof vTiming>;
