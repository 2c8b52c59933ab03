import type { MessageWithMetadata } from "../../shared/validators/messageDoc.js";
import type { Timing, ToolTiming } from "../../shared/validators/timing.js";

/**
 * When the model call and the tools of a step ran. It is told of each as it happens, and dates the messages in which
 * they are saved: no call and no document more.
 */
export class StepClock {
  readonly #now: () => number;
  #call: { startedMs: number; firstOutputMs?: number; endedMs?: number } | undefined;
  readonly #started = new Map<string, number>();
  readonly #tools = new Map<string, ToolTiming>();

  /** @param now The time, ms since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  callStarted(): void {
    this.#call = { startedMs: this.#now() };
  }

  /** @param firstOutputAfterMs How long the first piece of a streamed answer took, where the SDK measured it. */
  callEnded(firstOutputAfterMs?: number): void {
    if (!this.#call) return;
    const { startedMs } = this.#call;
    const endedMs = this.#now();
    const isMeasured = firstOutputAfterMs !== undefined && Number.isFinite(firstOutputAfterMs);
    this.#call = { startedMs, endedMs, ...(isMeasured && { firstOutputMs: Math.min(endedMs, startedMs + Math.round(firstOutputAfterMs)) }) };
  }

  toolStarted(toolCallId: string): void {
    this.#started.set(toolCallId, this.#now());
  }

  toolEnded(toolCallId: string): void {
    const endedMs = this.#now();
    this.#tools.set(toolCallId, { toolCallId, startedMs: this.#started.get(toolCallId) ?? endedMs, endedMs });
  }

  /** The messages of a step with the times of what they hold. What nobody timed stays without. */
  date(messages: readonly MessageWithMetadata[]): MessageWithMetadata[] {
    return messages.map((input) => {
      const { role } = input.message;
      const timing = role === "assistant" ? this.#callTiming() : role === "tool" ? this.#toolsTiming(input) : undefined;
      return timing ? { ...input, timing } : input;
    });
  }

  #callTiming(): Timing | undefined {
    const call = this.#call;
    return call?.endedMs === undefined ? undefined : { ...call, endedMs: call.endedMs };
  }

  #toolsTiming({ message: { content } }: MessageWithMetadata): Timing | undefined {
    const parts = typeof content === "string" ? [] : content;
    const tools = parts.flatMap((part) => (part.type === "tool-result" ? (this.#tools.get(part.toolCallId) ?? []) : []));
    if (tools.length === 0) return undefined;
    return { startedMs: Math.min(...tools.map(({ startedMs }) => startedMs)), endedMs: Math.max(...tools.map(({ endedMs }) => endedMs)), tools };
  }
}
