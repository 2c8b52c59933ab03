import type { FlexibleSchema, JSONValue, ModelMessage, Output, StopCondition, ToolSet } from "ai";
import type { PaginationResult } from "convex/server";
import type { Message } from "../shared/validators/message.js";
import type { MessageDoc } from "../shared/validators/messageDoc.js";
import type { ThreadDoc } from "../shared/validators/thread.js";
import type { AgentOptions, Options } from "./agentOptions.js";
import { approveToolCall, denyToolCall, type RecordedDecision, type ToolCallDecision } from "./approvals.js";
import { embedMessages, generateAndSaveEmbeddings, type EmbedOptions, type MessageEmbeddings } from "./context/embed.js";
import { fetchContextMessages, userOf, type FetchContextArgs } from "./context/fetch.js";
import { embeddingOf } from "./context/fetchWithPrompt.js";
import { apiOf, isActionCtx, type ActionCtx, type AgentComponent, type InstalledComponent, type MutationCtx, type QueryCtx } from "./ctx.js";
import {
  asObjectAction,
  asSaveMessagesMutation,
  asTextAction,
  createThreadMutation,
  type ObjectActionSpec,
  type TextActionSpec,
} from "./functions.js";
import type {
  AnyOutput,
  DefaultMode,
  GenerateObjectArgs,
  ObjectMode,
  ObjectOf,
  ObjectResult,
  ObjectStream,
  RuntimeContext,
  StreamObjectArgs,
  StreamResult,
  StreamTextOptions,
  StreamingTextArgs,
  TextArgs,
  TextResult,
  ThreadTarget,
} from "./generate/args.js";
import { overridden } from "./generate/defined.js";
import { generateObject, streamObject } from "./generate/generateObject.js";
import { generateText } from "./generate/generateText.js";
import type { StartOptions } from "./generate/start.js";
import { streamText } from "./generate/streamText.js";
import { listMessages, listUIMessages, type ListMessagesArgs } from "./listMessages.js";
import {
  deleteMessageRange,
  deleteMessages,
  saveMessage,
  saveMessages,
  updateMessage,
  type MessageRange,
  type SaveMessageArgs,
  type SaveMessagesArgs,
} from "./messages.js";
import { syncStreams } from "./streaming/syncStreams.js";
import { threadOf, type Thread, type ThreadBinding } from "./thread.js";
import {
  createThread,
  deleteThreadAsync,
  deleteThreadSync,
  deleteThreadsByUserId,
  getThreadMetadata,
  updateThreadMetadata,
  type NewThread,
  type ThreadPatch,
} from "./threads.js";

type Embeddable = {
  /**
   * Save without embedding. Default: false in an action; a mutation never embeds. What is saved without is embedded
   * when it is answered, or by `generateAndSaveEmbeddings`.
   */
  skipEmbeddings?: boolean;
};

/** An agent's options. The condition is held as one for any tools, so that an agent with tools of its own is an Agent. */
type HeldOptions<AgentTools extends ToolSet> = Omit<AgentOptions<AgentTools>, "stopWhen"> & {
  stopWhen?: StopCondition<ToolSet> | Array<StopCondition<ToolSet>>;
};

/**
 * A model with its prompt, tools and settings, answering in threads. Everything it does is also a function of its own,
 * for code that needs no agent.
 *
 * `new Agent<{ orgId: string }>(…)` demands `orgId` of every ctx it is called with and passes it to its tools.
 *
 * @example
 * const agent = new Agent(components.agent, { name: "Support", languageModel: openai.chat("gpt-4o-mini") });
 */
export class Agent<CustomCtx extends object = object, AgentTools extends ToolSet = ToolSet> {
  readonly component: AgentComponent;
  readonly options: HeldOptions<AgentTools>;

  constructor(component: InstalledComponent, options: AgentOptions<AgentTools>) {
    this.component = apiOf(component);
    // Only steps of this agent, with its tools, are ever given to its condition.
    this.options = options as HeldOptions<AgentTools>;
  }

