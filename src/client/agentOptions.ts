import type {
  EmbeddingModel,
  Instructions,
  LanguageModel,
  LanguageModelCallOptions,
  LanguageModelRequestMetadata,
  LanguageModelResponseMetadata,
  ModelMessage,
  RequestOptions,
  StopCondition,
  ToolSet,
} from "ai";
import type { ProviderMetadata, ProviderOptions } from "../shared/validators/message.js";
import type { UsageReport } from "./aiSdk/usage.js";
import type { ActionCtx } from "./ctx.js";
import type { RawCallOptions } from "./generate/rawCalls.js";
import { adaptiveThrottle, type Throttle } from "./streaming/throttle.js";

/** Which messages a model is shown besides those passed in. */
export type ContextOptions = {
  /** Leave tool calls and their results out. Default: true, except those of the turn that is being answered. */
  excludeToolMessages?: boolean;
  /** How many recent messages to show; a turn is never cut. 0: none. Default: 100. */
  recentMessages?: number;
  /** Messages to search for, besides the recent ones. Default: no search. */
  searchOptions?: {
    /** The most messages to find, before their surroundings are added. Default: 10. */
    limit: number;
    /** Find messages by their words. Default: false. */
    textSearch?: boolean;
    /** Find messages by meaning; needs an embedding model. Default: false. */
    vectorSearch?: boolean;
    /** Similarity below which a vector match is dropped. Default: 0. */
    vectorScoreThreshold?: number;
    /** How many messages around each match come along. Default: `{ before: 2, after: 1 }`. */
    messageRange?: { before: number; after: number };
  };
  /** Search in all threads of the user, not only in this one. Default: false. */
  searchOtherThreads?: boolean;
};

/** Which messages of a generation are stored. */
export type StorageOptions = {
  /**
   * "promptAndOutput" saves the prompt (the last of `messages` when there is no prompt) and what is generated,
   * "all" saves all input as well, "none" saves nothing. Default: "promptAndOutput".
   */
  saveMessages?: "all" | "none" | "promptAndOutput";
};

/** Settings passed to every model call, each overridable per call. */
export type AgentCallSettings = LanguageModelCallOptions & Omit<RequestOptions, "timeout">;

/** Who a generation is for and which agent does it. */
export type GenerationScope = {
  userId: string | undefined;
  threadId: string | undefined;
  agentName: string | undefined;
};

/** Called once with the tokens of each model call, also of one that an abort or an error cut off. */
export type UsageHandler = (
  ctx: ActionCtx,
  args: GenerationScope & {
    usage: UsageReport;
    providerMetadata: ProviderMetadata | undefined;
    model: string;
    provider: string;
    /**
     * True when the call was cut off before the provider had counted: `usage` is then estimated from what was sent (files
     * not counted) and what had come, without `completionTokens` when nobody saw what had come. Absent when it is counted.
     */
    isEstimate?: true;
  },
) => void | Promise<void>;

/** Decides which messages the model is shown, given those found. What it returns replaces the default order. */
export type ContextHandler = (
  ctx: ActionCtx,
  args: {
    /** All of the below in the default order: search, recent, inputMessages, inputPrompt, existingResponses. */
    allMessages: ModelMessage[];
    /** Messages found by search. */
    search: ModelMessage[];
    /** Recent messages of the thread before the prompt. */
    recent: ModelMessage[];
    /** The `messages` argument of the call. */
    inputMessages: ModelMessage[];
    /** The `prompt` argument of the call, else the message at `promptMessageId`. */
    inputPrompt: ModelMessage[];
    /** What was already said in answer to the prompt: a generation continues from here. */
    existingResponses: ModelMessage[];
    userId: string | undefined;
    threadId: string | undefined;
  },
) => ModelMessage[] | Promise<ModelMessage[]>;

