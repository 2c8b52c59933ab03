import type { Throttle } from "./throttle.js";
import type { Timers } from "./timers.js";

/** A batch of a stream's parts: the log's entries from `start` (inclusive) to `end` (exclusive), perhaps merged. */
export type DeltaBatch<T> = { start: number; end: number; parts: T[] };

/**
 * How soon a part must leave: "silent" parts show nothing and wait for company, "text" is throttled,
 * "state" (a tool's input is complete, a result is there) leaves at once.
 */
export type Urgency = "silent" | "text" | "state";

/** What a {@link DeltaWriter} needs. */
export type DeltaWriterOptions<T> = {
  /** Writes one batch (none: only asks). False: the stream is no longer open, and nothing was written. */
  send: (batch: DeltaBatch<T> | undefined) => Promise<boolean>;
  /** Called once when `send` said that the stream is closed. */
  onClosed: () => void;
  /** Called once when writing has failed {@link MAX_FAILURES} times in a row. */
  onBroken: (error: unknown) => void;
  urgency: (part: T) => Urgency;
  /** Merges parts before they leave; null or undefined keeps them as they are. */
  compress?: ((parts: T[]) => T[]) | null;
  throttleMs: Throttle;
  timers: Timers;
};

/** A write may fail for a passing reason (a conflict); three in a row are no coincidence. */
const MAX_FAILURES = 3;

/** While nothing is said (a long tool, a slow model), the writer asks this often whether it was stopped. */
const ASK_EVERY_MS = 5_000;

/**
 * Batches the parts of one stream into writes: the first part that shows something and every change of state
 * leave at once, text between at most once per `throttleMs`, and never two writes at a time.
 * A batch that could not be written stays first in line, so the log has no gaps.
 */
export class DeltaWriter<T> {
  readonly #options: DeltaWriterOptions<T>;
  #waiting: T[] = [];
  /** Index in the log of the first waiting part. */
  #start = 0;
  #mostUrgent: Urgency = "silent";
  /** When the first part that shows something was written. */
  #shownSinceMs: number | undefined;
  #lastWriteMs = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #writing: Promise<unknown> | undefined;
  #cancelTimer = () => {};
  #open = true;

  constructor(options: DeltaWriterOptions<T>) {
    this.#options = options;
  }

  /** True until the stream was found closed, or {@link close} was called. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** Takes parts to be written when their time comes. After the stream is closed they are dropped. */
  add(parts: readonly T[]): void {
    if (!this.#open || parts.length === 0) return;
    for (const part of parts) {
      this.#waiting.push(part);
      this.#mostUrgent = moreUrgent(this.#mostUrgent, this.#options.urgency(part));
    }
    this.#schedule();
  }

  /**
   * Runs `write` with all that waits (undefined when nothing does), after any write that is under way
   * and with none beside it. If it fails, the parts wait again.
   */
  async writeWith<R>(write: (batch: DeltaBatch<T> | undefined) => Promise<R>): Promise<R> {
    this.#cancelTimer();
    while (this.#writing) await this.#writing;
    const taken = this.#take();
    const writing = write(taken.batch);
    // Whoever waits for its turn only waits; the outcome belongs to this call.
    this.#writing = writing.then(() => undefined, () => undefined);
    try {
      return await writing;
    } catch (error) {
      this.#putBack(taken);
      throw error;
    } finally {
      this.#writing = undefined;
      this.#schedule();
    }
  }

  /** Writes all that waits. */
  async flush(): Promise<void> {
    await this.writeWith(async (batch) => {
      if (batch && this.#open) await this.#send(batch);
    });
  }

  /** Stops writing; what waits is dropped. */
  close(): void {
    this.#open = false;
    this.#cancelTimer();
  }

  /** Starts to ask now and then whether the stream is still wanted. */
  watch(): void {
    this.#schedule();
  }

  #schedule(): void {
    this.#cancelTimer();
    if (!this.#open || this.#writing) return;
    this.#cancelTimer = this.#options.timers.after(this.#delayMs(), () => void this.#onTimer());
  }

  #delayMs(): number {
    const sinceMs = this.#options.timers.now() - this.#lastWriteMs;
    switch (this.#mostUrgent) {
      case "silent":
        return Number.isFinite(sinceMs) ? Math.max(0, ASK_EVERY_MS - sinceMs) : ASK_EVERY_MS;
      case "text":
        return this.#shownSinceMs === undefined ? 0 : Math.max(0, this.#throttleMs() - sinceMs);
      case "state":
        // After a failed write even a change of state keeps the distance.
        return this.#failures > 0 ? Math.max(0, this.#throttleMs() - sinceMs) : 0;
      default:
        return this.#mostUrgent satisfies never;
    }
  }

  #throttleMs(): number {
    const { throttleMs, timers } = this.#options;
    if (typeof throttleMs === "number") return throttleMs;
    return throttleMs(this.#shownSinceMs === undefined ? 0 : timers.now() - this.#shownSinceMs);
  }

  async #onTimer(): Promise<void> {
    try {
      await this.writeWith(async (batch) => {
        if (this.#open) await this.#send(batch);
      });
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      if (this.#failures < MAX_FAILURES || !this.#open) return;
      this.close();
      this.#options.onBroken(error);
    }
  }

  async #send(batch: DeltaBatch<T> | undefined): Promise<void> {
    this.#lastWriteMs = this.#options.timers.now();
    if (await this.#options.send(batch)) return;
    if (!this.#open) return;
    this.close();
    this.#options.onClosed();
  }

  #take(): Taken<T> {
    const parts = this.#waiting;
    const urgency = this.#mostUrgent;
    const start = this.#start;
    const end = start + parts.length;
    this.#waiting = [];
    this.#start = end;
    this.#mostUrgent = "silent";
    if (urgency !== "silent") this.#shownSinceMs ??= this.#options.timers.now();
    const { compress } = this.#options;
    const batch = parts.length === 0 ? undefined : { start, end, parts: compress ? compress(parts) : parts };
    return { parts, urgency, start, batch };
  }

  #putBack({ parts, urgency, start }: Taken<T>): void {
    this.#waiting = [...parts, ...this.#waiting];
    this.#start = start;
    this.#mostUrgent = moreUrgent(this.#mostUrgent, urgency);
  }
}

type Taken<T> = { parts: T[]; urgency: Urgency; start: number; batch: DeltaBatch<T> | undefined };

function moreUrgent(a: Urgency, b: Urgency): Urgency {
  if (a === "state" || b === "state") return "state";
  return a === "text" || b === "text" ? "text" : "silent";
}
