import { streamText as sdkStreamText, type TextStreamPart, type ToolSet, type UIMessageChunk } from "ai";
import type { StreamingOptions } from "../agentOptions.js";
import { DEFAULT_STREAMING_OPTIONS } from "../agentOptions.js";
import { toChunk, toStoredChunk } from "../aiSdk/chunks.js";
import { errorToString, isTimeout } from "../aiSdk/failures.js";
import { apiOf, type ActionCtx, type InstalledComponent } from "../ctx.js";
import type { MessageWithMetadata } from "../../shared/validators/messageDoc.js";
import { TextChunker } from "../streaming/chunking.js";
import { HalfPairs } from "../streaming/halfPairs.js";
import type { AnyOutput, RuntimeContext, StreamResult, StreamTextOptions, StreamingTextArgs } from "./args.js";
import type { Generation } from "./generation.js";
import { observeSteps, type StepCallbacks } from "./observe.js";
import { StepRecorder } from "./saveSteps.js";
import { startGeneration, streamingOptions, type SdkCall, type StartArgs, type StartOptions } from "./start.js";
import { UnsavedStep } from "./unsavedStep.js";

type Part = TextStreamPart<ToolSet>;

/** The callbacks of the app that are called beside ours. */
type StreamCallbacks = StepCallbacks & {
  onChunk?: (event: { chunk: Part }) => unknown;
  onError?: (event: { error: unknown }) => unknown;
  onAbort?: (event: AbortEvent) => unknown;
  onEnd?: (event: EndEvent) => unknown;
  onFinish?: (event: EndEvent) => unknown;
};
type AbortEvent = { reason?: unknown };
type EndEvent = object;

/**
 * As the AI SDK's `streamText`, in a thread. With `saveStreamDeltas` the stream is stored as it is spoken, for every
 * client of the thread to follow. The generation runs to its end whether or not the result is read.
 *
 * @throws with `saveStreamDeltas` (and not `returnImmediately`): what the model or a save threw, after the generation
 *   was marked as failed. A generation that was stopped does not throw.
 */
export async function streamText<
  AgentTools extends ToolSet,
  TOOLS extends ToolSet | undefined,
  OUTPUT extends AnyOutput,
  RUNTIME_CONTEXT extends RuntimeContext,
>(
  ctx: ActionCtx,
  component: InstalledComponent,
  { args, options }: {
    args: StreamingTextArgs<AgentTools, TOOLS, OUTPUT, RUNTIME_CONTEXT>;
    options: StartOptions & StreamTextOptions;
  },
): Promise<StreamResult<AgentTools, TOOLS, OUTPUT, RUNTIME_CONTEXT>> {
  // The same fields; tools and callbacks are handed on, not looked into.
  const plainArgs = args as unknown as StartArgs & StreamCallbacks;
  const stream = streamingOptions(options);
  const { call, generation } = await startGeneration(ctx, apiOf(component), { args: plainArgs, options: { ...options, stream } });
  const recording = new StreamRecording(generation, { call, app: plainArgs, stream });
  const result = sdkStreamText({ ...call, ...recording.callbacks() });
  const ended = recording.drain(result);
  if (stream && !stream.returnImmediately) await ended;
  // Whoever reads the result is told of the model's errors there. An error in saving has no other way to be seen
  // than this promise: it is left without a handler on purpose.
  else void ended.catch((error: unknown) => recording.rethrowIfBroken(error));
  // The SDK was given these tools and this output, so its result has them.
  return Object.assign(result, generation.metadata) as unknown as StreamResult<AgentTools, TOOLS, OUTPUT, RUNTIME_CONTEXT>;
}

/** Follows one stream through the SDK's callbacks, which see every part in order, whoever reads the result. */
class StreamRecording {
  readonly #generation: Generation;
  readonly #recorder: StepRecorder;
  readonly #app: StreamCallbacks;
  readonly #tools: ToolSet | undefined;
  readonly #sendSources: boolean;
  readonly #chunker: TextChunker;
  readonly #pairs = new HalfPairs<UIMessageChunk>();
  /** What was said since the last saved step, for a generation that has no stream to keep it. */
  readonly #unsaved = new UnsavedStep();
  #error: { error: unknown } | undefined;
  /** How the SDK says the whole stream finished; it says nothing when a call after the first step failed. */
  #finishReason: string | undefined;

