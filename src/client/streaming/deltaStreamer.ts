import type { ProviderOptions } from "../../shared/validators/message.js";
import type { StoredChunk } from "../../shared/validators/stream.js";
import { DEFAULT_STREAMING_OPTIONS } from "../agentOptions.js";
import { toConvexRecord } from "../../shared/convexJson.js";
import { apiOf, type InstalledComponent, type MutationCtx } from "../ctx.js";
import { DeltaWriter, type DeltaBatch } from "./deltaWriter.js";
import { HalfPairs } from "./halfPairs.js";
import { KnownChunks } from "./knownChunks.js";
import type { Throttle } from "./throttle.js";
import { systemTimers, type Timers } from "./timers.js";
import { urgencyOf } from "./urgency.js";

/** How a {@link DeltaStreamer} writes. */
export type DeltaStreamerConfig<T> = {
  /** The least time between two writes of text. Default: {@link adaptiveThrottle}. */
  throttleMs?: Throttle | undefined;
  /** Called when the stream was stopped from outside. */
  onAsyncAbort: (reason: string) => Promise<void>;
  /** Stops the stream when it aborts. */
  abortSignal?: AbortSignal | undefined;
  /** Merges parts before they are written: `compressUIMessageChunks` for UI message chunks. */
  compress: ((parts: T[]) => T[]) | null;
  /** Default: the machine's time. */
  timers?: Timers;
};

/** The place of a stream in its thread, and who speaks. */
export type StreamMetadata = {
  threadId: string;
  /** The turn. Streams of a thread that are told apart by nothing else need different orders. */
  order: number;
  stepOrder: number;
  format: "UIMessageChunk" | "TextStreamPart" | undefined;
  userId?: string | undefined;
  agentName?: string | undefined;
  model?: string | undefined;
  provider?: string | undefined;
  providerOptions?: ProviderOptions | undefined;
  /** False: when it ends early, nothing of it is saved as a message. Default: true. */
  savesOutput?: boolean | undefined;
};

/**
 * Stores a stream of parts for others to follow, without an Agent: `syncStreams` and the hooks read it.
 * Pass `abortController.signal` to whatever produces the parts.
 *
 * @example
 * const streamer = new DeltaStreamer(components.agent, ctx, { onAsyncAbort, compress: compressUIMessageChunks }, place);
 * await streamer.consumeStream(response.toUIMessageStream());
 */
export class DeltaStreamer<T extends object> {
  readonly component: InstalledComponent;
  readonly ctx: MutationCtx;
  readonly config: DeltaStreamerConfig<T>;
  readonly metadata: StreamMetadata;
  /** Aborts when the stream is stopped: by its signal, from outside or by {@link fail}. */
  readonly abortController = new AbortController();
  /** The id, once the stream is stored. */
  streamId: string | undefined;
  readonly #writer: DeltaWriter<T>;
  readonly #pairs = new HalfPairs<T>();
  readonly #known = new KnownChunks();
  readonly #unlink: () => void;
  #creating: Promise<string> | undefined;
  #ending: Promise<void> | undefined;

  // Four parameters, as documented.
  constructor(component: InstalledComponent, ctx: MutationCtx, config: DeltaStreamerConfig<T>, metadata: StreamMetadata) {
    this.component = component;
    this.ctx = ctx;
    this.config = config;
    this.metadata = metadata;
    this.#writer = new DeltaWriter<T>({
      send: (batch) => this.#send(batch),
      onClosed: () => this.#stoppedOutside(),
      onBroken: (error) => this.abortController.abort(error),
      urgency: (part) => urgencyOf(toStored(part)),
      compress: config.compress,
      throttleMs: config.throttleMs ?? DEFAULT_STREAMING_OPTIONS.throttleMs,
      timers: config.timers ?? systemTimers,
    });
    this.#unlink = this.#follow(config.abortSignal);
  }

  /** The stream's id; stores the stream if it is not stored yet. */
  async getStreamId(): Promise<string> {
    this.#creating ??= this.#create();
    this.streamId = await this.#creating;
    return this.streamId;
  }

  async #create(): Promise<string> {
    const streamId = await this.ctx.runMutation(apiOf(this.component).streams.create, this.metadata);
    // Whoever is silent from the start is heard of as well, and can be stopped.
    this.#writer.watch();
    return streamId;
  }

  /** Takes parts; they are written when their time comes. */
  async addParts(parts: T[]): Promise<void> {
    if (!this.abortController.signal.aborted) this.#writer.add(parts.flatMap((part) => this.#pairs.push(part)));
  }

  /** Stores a whole stream and finishes. Throws what the stream throws, after the stored stream was ended. */
  async consumeStream(stream: AsyncIterable<T>): Promise<void> {
    try {
      for await (const part of stream) await this.addParts([part]);
    } catch (error) {
      await this.fail(error instanceof Error ? error.message : String(error));
      throw error;
    }
    await this.finish();
  }

  /** Writes what is left and finishes the stream, in one mutation. A stream that has ended stays as it ended. */
  async finish(): Promise<void> {
    await this.#end((streamId, delta) => this.ctx.runMutation(apiOf(this.component).streams.finish, { streamId, delta }));
  }

  /** Ends the stream early. What was shown is kept, as a failed message. */
  async fail(reason: string): Promise<void> {
    await this.#end((streamId, delta) => this.ctx.runMutation(apiOf(this.component).streams.abort, { streamId, reason, delta }));
    this.abortController.abort(new DOMException(reason, "AbortError"));
  }

  async #end(end: (streamId: string, delta: DeltaBatch<StoredChunk> | undefined) => Promise<unknown>): Promise<void> {
    this.#ending ??= this.#writer.writeWith(async (batch) => {
      if (this.#writer.isOpen) await end(await this.getStreamId(), stored(batch));
      this.#writer.close();
      this.#unlink();
    });
    await this.#ending;
  }

  async #send(batch: DeltaBatch<T> | undefined): Promise<boolean> {
    const streamId = await this.getStreamId();
    const delta = stored(batch);
    return this.#known.during(delta, (known) =>
      // Without a delta nothing is added, and what is known does not matter.
      this.ctx.runMutation(apiOf(this.component).streams.addDelta, { streamId, delta, ...(delta === undefined || known === undefined ? {} : { known }) }));
  }

  #stoppedOutside(): void {
    const reason = "The stream was stopped";
    this.abortController.abort(new DOMException(reason, "AbortError"));
    // The app's callback may fail for its own reasons; nobody waits for it here, so that shows as unhandled.
    void this.config.onAsyncAbort(reason);
  }

  #follow(signal: AbortSignal | undefined): () => void {
    if (!signal) return () => {};
    const onAbort = () => void this.fail(signal.reason instanceof Error ? signal.reason.message : "abortSignal");
    if (signal.aborted) queueMicrotask(onAbort);
    else signal.addEventListener("abort", onAbort, { once: true });
    return () => signal.removeEventListener("abort", onAbort);
  }
}

function stored<T extends object>(batch: DeltaBatch<T> | undefined): DeltaBatch<StoredChunk> | undefined {
  return batch && { ...batch, parts: batch.parts.map(toStored) };
}

function toStored(part: object): StoredChunk {
  // Chunks of the SDK's streams are objects with a `type`.
  return toConvexRecord(part) as StoredChunk;
}
