import { UserError } from "../errors.ts";
import type { QueryJson } from "../query/types.ts";
import type { ComponentPath, QueryCursor, Transaction } from "../transaction/types.ts";
import type { FoundFunction } from "./app.ts";
import type { FunctionPath } from "./functionPath.ts";
import { refuse, RefusedError, type Sandbox } from "./sandbox/sandbox.ts";
import { SeededRandom } from "./sandbox/random.ts";
import { parseSyscallArgs, type SyscallArgs } from "./syscalls/args.ts";
import type { FunctionSelf } from "./syscalls/metadata.ts";
import { asyncOps, syncOps } from "./syscalls/transaction.ts";
import { CatchableError } from "./thrown.ts";
import type { TransactionRun } from "./transactionRun.ts";

interface Waiting {
  readonly op: string;
  readonly args: SyscallArgs;
  readonly settle: PromiseWithResolvers<string>;
}

/**
 * One query or mutation function that runs: the sandbox of its code and the door for its syscalls. Syscalls are taken
 * in order. What only touches the database is done at once; while a nested call runs, later ones wait for it.
 */
export class TransactionFrame implements Sandbox, FunctionSelf {
  readonly mode: "query" | "mutation";
  readonly random: SeededRandom;
  readonly timers = null;
  readonly run: TransactionRun;
  readonly depth: number;
  /** Why it must end, once there is a reason. */
  failed: { readonly reason: unknown } | null = null;
  readonly #found: FoundFunction;
  readonly #failed = Promise.withResolvers<never>();
  readonly #cursors = new Map<number, QueryCursor>();
  readonly #waiting: Waiting[] = [];
  #nextQueryId = 0;
  #busy: Promise<unknown> | null = null;
  #hasPaginated = false;
  #hasEnded = false;

  constructor(run: TransactionRun, found: FoundFunction, depth: number) {
    this.run = run;
    this.depth = depth;
    this.#found = found;
    this.mode = found.analyzed.kind === "Mutation" ? "mutation" : "query";
    this.random = new SeededRandom(() => run.host.ports.randomBytes(32));
    // It may fail after its function has come to an end; then nobody needs to know.
    this.#failed.promise.catch(() => undefined);
  }

  get tx(): Transaction { return this.run.tx; }
  get app() { return this.run.app; }
  get call() { return this.run.call; }
  get logs() { return this.run.logs; }
  get env() { return this.run.host.envOf(this.componentPath); }
  get componentPath(): ComponentPath { return this.#found.instance.path; }
  get path(): FunctionPath { return this.#found.path; }

  nowMs = (): number => {
    this.run.observedTime = true;
    return this.run.nowMs;
  };

  performanceNow(): number {
    if (this.mode === "query") return 0;
    return Math.floor((performance.now() - this.run.startedMs) * 10) / 10;
  }

  readonly print: Sandbox["print"] = (level, line) => this.run.logs.add(level, line);

  syscall(op: string, argsJson: string): string {
    const startedMs = performance.now();
    try {
      const handler = syncOps(this.mode)[op];
      if (handler === undefined) throw new UserError("UnknownOperation", `Unknown operation ${op}`);
      this.#assertRunning(op);
      return handler(this, parseSyscallArgs(op, argsJson));
    } catch (error) {
      throw this.#catchable(error);
    } finally {
      this.run.host.watchdog.excuse(startedMs);
    }
  }

  asyncSyscall(op: string, argsJson: string): Promise<string> {
    const settle = Promise.withResolvers<string>();
    const call = { op, args: parseSyscallArgs(op, argsJson), settle };
    if (this.#busy !== null) this.#waiting.push(call);
    else this.#perform(call);
    return settle.promise;
  }

  jsSyscall(op: string): never {
    const what = op === "storage/storeBlob" ? "storage.store()" : op === "storage/getBlob" ? "storage.get()" : op;
    refuse(what, this.mode);
  }

  unhandledRejection(reason: unknown): void {
    // What a nested function left behind shows up after its end: then the whole call fails.
    if (this.#hasEnded && this.depth > 0) this.run.fail(reason);
    else this.fail(reason);
  }

  /** Ends the function with this error, whatever its own code does. */
  fail(reason: unknown): void {
    this.failed ??= { reason };
    this.#failed.reject(reason);
  }

  /** Rejects when the function must end before its own promise settles. */
  get failure(): Promise<never> {
    return this.#failed.promise;
  }

  /** No more syscalls: waits for a nested call that nobody awaited, drops what did not begin. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    this.#waiting.length = 0;
    for (const cursor of this.#cursors.values()) cursor.close();
    this.#cursors.clear();
    if (this.#busy !== null) await this.#busy;
  }

  openCursor(query: QueryJson): number {
    const queryId = this.#nextQueryId++;
    this.#cursors.set(queryId, this.tx.query(this.componentPath, query));
    return queryId;
  }

  cursor(queryId: number): QueryCursor {
    const cursor = this.#cursors.get(queryId);
    if (cursor === undefined) throw new UserError("QueryNotFound", `Query ${queryId} is closed`);
    return cursor;
  }

  /** False when it was closed before. */
  closeCursor(queryId: number): boolean {
    const cursor = this.#cursors.get(queryId);
    cursor?.close();
    return this.#cursors.delete(queryId);
  }

  /** The end cursor of the last run of this page, if this is a re-run. @throws UserError for a second page. */
  startPagination(): string | null {
    if (this.#hasPaginated) {
      throw new UserError(
        "MultiplePaginatedQueries",
        "This query or mutation function ran multiple paginated queries. Convex only supports a single paginated query in each function.",
      );
    }
    this.#hasPaginated = true;
    return this.depth === 0 ? this.run.journalBefore : null;
  }

  endPagination(endCursor: string): void {
    if (this.depth === 0) this.run.journal = endCursor;
  }

  #assertRunning(op: string): void {
    if (this.#hasEnded) throw new UserError("FunctionEnded", `${op} was called after the function had come to its end`);
  }

  #perform({ op, args, settle }: Waiting): void {
    const startedMs = performance.now();
    try {
      const handler = asyncOps(this.mode)[op];
      if (handler === undefined) throw new UserError("UnknownOperation", `Unknown async operation ${op}`);
      this.#assertRunning(op);
      const result = handler(this, args);
      if (typeof result === "string") settle.resolve(result);
      else this.#busy = this.#await(result, settle);
    } catch (error) {
      settle.reject(this.#catchable(error));
    } finally {
      // A nested call runs user code, but not before this returns.
      this.run.host.watchdog.excuse(startedMs);
    }
  }

  async #await(result: Promise<string>, settle: PromiseWithResolvers<string>): Promise<void> {
    try {
      settle.resolve(await result);
    } catch (error) {
      settle.reject(this.#catchable(error));
    }
    this.#busy = null;
    while (this.#busy === null) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#perform(next);
    }
  }

  /** An error that user code may catch. Trouble of our own is kept: the call fails with it, caught or not. */
  #catchable(error: unknown): Error {
    if (error instanceof UserError || error instanceof CatchableError || error instanceof RefusedError) return new CatchableError(error);
    this.run.trouble ??= { error };
    return error instanceof Error ? error : new Error(String(error));
  }
}
