import type { LanguageModel, ModelMessage, StopCondition, ToolSet } from "ai";
import type { Agent } from "../agent.js";
import type { Config, GenerationScope, Options, StreamingOptions } from "../agentOptions.js";
import { imagesAsFiles } from "../aiSdk/imageParts.js";
import { modelNames } from "../aiSdk/models.js";
import { serializeMessage } from "../aiSdk/messages.js";
import { allMessages, inPairs, splitContext } from "../context/compose.js";
import { DEFAULT_RECENT_MESSAGES } from "../context/fetch.js";
import { TextEmbedder } from "../context/embedder.js";
import { embedEarly, searchForContext } from "../context/generationSearch.js";
import type { ActionCtx, AgentComponent } from "../ctx.js";
import { DEFAULT_STREAMING_OPTIONS } from "../agentOptions.js";
import { inlineLocalFiles } from "../files/localUrls.js";
import { bindTools, type ToolCtx } from "../tools/createTool.js";
import type { AgentPrompt, StreamTextOptions, ThreadTarget } from "./args.js";
import { defined } from "./defined.js";
import { Generation } from "./generation.js";
import { asSaved, inputOf, inputToSave, type CallInput } from "./input.js";
import { rawCallKeeper } from "./rawCalls.js";
import { GenerationStore, type Turn } from "./store.js";

/** What a generation may be started with besides the prompt; all else is for the AI SDK. */
export type StartArgs = AgentPrompt & {
  tools?: ToolSet | undefined;
  stopWhen?: StopCondition<ToolSet> | Array<StopCondition<ToolSet>> | undefined;
  maxSteps?: number | undefined;
  abortSignal?: AbortSignal | undefined;
  allowSystemInMessages?: boolean | undefined;
  providerOptions?: Config["providerOptions"] | undefined;
};

/** The options in force for one generation. */
export type StartOptions = Config &
  Options &
  ThreadTarget & {
    agentName?: string | undefined;
    /** Given to tools as `ctx.agent`. */
    agent?: Agent | undefined;
    /** Store the stream with these options. */
    stream?: StreamingOptions | undefined;
  };

/** How the stream of a call is to be stored; undefined when it is not. */
export function streamingOptions({ saveStreamDeltas, threadId }: StartOptions & StreamTextOptions): StreamingOptions | undefined {
  if (!saveStreamDeltas || threadId === undefined) return undefined;
  return saveStreamDeltas === true ? {} : saveStreamDeltas;
}

/** What the AI SDK is called with, except what the caller of {@link startGeneration} passes through. */
export type SdkCall = {
  model: LanguageModel;
  messages: ModelMessage[];
  tools: ToolSet | undefined;
  stopWhen: StopCondition<ToolSet> | Array<StopCondition<ToolSet>> | undefined;
  abortSignal: AbortSignal;
  allowSystemInMessages: boolean;
};

/**
 * Starts a generation in one mutation: it saves the prompt, takes the turn, reads the context and opens the stream.
 * Returns what to call the AI SDK with, and the generation that records what comes of it.
 */
export async function startGeneration(
  ctx: ActionCtx,
  component: AgentComponent,
  { args, options }: { args: StartArgs; options: StartOptions },
): Promise<{ call: SdkCall; generation: Generation }> {
  const model = mustHaveModel(args, options);
  const input = inputOf(args);
  const scope: GenerationScope = { userId: options.userId ?? undefined, threadId: options.threadId, agentName: options.agentName };
  const embedder = embedderOf(ctx, options, scope);
  // The usage handler is told the user, who may be known only when the thread was read.
  if (scope.userId !== undefined || !options.usageHandler) embedEarly(embedder, { input, contextOptions: options.contextOptions });
  const { store, turn, shown } = await openTurn(ctx, component, { args, options, model, input });
  scope.userId ??= turn?.userId;
  const generation = new Generation({
    ctx,
    scope,
    store,
    turn,
    embedder,
    savesOutput: options.storageOptions?.saveMessages !== "none",
    handlers: {
      usageHandler: options.usageHandler,
      rawRequestResponseHandler: options.rawRequestResponseHandler ?? options.rawResponseHandler,
    },
    rawCalls: rawCallKeeper(options.keepRawCalls),
    throttleMs: options.stream?.throttleMs ?? DEFAULT_STREAMING_OPTIONS.throttleMs,
    abortSignal: args.abortSignal,
  });
  try {
    const messages = turn?.isStopped ? STOPPED : await contextMessages(ctx, component, { args, options, input: shown, turn, scope, embedder });
    const toolCtx = toolCtxOf(ctx, scope, { agent: options.agent, messageId: turn?.promptMessageId ?? args.promptMessageId });
    const call: SdkCall = {
      ...callSettings(args, options),
      model,
      messages,
      tools: args.tools && bindTools(toolCtx, args.tools),
      stopWhen: args.stopWhen ?? stopAfter(args.maxSteps ?? options.maxSteps),
      abortSignal: generation.signal,
      allowSystemInMessages: args.allowSystemInMessages ?? true,
    };
    return { call, generation };
  } catch (error) {
    // The stream is open already: a context handler that throws must not leave it so.
    await generation.fail(error, []);
    throw error;
  }
}

