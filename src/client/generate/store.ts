import type { MessageDoc, MessageWithMetadata } from "../../shared/validators/messageDoc.js";
import type { ProviderOptions } from "../../shared/validators/message.js";
import type { RawCall } from "../../shared/validators/rawCall.js";
import type { StoredChunk } from "../../shared/validators/stream.js";
import { unpackMessages, type PackedMessages } from "../../shared/packedMessages.js";
import type { ActionCtx, AgentComponent } from "../ctx.js";
import { storeLargeData } from "../files/largeData.js";
import type { DeltaBatch } from "../streaming/deltaWriter.js";
import { KnownChunks } from "../streaming/knownChunks.js";
import type { StepVectors } from "./turnVectors.js";

/** How a generation starts. */
export type TurnRequest = {
  threadId: string;
  userId: string | undefined;
  agentName: string | undefined;
  promptMessageId: string | undefined;
  /** Input to save; the last message is the prompt. */
  messages: MessageWithMetadata[];
  recentMessages: number;
  excludeToolMessages: boolean;
  /** The model that will speak, when the stream is to be stored, and whether its output is saved as messages too. */
  stream: { model: string; provider: string; providerOptions: ProviderOptions | undefined; savesOutput: boolean } | undefined;
};

/** Where a generation's messages go, and what was there before. */
export type Turn = Pick<TurnRequest, "threadId" | "userId" | "agentName"> & {
  order: number;
  /** The place of the first message of the answer. */
  stepOrder: number;
  promptMessageId: string | undefined;
  streamId: string | undefined;
  /** Messages of earlier turns, oldest first. */
  recent: MessageDoc[];
  /** What the turn held before: the prompt and answers to it. */
  turnDocs: MessageDoc[];
  /** The input that was saved. */
  saved: MessageDoc[];
  /** Stopped before it began: it is to end, and nothing of it is to be saved. */
  isStopped?: true;
};

type Rest = DeltaBatch<StoredChunk> | undefined;

/** The calls that a generation makes to the component: one to start, one for each step and flush, none besides. */
export class GenerationStore {
  readonly #ctx: ActionCtx;
  readonly #component: AgentComponent;
  /** Of the one stream that a generation has. */
  readonly #known = new KnownChunks();

  constructor(ctx: ActionCtx, component: AgentComponent) {
    this.#ctx = ctx;
    this.#component = component;
  }

  /** The messages as they are to be saved: large data in the file storage. Done before the save, which is to be short. */
  async withFiles(messages: MessageWithMetadata[]): Promise<MessageWithMetadata[]> {
    return storeLargeData(this.#ctx, this.#component, messages);
  }

  /** Saves the input, reads the context and opens the stream. */
  async start(request: TurnRequest): Promise<Turn> {
    const { threadId, userId, agentName, recentMessages, excludeToolMessages, stream } = request;
    const { recent, turn, promptMessageId, streamId, ...started } = await this.#ctx.runMutation(this.#component.generations.start, {
      threadId,
      userId,
      agentName,
      promptMessageId: request.promptMessageId,
      messages: request.messages,
      window: { recentMessages, excludeToolMessages },
      stream: stream && { ...stream, format: "UIMessageChunk" },
    });
    // What the component packs.
    const [recentDocs, turnDocs] = [recent, turn].map((packed) => unpackMessages(packed as PackedMessages));
    return { ...started, threadId, agentName, promptMessageId, streamId, recent: recentDocs ?? [], turnDocs: turnDocs ?? [], userId: started.userId };
  }

  /**
   * Saves a step with the chunks that wait; the last one finishes the stream. Undefined when the generation had been
   * stopped from outside: nothing was saved.
   */
  async saveStep(
    turn: Turn,
    { messages, vectors, finalDelta, isLast }: { messages: MessageWithMetadata[]; vectors?: StepVectors | undefined; finalDelta: Rest; isLast: boolean },
  ): Promise<MessageDoc[] | undefined> {
    const { threadId, userId, agentName, promptMessageId, order, stepOrder, streamId } = turn;
    const stream = streamId === undefined ? undefined : { streamId, delta: finalDelta, finish: isLast };
    const place = { threadId, userId, agentName, promptMessageId, order, stepOrder };
    const saved = await this.#known.during(finalDelta, () =>
      this.#ctx.runMutation(this.#component.generations.saveStep, { ...place, messages, vectors, stream }));
    const last = saved.messages.at(-1);
    // A repeated save of this step is looked for at the place of the step, not of the turn.
    if (last) turn.stepOrder = last.stepOrder + 1;
    return saved.isOpen ? saved.messages : undefined;
  }

  /** Ends the generation early as failed. What its stream has shown is kept; without a stream, `messages`. */
  async fail(
    turn: Turn,
    { error, messages, rawCall, finalDelta }: { error: string; messages: MessageWithMetadata[]; rawCall: RawCall | undefined; finalDelta: Rest },
  ): Promise<MessageDoc[]> {
    const { threadId, userId, agentName, order, stepOrder, streamId } = turn;
    const stream = streamId === undefined ? undefined : { streamId, delta: finalDelta };
    const place = { threadId, userId, agentName, order, stepOrder };
    const failed = await this.#ctx.runMutation(this.#component.generations.fail, { ...place, error, messages, rawCall, stream });
    return failed.messages;
  }

  /** Writes chunks, or (without) asks whether the stream is still wanted. False: it is not. */
  async addDelta(streamId: string, delta: Rest): Promise<boolean> {
    return this.#known.during(delta, (known) =>
      // Without a delta nothing is added, and what is known does not matter.
      this.#ctx.runMutation(this.#component.streams.addDelta, { streamId, delta, ...(delta === undefined || known === undefined ? {} : { known }) }));
  }
}
