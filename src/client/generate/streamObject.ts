import { streamObject as sdkStreamObject, type FlexibleSchema, type ObjectStreamPart, type UIMessageChunk } from "ai";
import type { StreamingOptions } from "../agentOptions.js";
import { toStoredChunk } from "../aiSdk/chunks.js";
import { isTimeout } from "../aiSdk/failures.js";
import { modelNames } from "../aiSdk/models.js";
import { withoutDeprecation } from "../aiSdk/quietly.js";
import { wellFormed } from "../../shared/convexJson.js";
import type { MessageWithMetadata } from "../../shared/validators/messageDoc.js";
import { apiOf, type ActionCtx, type InstalledComponent } from "../ctx.js";
import { TextChunker } from "../streaming/chunking.js";
import { HalfPairs } from "../streaming/halfPairs.js";
import type { ObjectMode, ObjectStream, StreamObjectArgs, StreamTextOptions } from "./args.js";
import type { Generation } from "./generation.js";
import { objectCall, reportObject, reportUnmade, saveObject, type MadeObject } from "./madeObject.js";
import { shareStream } from "./sharedStream.js";
import { startGeneration, streamingOptions, type SdkCall, type StartArgs, type StartOptions } from "./start.js";

type ObjectEnd = Omit<MadeObject, "object"> & { object: unknown; error: unknown };
type ObjectCallbacks = {
  onFinish?: (event: ObjectEnd) => unknown;
  onError?: (event: { error: unknown }) => unknown;
};

/**
 * As the AI SDK's `streamObject`, in a thread: the object is saved as a message of JSON text. With `saveStreamDeltas`
 * that text is stored as it is written, for every client of the thread to see the object grow (`parsePartialJson`
 * reads what is there of it). The object is made to its end whether or not the result is read, and the result can be
 * read in several forms.
 *
 * @throws with `saveStreamDeltas` (and not `returnImmediately`): what the model or a save threw, after the generation
 *   was marked as failed; what was written is kept. A generation that was stopped does not throw.
 */
export async function streamObject<SCHEMA extends FlexibleSchema<unknown>, OUTPUT extends ObjectMode, RESULT>(
  ctx: ActionCtx,
  component: InstalledComponent,
  { args, options }: { args: StreamObjectArgs<SCHEMA, OUTPUT, RESULT>; options: StartOptions & StreamTextOptions },
): Promise<ObjectStream<SCHEMA, OUTPUT, RESULT>> {
  // The same fields; the schema and callbacks are handed on, not looked into.
  const plainArgs = args as unknown as StartArgs & ObjectCallbacks;
  const stream = streamingOptions(options);
  const { call, generation } = await startGeneration(ctx, apiOf(component), { args: plainArgs, options: { ...options, stream } });
  const recording = new ObjectRecording({ generation, call, app: plainArgs, stream });
  const result = withoutDeprecation(() => sdkStreamObject({ ...objectCall<typeof sdkStreamObject>(call), ...recording.callbacks() }));
  const ended = recording.drain(shareStream(result));
  if (stream && !stream.returnImmediately) await ended;
  // Whoever reads the result is told of the model's errors there. An error in saving has no other way to be seen
  // than this promise: it is left without a handler on purpose.
  else void ended.catch((error: unknown) => recording.rethrowIfBroken(error));
  // The SDK was given this schema and output, so its result is of their type.
  return Object.assign(result, generation.metadata) as unknown as ObjectStream<SCHEMA, OUTPUT, RESULT>;
}

type RecordingParts = { generation: Generation; call: SdkCall; app: ObjectCallbacks; stream: StreamingOptions | undefined };

/** Follows the making of one object: stores its text as it comes, and saves what becomes of it. */
class ObjectRecording {
  readonly #generation: Generation;
  readonly #call: SdkCall;
  readonly #app: ObjectCallbacks;
  readonly #chunker: TextChunker;
  readonly #pairs = new HalfPairs<UIMessageChunk>();
  /** What was stopped before is not sent to the model. */
  readonly #isSent: boolean;
  #text = "";
  #end: ObjectEnd | undefined;
  #error: { error: unknown } | undefined;
  /** What saving or a handler of the app threw. */
  #broken: { error: unknown } | undefined;

  constructor({ generation, call, app, stream }: RecordingParts) {
    this.#generation = generation;
    this.#call = call;
    this.#isSent = !generation.signal.aborted;
    this.#app = app;
    this.#chunker = new TextChunker(stream?.chunking);
  }

  callbacks() {
    return {
      onError: async (event: { error: unknown }) => {
        this.#error ??= event;
        await this.#app.onError?.(event);
      },
      // The last parts of the stream are not read yet.
      onFinish: (event: ObjectEnd) => {
        this.#end = event;
      },
    };
  }

  /** Reads the stream to its end and saves what came of it. Throws what the generation failed with. */
  async drain(parts: AsyncIterable<ObjectStreamPart<unknown>>): Promise<void> {
    this.#store({ type: "start" }, { type: "start-step" }, { type: "text-start", id: TEXT_ID });
    try {
      for await (const part of parts) {
        if (part.type === "text-delta") this.#said(part.textDelta);
        else if (part.type === "error") this.#error ??= part;
      }
    } catch (error) {
      this.#error ??= { error };
    }
    try {
      await this.#conclude();
    } catch (error) {
      this.#broken = { error };
      throw error;
    }
    if (this.#generation.outcome?.kind === "failed") throw this.#generation.outcome.error;
  }

  rethrowIfBroken(error: unknown): void {
    if (this.#broken) throw error;
  }

  async #conclude(): Promise<void> {
    const from = { generation: this.#generation, call: this.#call };
    const end = this.#end;
    const error = this.#error?.error ?? end?.error;
    if (end && error === undefined) {
      this.#store({ type: "text-end", id: TEXT_ID }, { type: "finish-step" }, { type: "finish", finishReason: end.finishReason });
      await saveObject({ ...from, text: this.#text }, end);
    } else {
      const cause = error ?? new Error("The stream ended before the model had made an object");
      await this.#endEarly(cause);
      // An object that does not fit its schema, or was cut off, has cost its tokens all the same.
      if (end?.usage.totalTokens !== undefined) await reportObject(from, end);
      else if (this.#isSent) await reportUnmade(from, { error: cause, said: this.#text || undefined });
    }
    if (end) await this.#app.onFinish?.(end);
  }

  async #endEarly(error: unknown): Promise<void> {
    const { signal } = this.#generation;
    const reason: unknown = signal.aborted ? signal.reason : error;
    if (signal.aborted && !isTimeout(reason)) await this.#generation.abort(reason, this.#unsaved());
    else await this.#generation.fail(reason, this.#unsaved());
  }

  /** What was written, for a generation that has no stream to keep it. */
  #unsaved(): MessageWithMetadata[] {
    if (this.#generation.writer || this.#text === "") return [];
    return [{ message: { role: "assistant", content: wellFormed(this.#text) }, ...modelNames(this.#call.model) }];
  }

  #said(delta: string): void {
    this.#text += delta;
    this.#store({ type: "text-delta", id: TEXT_ID, delta });
  }

  #store(...chunks: UIMessageChunk[]): void {
    const ready = chunks.flatMap((chunk) => this.#chunker.push(chunk)).flatMap((chunk) => this.#pairs.push(chunk));
    this.#generation.writer?.add(ready.map(toStoredChunk));
  }
}

/** An object is one text. */
const TEXT_ID = "0";
