import type { JsonValue } from "../values/json.ts";
import { snapshotOf } from "../transaction/transaction.ts";
import type { Transaction, UsageCounts } from "../transaction/types.ts";
import type { FoundFunction, RunningApp } from "./app.ts";
import { canonicalArgs, invokerOf, readReturn, tableNamesOf, validateArgs } from "./functionValue.ts";
import type { JobRef } from "./hooks.ts";
import type { LogBuffer } from "./logs.ts";
import type { RuntimeHost } from "./runtimeHost.ts";
import { runInSandbox } from "./sandbox/sandbox.ts";
import { CatchableError, describeThrown } from "./thrown.ts";
import { NestedUsage } from "./nestedUsage.ts";
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
  /** It sees the database as it was when the execution began, and what it reads is not recorded. */
  readonly isSnapshot: boolean;
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
  readonly nested: NestedUsage;
  journal: string | null = null;
  observedTime = false;
  observedIdentity = false;
  hasScheduled = false;
  isSettled = false;
  #hostWorks = 0;
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
    // Not the snapshot's time: that runs ahead when the clock was set back, and jobs would be scheduled into the future.
    this.nowMs = Math.floor(input.host.ports.nowMs());
    this.job = jobOf(input.call);
    this.nested = new NestedUsage(input.tx);
  }

  /** Runs the function that was called. */
  async invokeRoot(found: FoundFunction): Promise<JsonValue> {
    const frame = new TransactionFrame(this, found, { depth: 0, tx: this.tx });
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
    const tables = tableNamesOf(frame.tx, frame.componentPath);
    validateArgs(found, args, tables);
    const exports = found.instance.modules.loaded(found.path.module) ?? (await this.#load(found));
    const invoker = invokerOf(found, exports);
    try {
      const running = runInSandbox(frame, () => invoker(args));
      return readReturn(found, await frame.outcome(running), tables);
    } finally {
      await frame.end();
    }
  }

  /** Runs a function that another one of this execution calls. Its failure is one that the caller may catch. */
  async invokeNested(parent: TransactionFrame, { found, rawArgs, limits, isSnapshot }: NestedCall): Promise<JsonValue> {
    const tx = isSnapshot ? snapshotOf(parent.tx) : parent.tx;
    const child = new TransactionFrame(this, found, { depth: parent.depth + 1, tx });
    // What follows is user code, and its time counts as such.
    await Promise.resolve();
    let isUndone = true;
    this.nested.begin(found);
    try {
      const body = () => this.invoke(child, found, rawArgs);
      // A query has nothing to undo; limits of its own still need their place.
      const value = found.analyzed.kind === "Query" && limits === undefined ? await body() : await tx.nested(body, limits === undefined ? {} : { limits });
      isUndone = false;
      return value;
    } catch (error) {
      throw new CatchableError(describeThrown(error));
    } finally {
      this.nested.end({ isUndone });
    }
  }

  fail(error: unknown): void {
    this.#frame?.fail(error);
  }

  get isHostBusy(): boolean {
    return this.#hostWorks > 0;
  }

  /** Until `work` has ended, one way or the other, the body is not lost. */
  hostWork(work: Promise<unknown>): void {
    this.#hostWorks += 1;
    const end = (): void => void (this.#hostWorks -= 1);
    work.then(end, end);
  }

  async #load(found: FoundFunction): Promise<Readonly<Record<string, unknown>>> {
    const loading = found.instance.modules.import(found.path.module);
    this.hostWork(loading);
    return await loading;
  }
}

/** The scheduled job a call belongs to. */
export function jobOf(call: CallRequest): JobRef | null {
  const { scheduledFunctionId, scheduledComponentPath } = call;
  return scheduledFunctionId === undefined || scheduledFunctionId === null ? null : { componentPath: scheduledComponentPath ?? "", id: scheduledFunctionId };
}

