import type { ModelMessage, ToolSet } from "ai";
import { withKnownResults } from "../../shared/knownResults.js";
import type { MessageWithMetadata } from "../../shared/validators/messageDoc.js";
import { isTimeout } from "../aiSdk/failures.js";
import { providerRecord, stepMessages, stepModel, type FinishedStep } from "../aiSdk/steps.js";
import { usageReport } from "../aiSdk/usage.js";
import { systemTimers } from "../streaming/timers.js";
import { CallMeter, type CallReport, type ModelCallEnd, type ModelCallStart } from "./callMeter.js";
import type { Generation, KnownResults } from "./generation.js";
import { withRawCall } from "./rawCalls.js";
import { StepClock } from "./stepClock.js";
import { ToolResults, type GivenResult } from "./toolResults.js";

/** The end of a tool's run, as the SDK tells it. */
export type ToolEnd = { toolOutput: ({ type: "tool-result" } & GivenResult) | { type: "tool-error"; toolCallId: string } };

/** The start of a tool's run, as the SDK tells it. */
export type ToolStart = { toolCall: { toolCallId: string } };

/**
 * Saves the steps of a generation as the SDK reports them. A finished step is held until it is known whether another
 * follows: the last one is saved in the mutation that finishes the stream.
 *
 * The SDK ignores what its callbacks throw, so a failure here stops the generation and is thrown when it has ended.
 */
export class StepRecorder {
  readonly #generation: Generation;
  #held: FinishedStep | undefined;
  /** Results of tools that ran before the first step, for calls that were approved since. */
  #before: readonly ModelMessage[] = [];
  /** What tools gave: of those of {@link #before} no step tells it, and of a step that did not end nobody else. */
  readonly #results: ToolResults;
  readonly #clock = new StepClock(systemTimers.now);
  readonly #meter = new CallMeter();
  #broken: { error: unknown } | undefined;

  constructor(generation: Generation, tools: ToolSet | undefined) {
    this.#generation = generation;
    this.#results = new ToolResults(tools);
  }

  /** Messages the SDK made before the first step. */
  began(before: readonly ModelMessage[]): void {
    this.#before = before;
    this.#results.began(before);
  }

  /** The model is asked. */
  modelCallStarted(call: ModelCallStart): void {
    this.#clock.callStarted();
    // What was stopped before is not sent any more.
    if (!this.#generation.signal.aborted) this.#meter.started(call);
  }

  /** The model has said or written more: all that is known of a call's tokens when it is cut off. */
  modelSaid(text: string): void {
    this.#meter.said(text);
  }

  /** The model's provider has sent a piece of its answer. */
  providerSent(piece: unknown): void {
    this.#generation.rawCalls?.saw(piece);
  }

  /** A tool runs. */
  toolStarted({ toolCall }: ToolStart): void {
    this.#clock.toolStarted(toolCall.toolCallId);
  }

  /** A tool has run. */
  toolEnded({ toolOutput }: ToolEnd): void {
    this.#clock.toolEnded(toolOutput.toolCallId);
    if (toolOutput.type === "tool-result") this.#results.add(toolOutput);
  }

  /** A tool's result is shown, also of one that the provider runs. */
  resultShown(result: GivenResult): void {
    this.#results.shown(result);
  }

  /** The tokens of a call are known, whatever becomes of its step. */
  modelCallEnded(call: ModelCallEnd): void {
    this.#clock.callEnded(call.performance?.timeToFirstOutputMs);
    this.#meter.ended(call);
  }

  /** A step is complete; {@link stepStarting} or {@link finish} follows. */
  stepEnded(step: FinishedStep): void {
    this.#held = step;
  }

  /** Another step begins: the one before it is saved. */
  async stepStarting(): Promise<void> {
    const step = this.#held;
    if (!step) return;
    this.#held = undefined;
    await this.#guard(async () => {
      const [isSaved] = await Promise.all([this.#generation.saveStep(this.#messagesOf(step)), this.#report(step)]);
      if (isSaved) this.#results.clear();
    });
  }

  /** All steps are done. */
  async finish(): Promise<void> {
    const step = this.#held;
    this.#held = undefined;
    await this.#guard(async () => {
      await Promise.all([this.#generation.finish(step ? this.#messagesOf(step) : [], this.#known), step && this.#report(step)]);
    });
  }

  /** The generation failed; a step that ended with the failure keeps what it said. */
  async fail(error: unknown, unsaved: MessageWithMetadata[] = []): Promise<void> {
    await this.#endEarly((messages) => this.#generation.fail(error, messages, this.#known), { unsaved, reason: error });
  }

  /** The generation was stopped; what it said is kept. */
  async abort(reason: unknown, unsaved: MessageWithMetadata[] = []): Promise<void> {
    await this.#endEarly((messages) => this.#generation.abort(reason, messages, this.#known), { unsaved, reason });
  }

  /** What saving or a handler of the app threw. */
  get broken(): { error: unknown } | undefined {
    return this.#broken;
  }

  async #endEarly(
    end: (messages: MessageWithMetadata[]) => Promise<void>,
    { unsaved, reason }: { unsaved: MessageWithMetadata[]; reason: unknown },
  ): Promise<void> {
    const step = this.#held;
    this.#held = undefined;
    const wasCut = this.#generation.signal.aborted || isTimeout(reason);
    await this.#guard(async () => {
      const messages = step ? this.#messagesOf(step) : await this.#withResults(unsaved);
      await Promise.all([end(messages), step ? this.#report(step) : this.#reportCall(wasCut)]);
    });
  }

