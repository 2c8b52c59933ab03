import type { CallWarning, FinishReason, FlexibleSchema, InferSchema, StopCondition, ToolSet } from "ai";
import { internalActionGeneric, internalMutationGeneric, type GenericActionCtx, type GenericDataModel, type GenericMutationCtx } from "convex/server";
import { v, type Infer } from "convex/values";
import { invariant } from "../shared/errors.js";
import { vMessageWithMetadata } from "../shared/validators/messageDoc.js";
import type { Agent } from "./agent.js";
import type { AgentCallSettings, Options, StreamingOptions } from "./agentOptions.js";
import { toConvexJson, toReturnedJson } from "../shared/convexJson.js";
import type { ActionCtx, InstalledComponent } from "./ctx.js";
import { vObjectArgs, vTextArgs, type MessageArg, type ObjectActionArgs, type TextActionArgs } from "./actionArgs.js";
import type { AgentPrompt, GenerateObjectArgs, GenerationOutputMetadata, ThreadTarget } from "./generate/args.js";
import { saveMessages } from "./messages.js";
import { createThread } from "./threads.js";

/** What an action made by an agent adds to the ctx of its tools. */
export type CustomCtxOption<CustomCtx extends object, Args> = {
  /** For `new Agent<CustomCtx>`: makes the fields that its ctx has besides those of every action. */
  customCtx?: (
    ctx: GenericActionCtx<GenericDataModel>,
    target: ThreadTarget,
    args: Args,
  ) => CustomCtx | Promise<CustomCtx>;
};

/** What an agent's text action does unless its caller says otherwise. */
export type TextActionSpec<CustomCtx extends object, AgentTools extends ToolSet> = Options &
  AgentCallSettings &
  CustomCtxOption<CustomCtx, TextActionArgs> & {
    /** Store the stream while it is spoken. Default: false. */
    stream?: boolean | StreamingOptions;
    /** When to stop calling the model while it calls tools. Default: the agent's. */
    stopWhen?: StopCondition<AgentTools> | Array<StopCondition<AgentTools>>;
    /** How many model calls one generation may make. The caller's `maxSteps` stands before it. */
    maxSteps?: number;
  };

/** What an agent's object action does unless its caller says otherwise. */
export type ObjectActionSpec<CustomCtx extends object> = Options & CustomCtxOption<CustomCtx, ObjectActionArgs>;

/** What an agent's actions return besides what was generated. */
export type ActionResult = {
  promptMessageId?: string;
  order?: number;
  finishReason: FinishReason;
  /** What the provider warned of, such as settings that it does not know. */
  warnings?: CallWarning[];
  savedMessageIds: string[];
};

/** An internal action that generates text with `agent`: the documented `agent.asTextAction()`. */
export function asTextAction<CustomCtx extends object, AgentTools extends ToolSet>(agent: Agent<CustomCtx, AgentTools>, spec: TextActionSpec<CustomCtx, AgentTools>) {
  return internalActionGeneric(textActionOf(agent, spec));
}

/** Arguments and handler of {@link asTextAction}. */
export function textActionOf<CustomCtx extends object, AgentTools extends ToolSet>(
  agent: Agent<CustomCtx, AgentTools>,
  spec: TextActionSpec<CustomCtx, AgentTools>,
) {
  const { contextOptions, storageOptions, usageHandler, contextHandler, customCtx, stream: specStream, ...defaults } = spec;
  return {
    args: vTextArgs,
    handler: async (ctx: GenericActionCtx<GenericDataModel>, args: TextActionArgs): Promise<{ text: string } & ActionResult> => {
      const { stream, toolChoice, maxSteps, callSettings } = args;
      const target = { threadId: args.threadId, userId: args.userId };
      const call = {
        ...defaults,
        ...callSettings,
        ...promptOf(args),
        ...(maxSteps !== undefined && { maxSteps, stopWhen: undefined }),
        ...(toolChoice !== undefined && { toolChoice }),
      };
      const options = { usageHandler, contextHandler, contextOptions: args.contextOptions ?? contextOptions, storageOptions: args.storageOptions ?? storageOptions };
      const fullCtx = withCustomCtx(ctx, await customCtx?.(ctx, target, args));
      // Names of tools in `toolChoice` and the parts of `stopWhen` are the agent's own, checked where they were given.
      const plain = agent as unknown as Agent;
      const saveStreamDeltas = stream === true ? specStream || true : (stream ?? specStream ?? false);
      if (!saveStreamDeltas) {
        const { text, finishReason, warnings, ...result } = await plain.generateText(fullCtx, target, call as Parameters<typeof plain.generateText>[2], options);
        return { text, finishReason, ...warnedOf(warnings), ...savedOf(result) };
      }
      const result = await plain.streamText(fullCtx, target, call as Parameters<typeof plain.streamText>[2], {
        ...options,
        saveStreamDeltas: saveStreamDeltas === true ? true : { ...saveStreamDeltas, returnImmediately: false },
      });
      return { text: await result.text, finishReason: await result.finishReason, ...warnedOf(await result.warnings), ...savedOf(result) };
    },
  };
}

