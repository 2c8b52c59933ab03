import type { ModelMessage } from "ai";
import type { GenericActionCtx, GenericDataModel } from "convex/server";
import { v, type Infer } from "convex/values";
import { vMessage } from "../../shared/validators/message.js";
import type { Agent } from "../agent.js";
import type { ContextHandler, Options } from "../agentOptions.js";
import { vCallSettings, vContextOptions, vStorageOptions } from "../functionArgs.js";
import { shownSteps, unsavedMessages, type PlaygroundAnswer } from "./answers.js";
import type { Playground } from "./access.js";

/** What can be changed for one answer. */
export const overrides = {
  /** In place of the agent's instructions. */
  system: v.optional(v.string()),
  callSettings: v.optional(vCallSettings),
  contextOptions: v.optional(vContextOptions),
  storageOptions: v.optional(vStorageOptions),
  maxSteps: v.optional(v.number()),
  /** The names of the agent's tools that the model may call. Default: all. */
  activeTools: v.optional(v.array(v.string())),
  toolChoice: v.optional(v.union(v.literal("auto"), v.literal("none"), v.literal("required"))),
};
const vOverrides = v.object(overrides);

/** What is asked, of whom, with what changed. */
export type AnswerCall = Infer<typeof vOverrides> & {
  userId?: string | undefined;
  threadId: string;
  prompt?: string | ModelMessage[] | undefined;
  messages?: Infer<typeof vMessage>[] | undefined;
  promptMessageId?: string | undefined;
  contextHandler?: ContextHandler | undefined;
};

/** A call to make: as which agent, and whether those who follow the thread see it speak. */
export type AnswerRequest = { agent: Agent; call: AnswerCall; streams: boolean };

export type AnswerCtx = GenericActionCtx<GenericDataModel>;

/** A call as the agent takes it. */
export function agentCall({ userId, threadId, system, callSettings, contextOptions, storageOptions, contextHandler, ...given }: AnswerCall) {
  const args = { ...callSettings, ...given, ...(system !== undefined && { instructions: system }) };
  const options: Options = { ...(contextOptions && { contextOptions }), ...(storageOptions && { storageOptions }), ...(contextHandler && { contextHandler }) };
  return { target: { threadId, userId }, args, options };
}

/** Answers, and returns when all is said. */
export async function makeAnswer({ timers }: Playground, ctx: AnswerCtx, { agent, call, streams }: AnswerRequest): Promise<PlaygroundAnswer> {
  const startMs = timers.now();
  const { target, args, options } = agentCall(call);
  const result = streams
    ? await agent.streamText(ctx, target, args, { ...options, saveStreamDeltas: true })
    : await agent.generateText(ctx, target, args, options);
  const place = {
    ...(result.promptMessageId !== undefined && { promptMessageId: result.promptMessageId }),
    ...(result.order !== undefined && { order: result.order }),
  };
  const steps = await endOf(result.steps);
  // Somebody stopped it, as the playground offers: that is an end, and what was said is in the thread.
  if (steps === "stopped") return { text: "", finishReason: "other", isStopped: true, ...place, messages: result.savedMessages ?? [], unsaved: [], steps: [], durationMs: timers.now() - startMs };
  return {
    text: await result.text,
    finishReason: await result.finishReason,
    ...place,
    messages: result.savedMessages ?? [],
    unsaved: options.storageOptions?.saveMessages === "none" ? unsavedMessages(steps, startMs) : [],
    steps: shownSteps(steps),
    durationMs: timers.now() - startMs,
  };
}

/** What comes of it, or that it was stopped. */
async function endOf<T>(result: T | PromiseLike<T>): Promise<T | "stopped"> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") return "stopped";
    throw error;
  }
}
