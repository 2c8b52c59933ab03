import type { ModelMessage } from "ai";
import type { MessageWithMetadata } from "../../shared/validators/messageDoc.js";
import { isTimeout } from "../aiSdk/failures.js";
import { providerRecord, resultMessages, stepMessages, stepModel, type FinishedStep } from "../aiSdk/steps.js";
import { usageReport } from "../aiSdk/usage.js";
import { systemTimers } from "../streaming/timers.js";
import { CallMeter, type CallReport, type ModelCallEnd, type ModelCallStart } from "./callMeter.js";
import type { Generation } from "./generation.js";
import { withRawCall } from "./rawCalls.js";
import { StepClock } from "./stepClock.js";

/** The end of a tool's run, as the SDK tells it. */
export type ToolEnd = { toolOutput: { type: "tool-result"; toolCallId: string; output: unknown } | { type: "tool-error"; toolCallId: string } };

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
  /** What tools gave, by call: for those of {@link #before} no step tells it. */
  readonly #results = new Map<string, unknown>();
  readonly #clock = new StepClock(systemTimers.now);
  readonly #meter = new CallMeter();
  #broken: { error: unknown } | undefined;

  constructor(generation: Generation) {
    this.#generation = generation;
  }

  /** Messages the SDK made before the first step. */
  began(before: readonly ModelMessage[]): void {
    this.#before = before;
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
    if (toolOutput.type === "tool-result") this.#results.set(toolOutput.toolCallId, toolOutput.output);
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
      await Promise.all([this.#generation.saveStep(this.#messagesOf(step)), this.#report(step)]);
    });
  }

  /** All steps are done. */
  async finish(): Promise<void> {
    const step = this.#held;
    this.#held = undefined;
    await this.#guard(async () => {
      await Promise.all([this.#generation.finish(step ? this.#messagesOf(step) : []), step && this.#report(step)]);
    });
  }

  /** The generation failed; a step that ended with the failure keeps what it said. */
  async fail(error: unknown, unsaved: MessageWithMetadata[] = []): Promise<void> {
    await this.#endEarly((messages) => this.#generation.fail(error, messages), { unsaved, reason: error });
  }

  /** The generation was stopped; what it said is kept. */
  async abort(reason: unknown, unsaved: MessageWithMetadata[] = []): Promise<void> {
    await this.#endEarly((messages) => this.#generation.abort(reason, messages), { unsaved, reason });
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
    const messages = step ? this.#messagesOf(step) : [...this.#messagesBefore(), ...unsaved];
    const wasCut = this.#generation.signal.aborted || isTimeout(reason);
    await this.#guard(async () => {
      await Promise.all([end(messages), step ? this.#report(step) : this.#reportCall(wasCut)]);
    });
  }

  /** Results of approved calls are kept even when no step follows; a stream has shown them, and keeps them itself. */
  #messagesBefore(): MessageWithMetadata[] {
    return this.#generation.writer ? [] : this.#clock.date(resultMessages(this.#before, (toolCallId) => this.#results.get(toolCallId)));
  }

  #messagesOf(step: FinishedStep): MessageWithMetadata[] {
    const before = this.#before;
    this.#before = [];
    const messages = this.#clock.date(stepMessages(step, { before, resultOf: (toolCallId) => this.#results.get(toolCallId) }));
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