/** An internal action that generates an object with `agent`: the documented `agent.asObjectAction(…)`. */
export function asObjectAction<CustomCtx extends object, AgentTools extends ToolSet, SCHEMA extends FlexibleSchema<unknown>>(
  agent: Agent<CustomCtx, AgentTools>,
  given: { args: GenerateObjectArgs<SCHEMA>; spec: ObjectActionSpec<CustomCtx> },
) {
  return internalActionGeneric(objectActionOf(agent, given));
}

/** Arguments and handler of {@link asObjectAction}. */
export function objectActionOf<CustomCtx extends object, AgentTools extends ToolSet, SCHEMA extends FlexibleSchema<unknown>>(
  agent: Agent<CustomCtx, AgentTools>,
  { args: defaults, spec }: { args: GenerateObjectArgs<SCHEMA>; spec: ObjectActionSpec<CustomCtx> },
) {
  return {
    args: vObjectArgs,
    handler: async (ctx: GenericActionCtx<GenericDataModel>, args: ObjectActionArgs): Promise<{ object: InferSchema<SCHEMA> } & ActionResult> => {
      const { customCtx, ...options } = spec;
      const { threadId, userId, contextOptions = options.contextOptions, storageOptions = options.storageOptions } = args;
      const target = { threadId, userId };
      const fullCtx = withCustomCtx(ctx, await customCtx?.(ctx, target, args));
      const call = { ...defaults, ...args.callSettings, ...promptOf(args) };
      // Seen from here the agent's ctx is the action's with what customCtx made.
      const plain = agent as unknown as Agent;
      const { object, finishReason, warnings, ...result } = await plain.generateObject<SCHEMA>(fullCtx, target, call as GenerateObjectArgs<SCHEMA>, {
        ...options,
        contextOptions,
        storageOptions,
      });
      // The object fits the schema; as JSON it is what a Convex function can return.
      return { object: toReturnedJson(object) as InferSchema<SCHEMA>, finishReason, ...warnedOf(warnings), ...savedOf(result) };
    },
  };
}

/** An internal mutation that creates a thread: the documented `agent.createThreadMutation()`. */
export function createThreadMutation(component: InstalledComponent) {
  return internalMutationGeneric(createThreadOf(component));
}

const vNewThread = v.object({ userId: v.optional(v.string()), title: v.optional(v.string()), summary: v.optional(v.string()) });

/** Arguments and handler of {@link createThreadMutation}. */
export function createThreadOf(component: InstalledComponent) {
  return {
    args: vNewThread,
    handler: async (ctx: GenericMutationCtx<GenericDataModel>, args: Infer<typeof vNewThread>): Promise<{ threadId: string }> => ({ threadId: await createThread(ctx, component, args) }),
  };
}

/** An internal mutation that saves messages: the documented `agent.asSaveMessagesMutation()`. */
export function asSaveMessagesMutation(component: InstalledComponent, agentName: string | undefined) {
  return internalMutationGeneric(saveMessagesOf(component, agentName));
}

const vMessagesToSave = v.object({
  threadId: v.string(),
  userId: v.optional(v.string()),
  promptMessageId: v.optional(v.string()),
  messages: v.array(vMessageWithMetadata),
});

/** What saving messages returns. */
export type SavedMessages = { lastMessageId: string; messages: Array<{ _id: string; order: number; stepOrder: number }> };

/** Arguments and handler of {@link asSaveMessagesMutation}. */
export function saveMessagesOf(component: InstalledComponent, agentName: string | undefined) {
  return {
    args: vMessagesToSave,
    handler: async (ctx: GenericMutationCtx<GenericDataModel>, { messages: input, ...args }: Infer<typeof vMessagesToSave>): Promise<SavedMessages> => {
      const { messages } = await saveMessages(ctx, component, {
        ...args,
        agentName,
        messages: input.map(({ message }) => message),
        metadata: input.map(({ message: _message, ...metadata }) => metadata),
      });
      const last = messages.at(-1);
      invariant(last, "addMessages returns the messages it was given");
      return { lastMessageId: last._id, messages: messages.map(({ _id, order, stepOrder }) => ({ _id, order, stepOrder })) };
    },
  };
}

function promptOf(args: ObjectActionArgs): AgentPrompt & Pick<ObjectActionArgs, "providerOptions"> {
  const { system, prompt, message, messages, promptMessageId, providerOptions } = args;
  return {
    ...(system !== undefined && { instructions: system as AgentPrompt["instructions"] }),
    ...(providerOptions && { providerOptions }),
    prompt: message === undefined ? prompt : promptOfMessage(message),
    messages,
    promptMessageId,
  };
}

function promptOfMessage(message: MessageArg): AgentPrompt["prompt"] {
  if (typeof message === "string") return message;
  return "role" in message ? [message] : message.text;
}

function savedOf({ promptMessageId, order, savedMessages = [] }: GenerationOutputMetadata): Omit<ActionResult, "finishReason" | "warnings"> {
  return { promptMessageId, order, savedMessageIds: savedMessages.map(({ _id }) => _id) };
}

function warnedOf(warnings: readonly CallWarning[] | undefined): Pick<ActionResult, "warnings"> {
  // Warnings are plain data; as JSON they are what a Convex function can return.
  return warnings === undefined || warnings.length === 0 ? {} : { warnings: toConvexJson(warnings) as CallWarning[] };
}

function withCustomCtx(ctx: ActionCtx, custom: object | undefined): ActionCtx {
  return custom ? { ...ctx, ...custom } : ctx;
}
