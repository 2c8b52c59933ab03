import { AsyncLocalStorage } from "node:async_hooks";
import type { FormattedLog } from "../../values/inspect.ts";
import { runInterruptibly } from "./interruptible.ts";
import type { SeededRandom } from "./random.ts";

/** What the running code is; decides which globals it may use. */
export type SandboxMode = "query" | "mutation" | "action" | "import";

/** Receives what user code prints. */
export type ConsoleSink = (level: LogLevel, line: FormattedLog) => void;

export type LogLevel = "LOG" | "DEBUG" | "INFO" | "WARN" | "ERROR";

/**
 * What the globals of user code mean for one run of it. The globals themselves are shared by all code of the
 * process; each looks up the sandbox of the asynchronous context it is called in.
 */
export interface Sandbox {
  readonly mode: SandboxMode;
  readonly env: Readonly<Record<string, string>>;
  /** `Date.now()`: frozen in queries, mutations and imports. */
  nowMs(): number;
  /** `performance.now()` */
  performanceNow(): number;
  /** Null: real randomness (actions). */
  readonly random: SeededRandom | null;
  readonly print: ConsoleSink;
  readonly timers: TimerSet | null;
  /** Its code kept the thread, or was beside code that did: none of it is to run any more. */
  readonly wasInterrupted?: boolean;
  /** Aborts what the code waits for outside, once it is to run no more. Absent: nothing ends it early. */
  readonly stopped?: AbortSignal;
  /** Runs what a timer of Node's is due to call, soon or when it may. Absent: soon. */
  runCallback?(callback: () => void): void;
  /** The code waits for work of the platform that another thread does. Absent: nobody asks. */
  hostWork?(work: Promise<unknown>): void;
  syscall(op: string, argsJson: string): string;
  asyncSyscall(op: string, argsJson: string): Promise<string>;
  jsSyscall(op: string, args: Readonly<Record<string, unknown>>): unknown;
  /** A promise that nobody handled was rejected while this code ran, or a callback of it threw. */
  unhandledRejection(reason: unknown): void;
}

const storage = new AsyncLocalStorage<Sandbox>();

/** Runs `body`, and everything it starts, in `sandbox`. */
export function runInSandbox<T>(sandbox: Sandbox, body: () => T): T {
  return storage.run(sandbox, body);
}

/** The sandbox of the code that is running, or null outside user code. */
export function findSandbox(): Sandbox | null {
  return storage.getStore() ?? null;
}

/** The sandbox of the code that is running. */
export function mustGetSandbox(): Sandbox {
  const sandbox = storage.getStore();
  if (sandbox === undefined) throw new Error("Convex functions can only run inside the backend.");
  return sandbox;
}

/** Leaves the sandbox: for host code that must not be taken for user code. */
export function runOutsideSandbox<T>(body: () => T): T {
  return storage.exit(body);
}

/** What the sandbox does not let code do. The developer's failure, though the host throws it. */
export class RefusedError extends Error {}

/** Throws Convex's error for something a query or mutation may not do; at import, its twin for that phase. */
export function refuse(what: string, mode: SandboxMode): never {
  if (mode === "import") throw new RefusedError(`Can't use ${what} at import time`);
  throw new RefusedError(
    `Can't use ${what} in queries and mutations. Please consider using an action. ` +
      "See https://docs.convex.dev/functions/actions for more details.",
  );
}

/**
 * The timers an action started: they end with it. Callbacks run as microtasks: only there can the watchdog interrupt
 * code that never yields without harm to the process.
 */
export class TimerSet {
  readonly #timers = new Map<number, NodeJS.Timeout>();
  #nextId = 1;

  set(callback: (...args: unknown[]) => void, delayMs: number, args: unknown[]): number {
    const id = this.#nextId++;
    const run = (): void => {
      if (this.#timers.delete(id)) callback(...args);
    };
    this.#timers.set(id, setTimeout(() => runInterruptibly(run), delayMs));
    return id;
  }

  setRepeating(callback: (...args: unknown[]) => void, delayMs: number, args: unknown[]): number {
    const id = this.#nextId++;
    const run = (): void => {
      if (this.#timers.has(id)) callback(...args);
    };
    this.#timers.set(id, setInterval(() => runInterruptibly(run), delayMs));
    return id;
  }

  clear(id: unknown): void {
    if (typeof id !== "number") return;
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  clearAll(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}

let listening = false;

/**
 * Gives what user code left unhandled to its sandbox: rejections, and errors thrown in callbacks of timers, streams and
 * emitters. Others end the process as before: a rejection becomes an uncaught exception, and one of those is thrown
 * again, unless somebody else listens for them.
 */
export function routeUnhandled(): void {
  if (listening) return;
  listening = true;
  process.on("unhandledRejection", (reason) => {
    const sandbox = storage.getStore();
    if (sandbox === undefined) throw reason;
    sandbox.unhandledRejection(reason);
  });
  process.on("uncaughtException", (error) => {
    const sandbox = storage.getStore();
    if (sandbox !== undefined) sandbox.unhandledRejection(error);
    else if (process.listenerCount("uncaughtException") === 1) throw error;
  });
}