  /**
   * What was said, with what is known of the results of its calls; and those of approved calls, which are kept even when
   * no step follows. A stream has shown all that, and keeps it itself.
   */
  async #withResults(unsaved: MessageWithMetadata[]): Promise<MessageWithMetadata[]> {
    if (this.#generation.writer) return unsaved;
    const known = await this.#results.messages({ isLogged: false });
    const ofApproved = known.filter(({ status }) => status === "success");
    return [...this.#clock.date(joined(ofApproved)), ...withKnownResults(unsaved, known.filter((result) => !ofApproved.includes(result)))];
  }

  readonly #known: KnownResults = (options) => this.#results.messages(options);

  #messagesOf(step: FinishedStep): MessageWithMetadata[] {
    const before = this.#before;
    this.#before = [];
    const messages = this.#clock.date(stepMessages(step, { before, resultOf: this.#results.outputOf }));
    return withRawCall(messages, this.#generation.rawCalls?.take(step));
  }

  async #report(step: FinishedStep): Promise<void> {
    this.#meter.settle();
    const { ctx, scope, handlers } = this.#generation;
    const { usage, providerMetadata, request, response } = step;
    await this.#reportUsage({ ...stepModel(step), usage: usageReport(usage), providerMetadata });
    await handlers.rawRequestResponseHandler?.(ctx, { ...scope, request, response });
  }

  /** A call whose step never ended has cost its tokens all the same. */
  async #reportCall(wasCut: boolean): Promise<void> {
    const call = this.#meter.take({ wasCut });
    if (call) await this.#reportUsage(call);
  }

  async #reportUsage({ providerMetadata, ...call }: CallReport): Promise<void> {
    const { ctx, scope, handlers } = this.#generation;
    await handlers.usageHandler?.(ctx, { ...scope, ...call, providerMetadata: providerMetadata && providerRecord(providerMetadata) });
  }

  async #guard(run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      this.#broken ??= { error };
      this.#generation.stop(error);
    }
  }
}

/** Results of approved calls in one message, as the SDK saves them with a step. */
function joined(results: readonly MessageWithMetadata[]): MessageWithMetadata[] {
  const content = results.flatMap(({ message }) => (message.role === "tool" ? message.content : []));
  return content.length === 0 ? [] : [{ message: { role: "tool", content }, status: "success" }];
}
