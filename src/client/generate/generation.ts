import type { StoredChunk } from "../../shared/validators/stream.js";
import type { MessageDoc, MessageWithMetadata } from "../../shared/validators/messageDoc.js";
import { errorToString, failureReason } from "../aiSdk/failures.js";
import { abortReason, formatFailure } from "../../shared/failureReason.js";
import type { Config, GenerationScope } from "../agentOptions.js";
import type { ActionCtx } from "../ctx.js";
import { DeltaWriter, type DeltaBatch } from "../streaming/deltaWriter.js";
import { mergeChunks } from "../../shared/mergeChunks.js";
import type { Throttle } from "../streaming/throttle.js";
import { systemTimers } from "../streaming/timers.js";
import { urgencyOf } from "../streaming/urgency.js";
import type { GenerationOutputMetadata } from "./args.js";
import type { TextEmbedder } from "../context/embedder.js";
import type { RawCallKeeper } from "./rawCalls.js";
import type { GenerationStore, Turn } from "./store.js";
import { vectorsOf, type StepVectors } from "./turnVectors.js";

/** What is known of the results of tools, a message each; `isLogged`: besides what the log of the stream tells. */
export type KnownResults = (options: { isLogged: boolean }) => Promise<MessageWithMetadata[]>;

/** How a generation ended. */
export type Outcome = { kind: "finished" } | { kind: "failed"; error: unknown } | { kind: "aborted" };

/** What a {@link Generation} is made from. */
export type GenerationParts = {
  ctx: ActionCtx;
  scope: GenerationScope;
  /** Where it is stored; undefined when there is no thread. */
  store: GenerationStore | undefined;
  turn: Turn | undefined;
  /** Embeds what is saved; undefined when nothing is to be embedded. */
  embedder?: TextEmbedder | undefined;
  /** Whether its output is saved as messages. */
  savesOutput: boolean;
  handlers: Pick<Config, "usageHandler" | "rawRequestResponseHandler">;
  /** Keeps raw calls; undefined when they are not to be kept. */
  rawCalls?: RawCallKeeper | undefined;
  throttleMs: Throttle;
  abortSignal: AbortSignal | undefined;
};

/** What a generation that ends early leaves behind. */
type EarlyEnd = { store: GenerationStore; turn: Turn; reason: string; error: unknown; unsaved: MessageWithMetadata[]; known: KnownResults | undefined };

/** One call of `generateText`, `streamText` …: where it is stored, how it is stopped, and that it ends exactly once. */
export class Generation {
  readonly ctx: ActionCtx;
  readonly scope: GenerationScope;
  readonly handlers: GenerationParts["handlers"];
  /** Writes the stream, when there is one. */
  readonly writer: DeltaWriter<StoredChunk> | undefined;
  readonly savedMessages: MessageDoc[];
  readonly rawCalls: RawCallKeeper | undefined;
  readonly #store: GenerationStore | undefined;
  readonly #turn: Turn | undefined;
  readonly #embedder: TextEmbedder | undefined;
  readonly #savesOutput: boolean;
  readonly #stopper = new AbortController();
  readonly #unlink: () => void;
  /** Set when the stream was ended from outside; what was seen is then saved already. */
  #wasClosed = false;
  #outcome: Outcome | undefined;

  constructor(parts: GenerationParts) {
    this.ctx = parts.ctx;
    this.scope = parts.scope;
    this.handlers = parts.handlers;
    this.rawCalls = parts.rawCalls;
    this.#store = parts.store;
    this.#turn = parts.turn;
    this.#embedder = parts.embedder;
    this.#savesOutput = parts.savesOutput;
    this.savedMessages = parts.turn?.saved ?? [];
    this.#unlink = follow(parts.abortSignal, this.#stopper);
    this.writer = this.#openWriter(parts.throttleMs);
    if (parts.turn?.isStopped) this.#closedOutside();
  }