  /** The name stored with each message this agent says. */
  get name(): string | undefined {
    return this.options.name;
  }

  /** Creates a thread. From an action it comes with the `thread` to generate in. */
  createThread<TOOLS extends ToolSet | undefined = undefined>(
    ctx: ActionCtx & CustomCtx,
    args?: NewThread & Options & { tools?: TOOLS },
  ): Promise<{ threadId: string; thread: Thread<TOOLS extends ToolSet ? TOOLS : AgentTools> }>;
  createThread(ctx: MutationCtx, args?: NewThread): Promise<{ threadId: string }>;
  async createThread(
    ctx: MutationCtx | (ActionCtx & CustomCtx),
    args: NewThread & Options & { tools?: ToolSet } = {},
  ): Promise<{ threadId: string; thread?: Thread<ToolSet> }> {
    const { title: _title, summary: _summary, ...binding } = args;
    const threadId = await createThread(ctx, this.component, args);
    if (!isActionCtx(ctx)) return { threadId };
    // The overload for actions demands the agent's own ctx.
    const thread = this.#thread(ctx as ActionCtx & CustomCtx, { ...binding, threadId });
    return { threadId, thread };
  }

  /** The `thread` to generate in, for a thread that exists. Reads and writes nothing. */
  async continueThread<TOOLS extends ToolSet | undefined = undefined>(
    ctx: ActionCtx & CustomCtx,
    args: ThreadBinding<TOOLS>,
  ): Promise<{ thread: Thread<TOOLS extends ToolSet ? TOOLS : AgentTools> }> {
    // The thread's tools are those given here, else the agent's: just what the type says.
    const thread = this.#thread(ctx, args) as unknown as Thread<TOOLS extends ToolSet ? TOOLS : AgentTools>;
    return { thread };
  }

