import { Worker } from "node:worker_threads";
import { UserError } from "../errors.ts";

/** States of the shared cell. */
const IDLE = 0;
const RUNNING = 1;
const KILLING = 2;

const STATE_INDEX = 0;
const DEADLINE_OFFSET = 8;
// How long a body that waits for nothing we know of may take (a digest on another thread, a Blob) before it is lost.
const GRACE_MS = 500;

/** `process._tickCallback` runs all ticks and microtasks. Node keeps it for its own tests and embedders. */
const drain = (process as unknown as { _tickCallback(): void })._tickCallback.bind(process);

/** The execution that runs now, as the watchdog sees it. */
export interface WatchedExecution {
  /** False while the body has not come to an end. */
  readonly isSettled: boolean;
  /** The body waits for work of the host (a module that loads). */
  readonly isHostBusy: boolean;
  /** The body can never go on: it waits for nothing. */
  fail(error: Error): void;
}

/**
 * Ends queries and mutations whose code runs for too long, also in a loop that never yields. A second thread watches
 * the clock; when the limit has passed, it interrupts the main thread through the inspector. V8 then drops the
 * microtasks that are waiting, so an execution starts with none and all of its code runs in microtasks of its own.
 */
export class Watchdog {
  readonly #limitMs: number;
  readonly #state: Int32Array;
  readonly #deadline: Float64Array;
  readonly #worker: Worker;
  #current: WatchedExecution | null = null;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
    const shared = new SharedArrayBuffer(DEADLINE_OFFSET + 8);
    this.#state = new Int32Array(shared, 0, 1);
    this.#deadline = new Float64Array(shared, DEADLINE_OFFSET, 1);
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    this.#worker = new Worker(new URL(`./watchdogWorker.${extension}`, import.meta.url), { workerData: shared });
    this.#worker.unref();
  }

  /** Says which execution {@link run} has started. */
  watch(execution: WatchedExecution): void {
    this.#current = execution;
  }

  /** Time in the host's own code does not count: call with when it began. */
  excuse(startedMs: number): void {
    this.#deadline[0] = (this.#deadline[0] ?? 0) + (performance.now() - startedMs);
  }

  /** The transaction runner's execute hook: starts an execution and runs it as far as it goes without waiting. */
  run(start: () => void): void {
    this.#current = null;
    this.#deadline[0] = performance.timeOrigin + performance.now() + this.#limitMs;
    Atomics.store(this.#state, STATE_INDEX, RUNNING);
    start();
    drain();
    if (Atomics.compareExchange(this.#state, STATE_INDEX, RUNNING, IDLE) !== RUNNING) {
      this.#awaitInterrupt();
      throw new UserError("FunctionTimeout", `Function execution timed out (maximum duration: ${this.#limitMs / 1000}s)`);
    }
    const execution = this.#current;
    if (execution !== null && !this.#isSettled(execution)) this.#waitForLate(execution, performance.now() + GRACE_MS);
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  // The drain above changes it behind the compiler's back.
  #isSettled(execution: WatchedExecution): boolean {
    return execution.isSettled;
  }

  /** The interrupt may still be on its way: it must hit a microtask of ours, nobody else's. */
  #awaitInterrupt(): void {
    queueMicrotask(() => {
      while (Atomics.load(this.#state, STATE_INDEX) === KILLING);
    });
    drain();
    while (Atomics.load(this.#state, STATE_INDEX) === KILLING);
  }

  #waitForLate(execution: WatchedExecution, untilMs: number): void {
    setImmediate(() => {
      if (execution.isSettled) return;
      const deadline = execution.isHostBusy ? performance.now() + GRACE_MS : untilMs;
      if (performance.now() > deadline) execution.fail(new UserError("UnresolvedPromise", "Returned promise will never resolve"));
      else this.#waitForLate(execution, deadline);
    });
  }
}
