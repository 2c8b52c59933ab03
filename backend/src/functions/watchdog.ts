import { Worker } from "node:worker_threads";
import { UserError } from "../errors.ts";
import { runInterruptibly } from "./sandbox/interruptible.ts";

/** States of the shared cell. */
const IDLE = 0;
const RUNNING = 1;
const KILLING = 2;
/** The event loop alone: the interrupt has come. */
const INTERRUPTED = 3;

const STATE_INDEX = 0;
const GUARD_INDEX = 1;
const DEADLINE_OFFSET = 8;
const SHARED_BYTES = 24;
const MAX_HEARTBEAT_MS = 500;
// How long a body that waits for nothing we know of may take (a digest on another thread, a Blob) before it is lost.
const GRACE_MS = 500;
const MAX_WAIT_PER_TURN_MS = 5;

/** `process._tickCallback` runs all ticks and microtasks. Node keeps it for its own tests and embedders. */
const drain = (process as unknown as { _tickCallback(): void })._tickCallback.bind(process);

/** The execution that runs now, as the watchdog sees it. */
export interface WatchedExecution {
  /** False while its function has not come to an end. */
  readonly isSettled: boolean;
  /** The body waits for work of the host (a module that loads, a key that another thread makes). */
  readonly isHostBusy: boolean;
  /** The body can never go on: it waits for nothing. */
  fail(error: Error): void;
}

/**
 * Ends queries and mutations whose code runs for too long, also in a loop that never yields. Time in which the machine is
 * busy with other processes does not count. A second thread watches the clock; when the limit has passed, it interrupts
 * the main thread through the inspector. V8 then drops the microtasks that are waiting, so an execution starts with none
 * and all of its code runs in microtasks of its own.
 */
export class Watchdog {
  readonly #limitMs: number;
  readonly #stallMs: number;
  /** Who is told of an interrupt, and how long each may keep the event loop. */
  readonly #guarded = new Map<(error: Error) => void, number>();
  /** Callbacks that wait for the next guard. */
  readonly #held: (() => void)[] = [];
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
   * a callback of its own timers rather than in a microtask; that ends the process, which would not have come back
   * anyway. The timers that functions are given, or import from `node:timers`, run their callbacks in microtasks; those
   * of packages that are left out of the bundle do not.
   *
   * @param limitMs - Longest time without a turn of the event loop; of several guards the most patient one counts.
   * @returns Ends the guard.
   */
  guard(fail: (error: Error) => void, limitMs = this.#stallMs): () => void {
    this.#guarded.set(fail, limitMs);
    this.#extend();
    for (const callback of this.#held.splice(0)) runInterruptibly(callback);
    if (this.#heartbeat === null) {
      this.#beat();
      this.#heartbeat = setInterval(() => this.#beat(), Math.min(MAX_HEARTBEAT_MS, this.#stallMs / 2)).unref();
    }
    return () => {
      this.#guarded.delete(fail);
      if (this.#guarded.size > 0 || this.#heartbeat === null) return;
      clearInterval(this.#heartbeat);
      this.#heartbeat = null;
      // An interrupt that is on its way is told of to whoever is guarded next; one that has come concerns nobody any more.
      if (Atomics.load(this.#state, GUARD_INDEX) !== KILLING) Atomics.store(this.#state, GUARD_INDEX, IDLE);
    };
  }

  /** Runs user code that belongs to no action any more as soon as one is guarded: never without. */
  whileGuarding(callback: () => void): void {
    if (this.#guarded.size > 0) runInterruptibly(callback);
    else this.#held.push(callback);
  }

  #extend(): void {
    this.#deadline[1] = performance.timeOrigin + performance.now() + Math.max(...this.#guarded.values());
  }

  #beat(): void {
    this.#extend();
    const before = Atomics.exchange(this.#state, GUARD_INDEX, RUNNING);
    if (before !== KILLING && before !== INTERRUPTED) return;
    for (const fail of this.#guarded.keys()) {
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
      this.#waitForLate(execution);
      return;
    }
    this.#awaitInterrupt();
    throw this.#timedOut();
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

  /** Waits for what comes from elsewhere. Code that goes on then is on the event loop, where it is guarded like an action's. */
  #waitForLate(execution: WatchedExecution): void {
    const unguard = this.guard(() => execution.fail(this.#timedOut()));
    let waitedMs = 0;
    let sinceMs = performance.now();
    const look = (): void => {
      if (execution.isSettled) return unguard();
      const nowMs = performance.now();
      // A turn that takes longer was at work, here or in another process, and did not only wait.
      waitedMs = execution.isHostBusy ? 0 : waitedMs + Math.min(nowMs - sinceMs, MAX_WAIT_PER_TURN_MS);
      sinceMs = nowMs;
      if (waitedMs < GRACE_MS) return void setImmediate(look);
      unguard();
      execution.fail(new UserError("UnresolvedPromise", "Returned promise will never resolve"));
    };
    setImmediate(look);
  }

  #timedOut(): UserError {
    return new UserError("FunctionTimeout", `Function execution timed out (maximum duration: ${this.#limitMs / 1000}s)`);
  }
}
