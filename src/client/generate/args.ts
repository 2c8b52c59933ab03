import type {
  FlexibleSchema,
  GenerateObjectResult,
  GenerateTextResult,
  InferSchema,
  Instructions,
  JSONValue,
  LanguageModel,
  ModelMessage,
  Output,
  StreamTextResult,
  ToolSet,
  generateObject,
  generateText,
  streamObject,
  streamText,
} from "ai";
import type { Message } from "../../shared/validators/message.js";
import type { MessageDoc } from "../../shared/validators/messageDoc.js";
import type { Options, StreamingOptions } from "../agentOptions.js";

/** The AI SDK's name for what `runtimeContext` may be. */
export type RuntimeContext = Record<string, unknown>;

/** The AI SDK's structured outputs (`Output.object` …), whatever they produce. */
// The SDK's own constraint for this parameter; no value of these types is ever touched.
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyOutput = Output.Output<any, any, any>;

/** What the model is asked, and which saved message the question is. */
export type AgentPrompt = {
  /** The system prompt of this call, in place of the agent's. */
  instructions?: Instructions;
  /** The older name of `instructions`. */
  system?: Instructions;
  /** What to answer: text (said by the user) or messages, after all context. Saved unless storage options say otherwise. */
  prompt?: string | Array<ModelMessage | Message> | undefined;
  /** One message to answer, such as text with an image: as `prompt: [message]`. */
  message?: ModelMessage | Message | undefined;
  /** Context for this call, after the thread's messages and before the prompt. */
  messages?: Array<ModelMessage | Message> | undefined;
  /**
   * A saved message to answer. What was already said in answer to it is continued, and no message after it is shown.
   * With `prompt`, the prompt stands in its place, and no input is saved.
   */
  promptMessageId?: string | undefined;
  /** The model for this call, in place of the agent's. */
  model?: LanguageModel | undefined;
};

/** The thread and user of a generation. Without a thread nothing is saved. */
export type ThreadTarget = { threadId?: string | undefined; userId?: string | null | undefined };

type Ours = "model" | "prompt" | "messages" | "system" | "instructions" | "tools";

/** The tools in force: the call's, else the agent's. */
export type ToolsInForce<AgentTools extends ToolSet, TOOLS extends ToolSet | undefined> = TOOLS extends ToolSet
  ? TOOLS
  : AgentTools;

/** The arguments of `generateText`: the AI SDK's, with an {@link AgentPrompt}. */
export type TextArgs<
  AgentTools extends ToolSet,
  TOOLS extends ToolSet | undefined = undefined,
  OUTPUT extends AnyOutput = Output.Output<string, string>,
  RUNTIME_CONTEXT extends RuntimeContext = RuntimeContext,
> = AgentPrompt &
  Omit<Parameters<typeof generateText<ToolsInForce<AgentTools, TOOLS>, RUNTIME_CONTEXT, OUTPUT>>[0], Ours> & {
    /** Tools for this call, in place of the agent's. */
    tools?: TOOLS;
    /** How many model calls this generation may make; a short form of `stopWhen: stepCountIs(maxSteps)`. */
    maxSteps?: number;
  };

/** The arguments of `streamText`: the AI SDK's, with an {@link AgentPrompt}. */
export type StreamingTextArgs<
  AgentTools extends ToolSet,
  TOOLS extends ToolSet | undefined = undefined,
  OUTPUT extends AnyOutput = Output.Output<string, string, never>,
  RUNTIME_CONTEXT extends RuntimeContext = RuntimeContext,
> = AgentPrompt &
  Omit<Parameters<typeof streamText<ToolsInForce<AgentTools, TOOLS>, RUNTIME_CONTEXT, OUTPUT>>[0], Ours> & {
    /** Tools for this call, in place of the agent's. */
    tools?: TOOLS;
    /** How many model calls this generation may make; a short form of `stopWhen: stepCountIs(maxSteps)`. */
    maxSteps?: number;
  };

/** What `generateObject` can produce. */
export type ObjectMode = "object" | "array" | "enum" | "no-schema";