  /** Aborts when the generation is to stop, for whatever reason. */
  get signal(): AbortSignal {
    return this.#stopper.signal;
  }

  /** How it ended, once it has. */
  get outcome(): Outcome | undefined {
    return this.#outcome;
  }

  get metadata(): GenerationOutputMetadata {
    const { promptMessageId, order, streamId } = this.#turn ?? {};
    return { promptMessageId, messageId: promptMessageId, order, streamId, savedMessages: this.savedMessages };
  }

  /** Stops the model. The generation ends as soon as the SDK has noticed. */
  stop(reason: unknown): void {
    this.#stopper.abort(reason);
  }

  /** Saves a step that is followed by another, in one mutation with the end of its stream chunks. False: it was stopped. */
  async saveStep(messages: MessageWithMetadata[]): Promise<boolean> {
    if (this.#wasClosed) return false;
    await this.#save(messages, false);
    return !this.#wasClosed;
  }

  /** Saves the last step and finishes the stream, in one mutation, with the vectors of all that the turn has said. */
  async finish(messages: MessageWithMetadata[], known?: KnownResults): Promise<void> {
    if (!this.#end({ kind: "finished" })) return;
    try {
      const vectors = this.#wasClosed ? undefined : await this.#vectors(messages);
      if (!this.#wasClosed) await this.#save(messages, true, vectors);
    } catch (error) {
      // What could not be saved must not stay "streaming".
      this.#outcome = { kind: "failed", error };
      await this.#endEarly(error, [], known);
      throw error;
    }
    try {
      await this.#amend(known);
    } finally {
      this.#close();
    }
  }

  /** Ends the generation as failed. What was said of the step that failed is kept. */
  async fail(error: unknown, unsaved: MessageWithMetadata[], known?: KnownResults): Promise<void> {
    if (!this.#end({ kind: "failed", error })) return;
    await this.#endEarly(error, unsaved, known);
  }

  /** Ends the generation as stopped by the app or a user. What was said is kept. */
  async abort(reason: unknown, unsaved: MessageWithMetadata[], known?: KnownResults): Promise<void> {
    if (!this.#end({ kind: "aborted" })) return;
    await this.#endEarly(reason, unsaved, known);
  }

  async #endEarly(error: unknown, unsaved: MessageWithMetadata[], known: KnownResults | undefined): Promise<void> {
    const { store, turn } = { store: this.#store, turn: this.#turn };
    try {
      if (store && turn && !this.#wasClosed && (this.#savesOutput || turn.streamId)) {
        const reason = this.#outcome?.kind === "aborted" ? abortReason(errorToString(error)) : formatFailure(failureReason(error));
        await this.#saveEnd({ store, turn, reason, error, unsaved, known });
      }
      await this.#amend(known);
    } finally {
      this.#close();
    }
  }

  async #saveEnd({ store, turn, reason, error, unsaved, known }: EarlyEnd): Promise<void> {
    try {
      const messages = this.#savesOutput ? await store.withFiles(unsaved) : [];
      // A whole step that the stream has shown is saved with all that is known of it; the end of its stream goes along.
      if (messages.length > 0 && turn.streamId) return await this.#save(messages.map((message) => failed(message, reason)), true);
      const kept = turn.streamId ? await this.#storable(known, { isLogged: true }) : messages;
      await this.#withRest(async (rest) => {
        this.savedMessages.push(...(await store.fail(turn, { error: reason, messages: kept, rawCall: this.rawCalls?.ofFailure(error), finalDelta: rest })));
      });
    } catch (saveError) {
      // What is in the way may be what was to be saved. An end that is not saved would leave the reply "streaming".
      this.writer?.close();
      this.savedMessages.push(...(await store.fail(turn, { error: reason, messages: [], rawCall: undefined, finalDelta: undefined })));
      // The caller is told why the generation ended; the app's log is the place left to tell this.
      // oxlint-disable-next-line no-console
      console.warn(`The last of a reply that ended early is lost, for it could not be saved: ${errorToString(saveError)}`);
    }
  }

  /** Whoever stopped the stream from outside had only its log: what this process knows of its tools' results is added. */
  async #amend(known: KnownResults | undefined): Promise<void> {
    const { store, turn } = { store: this.#store, turn: this.#turn };
    if (!this.#wasClosed || !store || !turn?.streamId) return;
    // What came last may not have been written any more.
    const messages = await this.#storable(known, { isLogged: false });
    if (messages.length > 0) await store.fail(turn, { error: "", messages, rawCall: undefined, finalDelta: undefined });
  }

  async #storable(known: KnownResults | undefined, options: { isLogged: boolean }): Promise<MessageWithMetadata[]> {
    if (!known || !this.#store || !this.#savesOutput) return [];
    try {
      return await this.#store.withFiles(await known(options));
    } catch (error) {
      // A generation ends whatever becomes of these: then what its log shows is kept.
      // oxlint-disable-next-line no-console
      console.warn(`Of tools' results only what the stream shows is kept, for they could not be stored: ${errorToString(error)}`);
      return [];
    }
  }

  async #vectors(messages: MessageWithMetadata[]): Promise<StepVectors | undefined> {
    if (!this.#embedder || !this.#turn || !this.#savesOutput) return undefined;
    const { turnDocs, promptMessageId } = this.#turn;
    const prompt = turnDocs.filter(({ _id }) => _id === promptMessageId);
    return vectorsOf(this.#embedder, { last: messages, earlier: [...prompt, ...this.savedMessages] });
  }

  async #save(messages: MessageWithMetadata[], isLast: boolean, vectors?: StepVectors): Promise<void> {
    const { store, turn } = { store: this.#store, turn: this.#turn };
    if (!store || !turn) return;
    const kept = this.#savesOutput ? await store.withFiles(messages) : [];
    if (kept.length === 0 && !turn.streamId) return;
    await this.#withRest(async (rest) => {
      const saved = await store.saveStep(turn, { messages: kept, vectors, finalDelta: rest, isLast });
      if (saved) this.savedMessages.push(...saved);
      else this.#closedOutside();
    });
  }

  async #withRest(write: (rest: DeltaBatch<StoredChunk> | undefined) => Promise<void>): Promise<void> {
    if (this.writer) await this.writer.writeWith(write);
    else await write(undefined);
  }

  #openWriter(throttleMs: Throttle): DeltaWriter<StoredChunk> | undefined {
    const { store, turn } = { store: this.#store, turn: this.#turn };
    const streamId = turn?.streamId;
    if (!store || streamId === undefined) return undefined;
    const writer = new DeltaWriter<StoredChunk>({
      send: (batch) => store.addDelta(streamId, batch),
      onClosed: () => this.#closedOutside(),
      onBroken: (error) => this.stop(error),
      urgency: urgencyOf,
      compress: mergeChunks,
      throttleMs,
      timers: systemTimers,
    });
    writer.watch();
    return writer;
  }

  #closedOutside(): void {
    this.#wasClosed = true;
    this.stop(new DOMException("The stream was stopped", "AbortError"));
  }

  /** False when it had ended before: a generation ends once. */
  #end(outcome: Outcome): boolean {
    if (this.#outcome) return false;
    this.#outcome = outcome;
    return true;
  }

  #close(): void {
    this.writer?.close();
    this.#unlink();
  }
}

function failed(message: MessageWithMetadata, error: string): MessageWithMetadata {
  // Results of tools that had been approved are complete, whatever became of the reply.
  return message.status === "success" ? message : { ...message, status: "failed", error };
}

/** Makes `stopper` abort when `signal` does; returns how to undo that. */
function follow(signal: AbortSignal | undefined, stopper: AbortController): () => void {
  if (!signal) return () => {};
  const onAbort = () => stopper.abort(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  return () => signal.removeEventListener("abort", onAbort);
}