  /** As the AI SDK's `generateText`, in a thread: its messages are the context, the prompt and the answer are saved. */
  generateText<
    TOOLS extends ToolSet | undefined = undefined,
    OUTPUT extends AnyOutput = Output.Output<string, string>,
    RUNTIME_CONTEXT extends RuntimeContext = RuntimeContext,
  >(
    ctx: ActionCtx & CustomCtx,
    target: ThreadTarget,
    args: TextArgs<AgentTools, TOOLS, OUTPUT, RUNTIME_CONTEXT>,
    options?: Options,
  ): Promise<TextResult<AgentTools, TOOLS, OUTPUT, RUNTIME_CONTEXT>> {
    return generateText(ctx, this.component, { args: this.#withDefaults(args), options: this.#options(target, options) });
  }

  /** As the AI SDK's `streamText`, in a thread. With `saveStreamDeltas` every client of the thread can follow the stream. */
  streamText<
    TOOLS extends ToolSet | undefined = undefined,
    OUTPUT extends AnyOutput = Output.Output<string, string, never>,
    RUNTIME_CONTEXT extends RuntimeContext = RuntimeContext,
  >(
    ctx: ActionCtx & CustomCtx,
    target: ThreadTarget,
    args: StreamingTextArgs<AgentTools, TOOLS, OUTPUT, RUNTIME_CONTEXT>,
    options?: StreamTextOptions,
  ): Promise<StreamResult<AgentTools, TOOLS, OUTPUT, RUNTIME_CONTEXT>> {
    return streamText(ctx, this.component, {
      args: this.#withDefaults(args),
      options: { ...this.#options(target, options), saveStreamDeltas: options?.saveStreamDeltas },
    });
  }

  /** As the AI SDK's `generateObject`, in a thread: the object is saved as a message of JSON text. */
  generateObject<
    SCHEMA extends FlexibleSchema<unknown> = FlexibleSchema<JSONValue>,
    OUTPUT extends ObjectMode = DefaultMode<SCHEMA>,
    RESULT = ObjectOf<SCHEMA, OUTPUT>,
  >(
    ctx: ActionCtx & CustomCtx,
    target: ThreadTarget,
    args: GenerateObjectArgs<SCHEMA, OUTPUT, RESULT>,
    options?: Options,
  ): Promise<ObjectResult<RESULT>> {
    const { instructions } = this.options;
    return generateObject<SCHEMA, OUTPUT, RESULT>(ctx, this.component, {
      args: { ...args, instructions: args.instructions ?? args.system ?? instructions },
      options: this.#options(target, options),
    });
  }

  /**
   * As the AI SDK's `streamObject`, in a thread: the object is saved as a message of JSON text. With `saveStreamDeltas`
   * every client of the thread sees it grow.
   */
  streamObject<
    SCHEMA extends FlexibleSchema<unknown> = FlexibleSchema<JSONValue>,
    OUTPUT extends ObjectMode = DefaultMode<SCHEMA>,
    RESULT = ObjectOf<SCHEMA, OUTPUT>,
  >(
    ctx: ActionCtx & CustomCtx,
    target: ThreadTarget,
    args: StreamObjectArgs<SCHEMA, OUTPUT, RESULT>,
    options?: StreamTextOptions,
  ): Promise<ObjectStream<SCHEMA, OUTPUT, RESULT>> {
    const { instructions } = this.options;
    return streamObject<SCHEMA, OUTPUT, RESULT>(ctx, this.component, {
      args: { ...args, instructions: args.instructions ?? args.system ?? instructions },
      options: this.#options(target, options),
    });
  }

  /** Saves one message: a `prompt` (text said by the user) or a whole `message`. */
  async saveMessage(ctx: MutationCtx, args: SaveMessageArgs & Embeddable): Promise<{ messageId: string; message: MessageDoc }> {
    const { skipEmbeddings, ...rest } = args;
    const message = rest.message ?? { role: "user" as const, content: rest.prompt };
    const made = skipEmbeddings || rest.embedding ? undefined : await this.#embedToSave(ctx, rest, [message]);
    const vector = made?.vectors[0];
    const embedding = vector && made ? { model: made.model, vector } : rest.embedding;
    return saveMessage(ctx, this.component, { ...rest, embedding, agentName: this.#authorOf(message.role) });
  }

  /** Saves messages, in one mutation. */
  async saveMessages(ctx: MutationCtx, args: SaveMessagesArgs & Embeddable): Promise<{ messages: MessageDoc[] }> {
    const { skipEmbeddings, ...rest } = args;
    const embeddings = skipEmbeddings ? rest.embeddings : (rest.embeddings ?? (await this.#embedToSave(ctx, rest, rest.messages)));
    return saveMessages(ctx, this.component, { ...rest, embeddings, agentName: this.options.name });
  }

  /** Approves a tool call that waits; see the function of this name. */
  approveToolCall(ctx: MutationCtx, args: ToolCallDecision): Promise<RecordedDecision> {
    return approveToolCall(ctx, this.component, args);
  }

  /** Denies a tool call that waits; see the function of this name. */
  denyToolCall(ctx: MutationCtx, args: ToolCallDecision): Promise<RecordedDecision> {
    return denyToolCall(ctx, this.component, args);
  }

  /** A page of a thread's messages, newest first. */
  listMessages(ctx: QueryCtx, args: ListMessagesArgs): Promise<PaginationResult<MessageDoc>> {
    return listMessages(ctx, this.component, args);
  }

  /** A page of a thread's messages as a chat shows them. */
  listUIMessages(ctx: QueryCtx, args: ListMessagesArgs): ReturnType<typeof listUIMessages> {
    return listUIMessages(ctx, this.component, args);
  }

  /** The streams of a thread, for a query that viewers follow. */
  syncStreams(ctx: QueryCtx, args: Parameters<typeof syncStreams>[2]): ReturnType<typeof syncStreams> {
    return syncStreams(ctx, this.component, args);
  }

  /** The messages of the thread that a model would be shown, as they are stored. Vector search needs an action's ctx. */
  async fetchContextMessages(ctx: QueryCtx, args: FetchContextArgs): Promise<MessageDoc[]> {
    const { contextOptions } = overridden({ contextOptions: this.options.contextOptions }, { contextOptions: args.contextOptions });
    const isEmbedded = args.getEmbedding === undefined && contextOptions?.searchOptions?.vectorSearch === true;
    const getEmbedding = isEmbedded && isActionCtx(ctx) ? embeddingOf(ctx, await this.#embedOptionsOfUser(ctx, args)) : args.getEmbedding;
    return fetchContextMessages(ctx, this.component, { ...args, contextOptions, getEmbedding });
  }

  /** Embeds the text of messages with the agent's embedding model, and saves nothing. Undefined without a model or text. */
  generateEmbeddings(
    ctx: ActionCtx,
    { userId, threadId }: ThreadTarget,
    messages: Array<ModelMessage | Message>,
  ): Promise<MessageEmbeddings | undefined> {
    return embedMessages(ctx, this.#embedOptions({ userId, threadId }), messages);
  }

  /**
   * Embeds saved messages with the agent's embedding model and saves their vectors. Messages that have one are left as
   * they are.
   *
   * @returns the new vectors, null for messages that got none; undefined when none got one.
   */
  async generateAndSaveEmbeddings(ctx: ActionCtx, { messageIds }: { messageIds: string[] }): Promise<MessageEmbeddings | undefined> {
    const found = await ctx.runQuery(this.component.messages.getMessagesByIds, { messageIds });
    const messages = found.filter((message) => message !== null);
    const missing = messageIds.filter((_, index) => !found[index]);
    if (missing.length > 0) throw new Error(`generateAndSaveEmbeddings: there are no messages with the ids ${missing.join(", ")}`);
    const { userId, threadId } = messages[0] ?? {};
    return generateAndSaveEmbeddings(ctx, this.component, this.#embedOptions({ userId, threadId }), messages);
  }

  /** A thread's user, title, summary and status. */
  getThreadMetadata(ctx: QueryCtx, args: { threadId: string }): Promise<ThreadDoc> {
    return getThreadMetadata(ctx, this.component, args);
  }

  /** Changes a thread's user, title, summary or status. */
  updateThreadMetadata(ctx: MutationCtx, args: { threadId: string; patch: ThreadPatch }): Promise<ThreadDoc> {
    return updateThreadMetadata(ctx, this.component, args);
  }

  /** Replaces a saved message's content or state. */
  updateMessage(ctx: MutationCtx, args: Parameters<typeof updateMessage>[2]): Promise<void> {
    return updateMessage(ctx, this.component, args);
  }

  /** Deletes a message. */
  deleteMessage(ctx: MutationCtx, { messageId }: { messageId: string }): Promise<void> {
    return deleteMessages(ctx, this.component, { messageIds: [messageId] });
  }

  /** Deletes messages. */
  deleteMessages(ctx: MutationCtx, args: { messageIds: string[] }): Promise<void> {
    return deleteMessages(ctx, this.component, args);
  }

  /** Deletes a part of a thread: start inclusive, end exclusive. */
  deleteMessageRange(ctx: MutationCtx, range: MessageRange): ReturnType<typeof deleteMessageRange> {
    return deleteMessageRange(ctx, this.component, range);
  }

  /** Deletes a thread and all it holds, in the background. */
  deleteThreadAsync(ctx: MutationCtx, args: { threadId: string }): Promise<void> {
    return deleteThreadAsync(ctx, this.component, args);
  }

  /** Deletes a thread and all it holds, and returns when it is gone. */
  deleteThreadSync(ctx: ActionCtx, args: { threadId: string }): Promise<void> {
    return deleteThreadSync(ctx, this.component, args);
  }

  /** Deletes all threads of a user and all they hold, in the background. */
  deleteThreadsByUserId(ctx: MutationCtx, args: { userId: string }): Promise<void> {
    return deleteThreadsByUserId(ctx, this.component, args);
  }

  /** An internal mutation that creates a thread, for workflows. */
  createThreadMutation(): ReturnType<typeof createThreadMutation> {
    return createThreadMutation(this.component);
  }

  /** An internal action that generates or streams text with this agent, for schedulers and workflows. */
  asTextAction(spec: TextActionSpec<CustomCtx, AgentTools> = {}): ReturnType<typeof asTextAction> {
    return asTextAction(this, spec);
  }

  /** An internal action that generates an object with this agent. */
  asObjectAction<SCHEMA extends FlexibleSchema<unknown>>(
    args: GenerateObjectArgs<SCHEMA>,
    spec: ObjectActionSpec<CustomCtx> = {},
  ): ReturnType<typeof asObjectAction<CustomCtx, AgentTools, SCHEMA>> {
    return asObjectAction(this, { args, spec });
  }

  /** An internal mutation that saves messages, for workflows. */
  asSaveMessagesMutation(): ReturnType<typeof asSaveMessagesMutation> {
    return asSaveMessagesMutation(this.component, this.options.name);
  }

  #thread(ctx: ActionCtx & CustomCtx, binding: ThreadBinding<ToolSet | undefined>): Thread<ToolSet> {
    // Seen from the thread object, the agent's tools are a ToolSet like any other.
    return threadOf(this as unknown as Agent<CustomCtx, ToolSet>, ctx, binding);
  }

  #embedOptions({ userId, threadId }: ThreadTarget): EmbedOptions {
    const { name: agentName, embeddingModel, textEmbeddingModel, usageHandler, callSettings } = this.options;
    return { agentName, embeddingModel, textEmbeddingModel, usageHandler, callSettings, userId: userId ?? undefined, threadId };
  }

  async #embedToSave(ctx: MutationCtx, target: ThreadTarget, messages: ReadonlyArray<ModelMessage | Message>): Promise<MessageEmbeddings | undefined> {
    return isActionCtx(ctx) ? embedMessages(ctx, await this.#embedOptionsOfUser(ctx, target), messages) : undefined;
  }

  async #embedOptionsOfUser(ctx: QueryCtx, target: ThreadTarget): Promise<EmbedOptions> {
    const options = this.#embedOptions(target);
    // Only the usage handler asks whose tokens these are.
    const isUserAsked = options.usageHandler && (options.embeddingModel ?? options.textEmbeddingModel) !== undefined;
    if (isUserAsked) options.userId ??= await userOf(ctx, this.component, target.threadId);
    return options;
  }

  #authorOf(role: string | undefined): string | undefined {
    return role === "assistant" || role === "tool" ? this.options.name : undefined;
  }

  #options(target: ThreadTarget, options: Options = {}): StartOptions {
    const { name: agentName, tools: _tools, stopWhen: _stopWhen, instructions: _instructions, ...defaults } = this.options;
    // To a tool the agent is an Agent, whatever its own tools are.
    return { ...overridden(defaults, options), ...target, agentName, agent: this as unknown as Agent };
  }

  #withDefaults<Args extends { tools?: unknown; instructions?: unknown; system?: unknown; stopWhen?: unknown; maxSteps?: unknown }>(
    args: Args,
  ): Args {
    const { tools, instructions, stopWhen } = this.options;
    return {
      ...args,
      tools: args.tools ?? tools,
      instructions: args.instructions ?? args.system ?? instructions,
      // A call's own limit stands before the agent's, in whichever form either is given.
      stopWhen: args.stopWhen ?? (args.maxSteps === undefined ? stopWhen : undefined),
    };
  }
}