  constructor(generation: Generation, { call, app, stream }: { call: SdkCall; app: StreamCallbacks; stream: StreamingOptions | undefined }) {
    this.#generation = generation;
    this.#recorder = new StepRecorder(generation, call.tools);
    this.#app = app;
    this.#tools = call.tools;
    this.#sendSources = stream?.sendSources ?? DEFAULT_STREAMING_OPTIONS.sendSources;
    this.#chunker = new TextChunker(stream?.chunking);
  }

  callbacks() {
    const app = this.#app;
    const observed = observeSteps(this.#recorder, app);
    return {
      ...observed,
      onStepStart: async (event: unknown) => {
        await observed.onStepStart(event);
        // The step before is saved now.
        this.#unsaved.clear();
      },
      onChunk: async (event: { chunk: Part }) => {
        this.#saw(event.chunk);
        await app.onChunk?.(event);
      },
      onError: async (event: { error: unknown }) => {
        this.#error = event;
        // What it returns may ask the SDK for a retry.
        return (await app.onError?.(event)) as undefined;
      },
      onAbort: async (event: AbortEvent) => {
        await this.#aborted(event.reason ?? this.#generation.signal.reason);
        await app.onAbort?.(event);
      },
      onEnd: async (event: EndEvent) => {
        await this.#allStepsEnded();
        await (app.onEnd ?? app.onFinish)?.(event);
      },
      onFinish: undefined,
    };
  }

  /** Reads the stream to its end, and sees to it that the generation has ended then. Throws what it failed with. */
  async drain(result: { consumeStream(options: { onError: (error: unknown) => void }): PromiseLike<void> }): Promise<void> {
    await result.consumeStream({ onError: (error) => void (this.#error ??= { error }) });
    if (!this.#generation.outcome) await this.#endedWithoutSteps();
    const { broken } = this.#recorder;
    if (broken) throw broken.error;
    if (this.#generation.outcome?.kind === "failed") throw this.#generation.outcome.error;
  }

  rethrowIfBroken(error: unknown): void {
    if (this.#recorder.broken) throw error;
  }

  #saw(part: Part): void {
    if (part.type === "finish") this.#finishReason = part.finishReason;
    if (part.type === "raw") this.#recorder.providerSent(part.rawValue);
    if (part.type === "tool-result" && part.preliminary !== true) this.#recorder.resultShown(part);
    const chunk = toChunk(part, { tools: this.#tools, sendSources: this.#sendSources });
    if (!chunk) return;
    const said = saidIn(chunk);
    if (said) this.#recorder.modelSaid(said);
    const { writer } = this.#generation;
    const ready = this.#chunker.push(chunk).flatMap((each) => this.#pairs.push(each)).map(toStoredChunk);
    if (writer) writer.add(ready);
    else this.#unsaved.add(ready);
  }

  /** The stream is over and some steps have ended. An error that a retry made good is none. */
  async #allStepsEnded(): Promise<void> {
    const isFailed = this.#finishReason === undefined || this.#finishReason === "error";
    if (this.#error && isFailed) await this.#recorder.fail(this.#error.error, this.#unsavedMessages(this.#error.error));
    else await this.#recorder.finish();
  }

  async #aborted(reason: unknown): Promise<void> {
    // A failed save stops the model; that is a failure, not a wish.
    const { broken } = this.#recorder;
    if (broken) await this.#recorder.fail(broken.error, this.#unsavedMessages(broken.error));
    else if (isTimeout(reason)) await this.#recorder.fail(reason, this.#unsavedMessages(reason));
    else await this.#recorder.abort(reason, this.#unsavedMessages(reason));
  }

  /** The stream is over and neither `onEnd` nor `onAbort` was called: the model failed before a step was complete. */
  async #endedWithoutSteps(): Promise<void> {
    const error = this.#error ? this.#error.error : new Error("The stream ended before the model had answered");
    await this.#recorder.fail(error, this.#unsavedMessages(error));
  }

  #unsavedMessages(error: unknown): MessageWithMetadata[] {
    return this.#unsaved.messages(errorToString(error));
  }
}

/** What of a chunk the model has spoken or written, and is paid for. */
function saidIn(chunk: UIMessageChunk): string | undefined {
  if (chunk.type === "text-delta" || chunk.type === "reasoning-delta") return chunk.delta;
  return chunk.type === "tool-input-delta" ? chunk.inputTextDelta : undefined;
}