/** The kind of object a schema makes unless `output` says otherwise. */
export type DefaultMode<SCHEMA extends FlexibleSchema<unknown>> =
  InferSchema<SCHEMA> extends string ? "enum" : "object";

/** What a schema and an output mode produce. */
export type ObjectOf<SCHEMA extends FlexibleSchema<unknown>, OUTPUT extends ObjectMode> = OUTPUT extends "array"
  ? Array<InferSchema<SCHEMA>>
  : InferSchema<SCHEMA>;

/** The arguments of `generateObject`: the AI SDK's, with an {@link AgentPrompt}. */
export type GenerateObjectArgs<
  SCHEMA extends FlexibleSchema<unknown> = FlexibleSchema<JSONValue>,
  OUTPUT extends ObjectMode = DefaultMode<SCHEMA>,
  RESULT = ObjectOf<SCHEMA, OUTPUT>,
> = AgentPrompt &
  Omit<Parameters<typeof generateObject<SCHEMA, OUTPUT, RESULT>>[0], Ours | "schema" | "enum" | "output"> & {
    /** The schema of the object, or of each element with `output: "array"`. */
    schema?: SCHEMA;
    /** The values to choose from, with `output: "enum"`. */
    enum?: Array<RESULT>;
    /** Default: "object". */
    output?: OUTPUT;
  };

/** The arguments of `streamObject`: the AI SDK's, with an {@link AgentPrompt}. */
export type StreamObjectArgs<
  SCHEMA extends FlexibleSchema<unknown> = FlexibleSchema<JSONValue>,
  OUTPUT extends ObjectMode = DefaultMode<SCHEMA>,
  RESULT = ObjectOf<SCHEMA, OUTPUT>,
> = AgentPrompt &
  Omit<Parameters<typeof streamObject<SCHEMA, OUTPUT, RESULT>>[0], Ours | "schema" | "enum" | "output"> & {
    /** The schema of the object, or of each element with `output: "array"`. */
    schema?: SCHEMA;
    /** The values to choose from, with `output: "enum"`. */
    enum?: Array<RESULT>;
    /** Default: "object". */
    output?: OUTPUT;
  };

/** The options of `streamText`. */
export type StreamTextOptions = Options & {
  /**
   * Store the stream while it is spoken, so that every client of the thread can follow it. Default: false.
   * With true or without `returnImmediately` the call returns when the generation has ended, and throws if it failed.
   */
  saveStreamDeltas?: boolean | StreamingOptions;
};

/** What every generation tells besides its result. */
export type GenerationOutputMetadata = {
  /** The message that was answered: the one given, or the prompt as it was saved. */
  promptMessageId?: string;
  /** The same as `promptMessageId`. */
  messageId?: string;
  /** The turn: the order of the prompt and of all answers to it. */
  order?: number;
  /** The stored stream, if there is one. */
  streamId?: string;
  /** The messages this generation has saved so far, prompt first (unless it was saved before). */
  savedMessages?: MessageDoc[];
};

/** The result of `generateText`. */
export type TextResult<
  AgentTools extends ToolSet,
  TOOLS extends ToolSet | undefined,
  OUTPUT extends AnyOutput,
  RUNTIME_CONTEXT extends RuntimeContext,
> = GenerateTextResult<ToolsInForce<AgentTools, TOOLS>, RUNTIME_CONTEXT, OUTPUT> & GenerationOutputMetadata;

/** The result of `streamText`. */
export type StreamResult<
  AgentTools extends ToolSet,
  TOOLS extends ToolSet | undefined,
  OUTPUT extends AnyOutput,
  RUNTIME_CONTEXT extends RuntimeContext,
> = StreamTextResult<ToolsInForce<AgentTools, TOOLS>, RUNTIME_CONTEXT, OUTPUT> & GenerationOutputMetadata;

/** The result of `generateObject`. */
export type ObjectResult<RESULT> = GenerateObjectResult<RESULT> & GenerationOutputMetadata;

/** The result of `streamObject`. */
export type ObjectStream<
  SCHEMA extends FlexibleSchema<unknown>,
  OUTPUT extends ObjectMode,
  RESULT,
> = ReturnType<typeof streamObject<SCHEMA, OUTPUT, RESULT>> & GenerationOutputMetadata;

