import type { JsonValue } from "../values/json.ts";
import type { Transaction, UsageCounts } from "../transaction/types.ts";
import type { FoundFunction, RunningApp } from "./app.ts";
import { canonicalArgs, invokerOf, readReturn, tableNamesOf, validateArgs } from "./functionValue.ts";
import type { JobRef } from "./hooks.ts";
import type { LogBuffer } from "./logs.ts";
import type { RuntimeHost } from "./runtimeHost.ts";
import { runInSandbox } from "./sandbox/sandbox.ts";
import { CatchableError, describeThrown } from "./thrown.ts";
import { TransactionFrame } from "./transactionFrame.ts";
import type { CallRequest } from "./types.ts";
import type { WatchedExecution } from "./watchdog.ts";

/** What a run is made of. */
export interface TransactionRunInput {
  readonly host: RuntimeHost;
  readonly app: RunningApp;
  readonly call: CallRequest;
  readonly logs: LogBuffer;
  readonly tx: Transaction;
  readonly journalBefore: string | null;
}

/** A call of a function by another one. */
export interface NestedCall {
  readonly found: FoundFunction;
  readonly rawArgs: unknown;
  readonly limits: Partial<UsageCounts> | undefined;
}

/** One execution of a query or a mutation, with all calls nested in it: they share its transaction, time and log. */
export class TransactionRun implements WatchedExecution {
  readonly host: RuntimeHost;
  readonly app: RunningApp;
  readonly call: CallRequest;
  readonly logs: LogBuffer;
  readonly tx: Transaction;
  readonly journalBefore: string | null;
  readonly nowMs: number;
  readonly startedMs = performance.now();
  readonly job: JobRef | null;
  journal: string | null = null;
  observedTime = false;
  observedIdentity = false;
  hasScheduled = false;
  isSettled = false;
  isHostBusy = false;
  /** A failure that is not the developer's: it fails the call even when their code caught it. */
  trouble: { readonly error: unknown } | null = null;
  #frame: TransactionFrame | null = null;

  constructor(input: TransactionRunInput) {
    this.host = input.host;
    this.app = input.app;
    this.call = input.call;
    this.logs = input.logs;
    this.tx = input.tx;
    this.journalBefore = input.journalBefore;
    this.nowMs = Math.floor(Number(input.tx.beginTs / 1000n) / 1000);
    this.job = jobOf(input.call);
  }

  /** Runs the function that was called. */
  async invokeRoot(found: FoundFunction): Promise<JsonValue> {
    const frame = new TransactionFrame(this, found, 0);
    this.#frame = frame;
    // User code must begin in a microtask: only there the watchdog can cut it off cleanly.
    await Promise.resolve();
    const value = await this.#watched(() => this.invoke(frame, found, this.call.args));
    // Rejections that nobody handled come to light now.
    await this.host.watchdog.boundary();
    if (this.trouble !== null) throw this.trouble.error;
    if (frame.failed !== null) throw frame.failed.reason;
    return value;
  }

  async #watched<T>(body: () => Promise<T>): Promise<T> {
    this.host.watchdog.watch(this);
    try {
      return await body();
    } finally {
      this.isSettled = true;
      this.host.watchdog.unwatch();
    }
  }

  /** Runs one function, the called one or a nested one, in its frame. */
  async invoke(frame: TransactionFrame, found: FoundFunction, rawArgs: unknown): Promise<JsonValue> {
    const args = canonicalArgs(found, rawArgs);
    const tables = tableNamesOf(this.tx, frame.componentPath);
    validateArgs(found, args, tables);
    const exports = found.instance.modules.loaded(found.path.module) ?? (await this.#load(found));
    const invoker = invokerOf(found, exports);
    try {
      const running = runInSandbox(frame, () => invoker(args));
      return readReturn(found, await Promise.race([running, frame.failure]), tables);
    } finally {
      await frame.end();
    }
  }

  /** Runs a function that another one of this execution calls. Its failure is one that the caller may catch. */
  async invokeNested(parent: TransactionFrame, { found, rawArgs, limits }: NestedCall): Promise<JsonValue> {
    const child = new TransactionFrame(this, found, parent.depth + 1);
    // What follows is user code, and its time counts as such.
    await Promise.resolve();
    try {
      const body = () => this.invoke(child, found, rawArgs);
      // A query has nothing to undo; limits of its own still need their place.
      if (found.analyzed.kind === "Query" && limits === undefined) return await body();
      return await this.tx.nested(body, limits === undefined ? {} : { limits });
    } catch (error) {
      throw new CatchableError(describeThrown(error));
    }
  }

  fail(error: unknown): void {
    this.#frame?.fail(error);
  }

  async #load(found: FoundFunction): Promise<Readonly<Record<string, unknown>>> {
    this.isHostBusy = true;
    try {
      return await found.instance.modules.import(found.path.module);
    } finally {
      this.isHostBusy = false;
    }
  }
}

/** The scheduled job a call belongs to. */
export function jobOf(call: CallRequest): JobRef | null {
  const { scheduledFunctionId, scheduledComponentPath } = call;
  return scheduledFunctionId === undefined || scheduledFunctionId === null ? null : { componentPath: scheduledComponentPath ?? "", id: scheduledFunctionId };
}

