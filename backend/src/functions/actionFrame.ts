import { UserError } from "../errors.ts";
import type { ComponentPath, UsageCounts } from "../transaction/types.ts";
import type { RunningApp } from "./app.ts";
import type { FunctionPath } from "./functionPath.ts";
import type { JobRef } from "./hooks.ts";
import type { LogBuffer } from "./logs.ts";
import { interruptiblePoint, runInterruptibly } from "./sandbox/interruptible.ts";
import { dropOverlay } from "./sandbox/overlays.ts";
import { runInSandbox, TimerSet, type Sandbox } from "./sandbox/sandbox.ts";
import { actionJsOps, actionOps, type ActionCalls } from "./syscalls/action.ts";
import { ownHandler, parseSyscallArgs } from "./syscalls/args.ts";
import type { FunctionSelf } from "./syscalls/metadata.ts";
import { CatchableError } from "./thrown.ts";
import { jobOf } from "./transactionRun.ts";
import type { RuntimeHost } from "./runtimeHost.ts";
import type { CallRequest } from "./types.ts";

export interface ActionFrameInput {
  readonly host: RuntimeHost;
  readonly app: RunningApp;
  readonly call: CallRequest;
  readonly componentPath: ComponentPath;
  readonly path: FunctionPath;
  readonly logs: LogBuffer;
  readonly executionId: string;
  /** The work of its own is added here: searches, scheduling. */
  readonly usage: UsageCounts;
  readonly calls: ActionCalls;
}

/** One action or HTTP action that runs: the sandbox of its code and the door for its syscalls, any number at a time. */
export class ActionFrame implements Sandbox, FunctionSelf {
  readonly mode = "action";
  readonly random = null;
  readonly timers = new TimerSet();
  readonly host: RuntimeHost;
  readonly app: RunningApp;
  readonly call: CallRequest;
  readonly componentPath: ComponentPath;
  readonly path: FunctionPath;
  readonly logs: LogBuffer;
  readonly executionId: string;
  readonly usage: UsageCounts;
  readonly job: JobRef | null;
  /** Calls other functions for this one. */
  readonly calls: ActionCalls;
  wasInterrupted = false;
  readonly #failed = Promise.withResolvers<never>();
  readonly #stopped = new AbortController();
  readonly #pending = new Map<string, number>();
  readonly #startedMs = performance.now();
  #hasEnded = false;

  constructor(input: ActionFrameInput) {
    this.host = input.host;
    this.app = input.app;
    this.call = input.call;
    this.componentPath = input.componentPath;
    this.path = input.path;
    this.logs = input.logs;
    this.executionId = input.executionId;
    this.usage = input.usage;
    this.calls = input.calls;
    this.job = jobOf(input.call);
    // It may fail after its function has come to an end; then nobody needs to know.
    this.#failed.promise.catch(() => undefined);
  }

  get env() { return this.host.envOf(this.componentPath); }

  nowMs = (): number => Math.floor(this.host.ports.nowMs());

  performanceNow(): number {
    return performance.now() - this.#startedMs;
  }

  readonly print: Sandbox["print"] = (level, line) => {
    if (!this.#hasEnded) this.logs.add(level, line);
  };

  syscall(op: string): never {
    throw new UserError("UnknownOperation", `Unknown operation ${op}`);
  }

  async asyncSyscall(op: string, argsJson: string): Promise<string> {
    const handler = ownHandler(actionOps, op);
    if (handler === undefined) throw new CatchableError({ message: `Unknown async operation ${op}` });
    return await this.#track(op, async () => await handler(this, parseSyscallArgs(op, argsJson)));
  }

  async jsSyscall(op: string, args: Readonly<Record<string, unknown>>): Promise<unknown> {
    const handler = ownHandler(actionJsOps, op);
    if (handler === undefined) throw new CatchableError({ message: `Unknown operation ${op}` });
    return await this.#track(op, async () => await handler(this, args));
  }

  unhandledRejection(reason: unknown): void {
    this.fail(reason);
  }

  get stopped(): AbortSignal { return this.#stopped.signal; }

  /** Ends the action with this error, and the requests it has open, whatever its own code does. */
  fail(reason: unknown): void {
    this.#failed.reject(reason);
    this.#stopped.abort(reason);
  }

  /** Ends the action after its code, or that of another beside it, was interrupted: its timers would only go on with it. */
  interrupt(reason: unknown): void {
    this.wasInterrupted = true;
    this.fail(reason);
  }

  runCallback(callback: () => void): void {
    if (this.wasInterrupted) return;
    if (this.#hasEnded) this.host.watchdog.whileGuarding(callback);
    else runInterruptibly(callback);
  }

  /** Rejects when the action must end before its own promise settles. */
  get failure(): Promise<never> {
    return this.#failed.promise;
  }

  /**
   * Runs the action's code, in a message of its own: an interrupt drops what is on the stack, which must not be whoever
   * waits for the action. Rejects with {@link failure} when that comes first.
   */
  run<T>(body: () => Promise<T>): Promise<T> {
    return Promise.race([interruptiblePoint().then(() => runInSandbox(this, body)), this.failure]);
  }

  /** Ends its timers and its right to call; says what it left unfinished. */
  end(): void {
    const names = [...this.#pending].flatMap(([op, count]) => Array<string>(count).fill(displayOp(op)));
    if (names.length > 0) {
      const operations = names.length === 1 ? "operation" : "operations";
      this.print("WARN", {
        text: `${names.length} unawaited ${operations}: [${names.join(", ")}]. Async operations should be awaited or they might not run. ` +
          "See https://docs.convex.dev/functions/actions#dangling-promises for more information.",
        isTruncated: false,
      });
    }
    this.#hasEnded = true;
    dropOverlay(this);
    this.timers.clearAll();
  }

  async #track<T>(op: string, body: () => Promise<T>): Promise<T> {
    if (this.#hasEnded) throw new CatchableError({ message: `${displayOp(op)} was called after the action had come to its end` });
    this.#pending.set(op, (this.#pending.get(op) ?? 0) + 1);
    try {
      return await body();
    } catch (error) {
      if (error instanceof UserError) throw new CatchableError(error);
      throw error;
    } finally {
      const left = (this.#pending.get(op) ?? 1) - 1;
      if (left === 0) this.#pending.delete(op);
      else this.#pending.set(op, left);
      await interruptiblePoint();
    }
  }
}

const DISPLAY: Readonly<Record<string, string>> = {
  "1.0/actions/query": "runQuery",
  "1.0/actions/mutation": "runMutation",
  "1.0/actions/action": "runAction",
  "1.0/actions/schedule": "scheduler.runAfter",
  "1.0/actions/cancel_job": "scheduler.cancel",
  "1.0/actions/vectorSearch": "vectorSearch",
  "storage/storeBlob": "storage.store",
  "storage/getBlob": "storage.get",
};

function displayOp(op: string): string {
  return DISPLAY[op] ?? op.replace(/^1\.0\//, "");
}