/** Called with the raw request and response of each model call, for logs. */
export type RawRequestResponseHandler = (
  ctx: ActionCtx,
  args: GenerationScope & {
    request: LanguageModelRequestMetadata;
    response: LanguageModelResponseMetadata | Omit<LanguageModelResponseMetadata, "messages">;
  },
) => void | Promise<void>;

/** What can be set for an agent, a thread or a single call; the nearest wins. */
export type Options = {
  /** Which messages the model is shown. */
  contextOptions?: ContextOptions;
  /** Which messages are stored. */
  storageOptions?: StorageOptions;
  /** Called with the tokens each model call took. */
  usageHandler?: UsageHandler;
  /** Has the last word on the messages the model is shown. */
  contextHandler?: ContextHandler;
};

/** Options that several agents can share. */
export type Config = Options & {
  /** The model that generates text and objects. */
  languageModel?: LanguageModel;
  /** The older name of `languageModel`. */
  chat?: LanguageModel;
  /** The model that embeds messages for vector search. Without one, nothing is embedded. */
  embeddingModel?: EmbeddingModel;
  /** The older name of `embeddingModel`. */
  textEmbeddingModel?: EmbeddingModel;
  /** Called with the raw request and response of each model call. */
  rawRequestResponseHandler?: RawRequestResponseHandler;
  /** The older name of `rawRequestResponseHandler`. */
  rawResponseHandler?: RawRequestResponseHandler;
  /**
   * Keeps the raw request and response of each model call with the message that came of it, for `getRawCall` and the
   * playground: trimmed, without credentials, deleted with the message. It costs a row for each step and no call of its
   * own. Of a streamed answer the provider's own pieces are kept, so `fullStream` has parts of the type "raw" as well.
   * True: with the defaults of {@link RawCallOptions}. Default: false, nothing is kept.
   */
  keepRawCalls?: boolean | RawCallOptions;
  /** Provider-specific options for every model call. */
  providerOptions?: ProviderOptions;
  /** Settings for every model call, such as `temperature` and `maxRetries`. */
  callSettings?: AgentCallSettings;
  /**
   * How many model calls one generation may make; a short form of `stopWhen: stepCountIs(maxSteps)`.
   * With tools, 1 (the default) ends with the tool's result and no answer to it.
   */
  maxSteps?: number;
};

/** What an {@link Agent} is made from. */
export type AgentOptions<AgentTools extends ToolSet = ToolSet> = Config & {
  /** Stored with each message the agent says. */
  name?: string;
  /** The system prompt, unless a call has its own. */
  instructions?: Instructions;
  /** Tools the model may call: made by `createTool` or the AI SDK's `tool`. */
  tools?: AgentTools;
  /** When to stop calling the model while it calls tools. Default: after `maxSteps`, else after one step. */
  stopWhen?: StopCondition<NoInfer<AgentTools>> | Array<StopCondition<NoInfer<AgentTools>>>;
};

/** How `streamText` stores its stream for others to follow. */
export type StreamingOptions = {
  /**
   * Keeps text back until a word, a line or a match of the pattern is complete. A function returns the leading part
   * of the text it is given that may go, or nothing. Default: text goes as the model gives it.
   */
  chunking?: "word" | "line" | RegExp | ((buffer: string) => string | null | undefined);
  /**
   * The least time between two writes of text, ms; or how it grows with the time since the first text, as
   * {@link adaptiveThrottle} makes it. The first text and every change of state go at once.
   * Default: 250, and after three seconds slowly more, up to 500.
   */
  throttleMs?: Throttle;
  /**
   * Return while the model still speaks, to read the stream in this action or to return it as an HTTP response.
   * The stream is stored to its end in any case. Default: false, wait for the end.
   */
  returnImmediately?: boolean;
  /** Include the sources a model names in the stream. Default: true. */
  sendSources?: boolean;
};

/** What `saveStreamDeltas: true` stands for. */
export const DEFAULT_STREAMING_OPTIONS = {
  throttleMs: adaptiveThrottle(),
  returnImmediately: false,
  sendSources: true,
} satisfies StreamingOptions;
