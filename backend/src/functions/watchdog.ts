import { Worker } from "node:worker_threads";
import { UserError } from "../errors.ts";

/** States of the shared cell. */
const IDLE = 0;
const RUNNING = 1;
const KILLING = 2;

const STATE_INDEX = 0;
const GUARD_INDEX = 1;
const DEADLINE_OFFSET = 8;
const SHARED_BYTES = 24;
const HEARTBEAT_MS = 500;
// How long a body that waits for nothing we know of may take (a digest on another thread, a Blob) before it is lost.
const GRACE_MS = 500;

/** `process._tickCallback` runs all ticks and microtasks. Node keeps it for its own tests and embedders. */
const drain = (process as unknown as { _tickCallback(): void })._tickCallback.bind(process);

/** The execution that runs now, as the watchdog sees it. */
export interface WatchedExecution {
  /** False while its function has not come to an end. */
  readonly isSettled: boolean;
  /** The body waits for work of the host (a module that loads). */
  readonly isHostBusy: boolean;
  /** The body can never go on: it waits for nothing. */
  fail(error: Error): void;
}

/**
 * Ends queries and mutations whose code runs for too long, also in a loop that never yields. Time in which the machine is
 * busy with other processes does not count. A second thread watches the clock; when the limit has passed, it interrupts the main thread through the inspector. V8 then drops the
 * microtasks that are waiting, so an execution starts with none and all of its code runs in microtasks of its own.
 */
export class Watchdog {
  readonly #limitMs: number;
  readonly #stallMs: number;
  readonly #guarded = new Set<(error: Error) => void>();
  #heartbeat: NodeJS.Timeout | null = null;
  readonly #state: Int32Array;
  readonly #deadline: Float64Array;
  readonly #worker: Worker;
  #current: WatchedExecution | null = null;
  #isDraining = false;
  #boundary: PromiseWithResolvers<void> | null = null;

  /** `stallMs`: longest time that an action may keep the thread without a break. */
  constructor({ limitMs, stallMs }: { limitMs: number; stallMs: number }) {
    this.#limitMs = limitMs;
    this.#stallMs = stallMs;
    const shared = new SharedArrayBuffer(SHARED_BYTES);
    this.#state = new Int32Array(shared, 0, 2);
    // Deadline of the query or mutation that runs; the last moment at which the event loop must turn again.
    this.#deadline = new Float64Array(shared, DEADLINE_OFFSET, 2);
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    this.#worker = new Worker(new URL(`./watchdogWorker.${extension}`, import.meta.url), { workerData: { shared, limitsMs: [limitMs, stallMs] } });
    this.#worker.unref();
  }

  /** User code begins: from now on its time counts. Call in the execution that {@link run} has started. */
  watch(execution: WatchedExecution): void {
    this.#current = execution;
    this.#deadline[0] = performance.timeOrigin + performance.now() + this.#limitMs;
    Atomics.store(this.#state, STATE_INDEX, RUNNING);
  }

  /** User code has come to its end. Does not return when the interrupt is on its way: it ends this microtask. */
  unwatch(): void {
    if (Atomics.compareExchange(this.#state, STATE_INDEX, RUNNING, IDLE) === KILLING) this.#spinUntilInterrupted();
    this.#current = null;
  }

  /**
   * Watches over the event loop while an action runs. A loop that never ends stops everything; when it is interrupted,
   * nobody can tell whose it was, so all guarded actions fail. Hazard: Node itself gives up when it is interrupted in
   * a callback of its own timers (imported from `node:timers`) rather than in a microtask; that ends the process,
   * which would not have come back anyway. The timers that functions are given run their callbacks in microtasks.
   *
   * @returns Ends the guard.
   */
  guard(fail: (error: Error) => void): () => void {
    this.#guarded.add(fail);
    if (this.#heartbeat === null) {
      this.#beat();
      this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
    }
    return () => {
      this.#guarded.delete(fail);
      if (this.#guarded.size > 0 || this.#heartbeat === null) return;
      clearInterval(this.#heartbeat);
      this.#heartbeat = null;
      Atomics.compareExchange(this.#state, GUARD_INDEX, RUNNING, IDLE);
    };
  }

  #beat(): void {
    this.#deadline[1] = performance.timeOrigin + performance.now() + this.#stallMs;
    if (Atomics.exchange(this.#state, GUARD_INDEX, RUNNING) !== KILLING) return;
    for (const fail of this.#guarded) {
      fail(new UserError("ActionStalled", `An action kept the thread busy for more than ${this.#stallMs / 1000}s without a break and was interrupted; actions that ran beside it failed too`));
    }
  }

  /** Resolves when all microtasks so far have run and rejections that nobody handled were told of. */
  boundary(): Promise<void> {
    if (!this.#isDraining) return new Promise((resolve) => void setImmediate(resolve));
    this.#boundary ??= Promise.withResolvers<void>();
    return this.#boundary.promise;
  }

  /** Time in the host's own code does not count: call with when it began. */
  excuse(startedMs: number): void {
    this.#deadline[0] = (this.#deadline[0] ?? 0) + (performance.now() - startedMs);
  }

  /** The transaction runner's execute hook: starts an execution and runs it as far as it goes without waiting. */
  run(start: () => void): void {
    this.#current = null;
    start();
    this.#drain();
    const execution = this.#watched();
    if (execution === null) return;
    if (Atomics.compareExchange(this.#state, STATE_INDEX, RUNNING, IDLE) === RUNNING) {
      this.#waitForLate(execution, performance.now() + GRACE_MS);
      return;
    }
    this.#awaitInterrupt();
    throw new UserError("FunctionTimeout", `Function execution timed out (maximum duration: ${this.#limitMs / 1000}s)`);
  }

  async close(): Promise<void> {
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
    await this.#worker.terminate();
  }

  #drain(): void {
    this.#isDraining = true;
    drain();
    for (let boundary = this.#takeBoundary(); boundary !== null; boundary = this.#takeBoundary()) {
      boundary.resolve();
      drain();
    }
    this.#isDraining = false;
  }

  #takeBoundary(): PromiseWithResolvers<void> | null {
    const boundary = this.#boundary;
    this.#boundary = null;
    return boundary;
  }

  // The drain changes it behind the compiler's back.
  #watched(): WatchedExecution | null {
    return this.#current;
  }

  /** The interrupt may still be on its way: it must hit a microtask of ours, nobody else's. */
  #awaitInterrupt(): void {
    queueMicrotask(() => this.#spinUntilInterrupted());
    drain();
    this.#spinUntilInterrupted();
  }

  #spinUntilInterrupted(): void {
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