function mustHaveModel(args: StartArgs, options: StartOptions): LanguageModel {
  const model = args.model ?? options.languageModel ?? options.chat;
  if (model !== undefined) return model;
  throw new Error(`${options.agentName ? `The agent "${options.agentName}"` : "This call"} has no model: set \`languageModel\`, or pass \`model\` to the call`);
}

/** The SDK wants a message. It runs approved tools before it looks whether it is stopped: these have none. */
const STOPPED: ModelMessage[] = [{ role: "user", content: "This turn was stopped." }];

type StartParts = {
  args: StartArgs;
  options: StartOptions;
  input: CallInput;
};

async function openTurn(
  ctx: ActionCtx,
  component: AgentComponent,
  { args, options, model, input }: StartParts & { model: LanguageModel },
): Promise<{ store: GenerationStore | undefined; turn: Turn | undefined; shown: CallInput }> {
  const { threadId, userId, agentName, contextOptions, storageOptions, stream } = options;
  if (threadId === undefined) return { store: undefined, turn: undefined, shown: input };
  const store = new GenerationStore(ctx, component);
  const toSave = inputToSave(input, args.promptMessageId, storageOptions?.saveMessages ?? "promptAndOutput");
  const messages = await store.withFiles(toSave.map((message) => ({ message: serializeMessage(message) })));
  const turn = await store.start({
    threadId,
    userId: userId ?? undefined,
    agentName,
    promptMessageId: args.promptMessageId,
    messages,
    recentMessages: contextOptions?.recentMessages ?? DEFAULT_RECENT_MESSAGES,
    excludeToolMessages: contextOptions?.excludeToolMessages ?? true,
    stream: stream && {
      ...modelNames(model),
      providerOptions: args.providerOptions ?? options.providerOptions,
      savesOutput: storageOptions?.saveMessages !== "none",
    },
  });
  return { store, turn, shown: asSaved(input, messages) };
}

async function contextMessages(
  ctx: ActionCtx,
  component: AgentComponent,
  { args, options, input, turn, scope, embedder }: StartParts & { turn: Turn | undefined; scope: GenerationScope; embedder: TextEmbedder | undefined },
): Promise<ModelMessage[]> {
  const recentDocs = [...(turn?.recent ?? []), ...(turn?.turnDocs ?? [])];
  const searchDocs = await searchForContext(ctx, component, {
    scope,
    contextOptions: options.contextOptions,
    embedder,
    input,
    promptDoc: turn?.turnDocs.find(({ _id }) => _id === args.promptMessageId),
    recentDocs,
    order: turn && Math.min(turn.order, ...turn.saved.map(({ order }) => order)),
  });
  const parts = splitContext({
    recentDocs,
    searchDocs,
    promptMessageId: args.promptMessageId,
    inputMessages: input.messages,
    inputPrompt: input.prompt,
  });
  const { userId, threadId } = scope;
  const inDefaultOrder = allMessages(parts);
  const chosen = await options.contextHandler?.(ctx, { ...parts, allMessages: inDefaultOrder, userId, threadId });
  return imagesAsFiles(await inlineLocalFiles(inPairs(chosen ?? inDefaultOrder)));
}

function embedderOf(ctx: ActionCtx, options: StartOptions, scope: GenerationScope): TextEmbedder | undefined {
  const { embeddingModel = options.textEmbeddingModel, usageHandler, callSettings } = options;
  return embeddingModel === undefined ? undefined : new TextEmbedder(ctx, { embeddingModel, usageHandler, callSettings, scope: () => scope });
}

function toolCtxOf(
  ctx: ActionCtx,
  { userId, threadId }: GenerationScope,
  { agent, messageId }: { agent: Agent | undefined; messageId: string | undefined },
): ToolCtx {
  // An action's ctx has all of GenericActionCtx; ours names the part that generating itself needs.
  return { ...ctx, agent, userId, threadId, messageId, promptMessageId: messageId } as unknown as ToolCtx;
}

/** The agent's settings under those of the call; the call's other arguments go to the SDK as they are. */
function callSettings(args: StartArgs, options: StartOptions): object {
  const {
    prompt: _prompt, message: _message, messages: _messages, promptMessageId: _promptMessageId,
    system, instructions = system, maxSteps: _maxSteps, abortSignal: _abortSignal, ...rest
  } = args;
  const isKept = options.keepRawCalls !== undefined && options.keepRawCalls !== false;
  const include = (isKept || (options.rawRequestResponseHandler ?? options.rawResponseHandler)) && {
    include: { requestBody: true, responseBody: true, ...(isKept && { rawChunks: true }) },
  };
  return { ...options.callSettings, ...include, providerOptions: options.providerOptions, ...defined(rest), instructions };
}

/** Stops after so many steps; undefined leaves it to the SDK, which stops after one. */
function stopAfter(maxSteps: number | undefined): StopCondition<ToolSet> | undefined {
  return maxSteps === undefined ? undefined : ({ steps }) => steps.length >= maxSteps;
}
