import { UserError } from "../errors.ts";
import type { QueryJson } from "../query/types.ts";
import type { ComponentPath, QueryCursor, Transaction } from "../transaction/types.ts";
import type { FoundFunction } from "./app.ts";
import type { FunctionPath } from "./functionPath.ts";
import { dropOverlay } from "./sandbox/overlays.ts";
import { refuse, RefusedError, type Sandbox } from "./sandbox/sandbox.ts";
import { SeededRandom } from "./sandbox/random.ts";
import { parseSyscallArgs, type SyscallArgs } from "./syscalls/args.ts";
import type { FunctionSelf } from "./syscalls/metadata.ts";
import { asyncOp, syncOp } from "./syscalls/transaction.ts";
import { CatchableError } from "./thrown.ts";
import type { TransactionRun } from "./transactionRun.ts";

const NEXT_ROW = "1.0/queryStreamNext";

interface Waiting {
  readonly op: string;
  readonly args: SyscallArgs;
  readonly resolve: (result: Promise<string>) => void;
  readonly reject: (error: Error) => void;
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
  /** The run's, or what a snapshot query sees of it. */
  readonly tx: Transaction;
  /** Why it must end, once there is a reason. */
  failed: { readonly reason: unknown } | null = null;
  readonly #found: FoundFunction;
  /** Tells whoever waits for its end that it must end now. */
  #onFailure: ((reason: unknown) => void) | null = null;
  readonly #cursors: (QueryCursor | null)[] = [];
  readonly #waiting: Waiting[] = [];
  #busy: Promise<unknown> | null = null;
  #hasPaginated = false;
  #hasEnded = false;

  constructor(run: TransactionRun, found: FoundFunction, at: { depth: number; tx: Transaction }) {
    this.run = run;
    this.depth = at.depth;
    this.tx = at.tx;
    this.#found = found;
    this.mode = found.analyzed.kind === "Mutation" ? "mutation" : "query";
    this.random = new SeededRandom(() => run.host.ports.randomBytes(32));
  }

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

  hostWork(work: Promise<unknown>): void {
    this.run.hostWork(work);
  }

  syscall(op: string, argsJson: string): string {
    const startedMs = performance.now();
    try {
      const handler = syncOp(op);
      this.#assertRunning(op);
      return handler(this, parseSyscallArgs(op, argsJson));
    } catch (error) {
      throw this.#catchable(error);
    } finally {
      this.run.host.watchdog.excuse(startedMs);
    }
  }

  asyncSyscall(op: string, argsJson: string): Promise<string> {
    const args = parseSyscallArgs(op, argsJson);
    if (this.#busy === null) return this.#perform(op, args);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ op, args, resolve, reject });
    });
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
    // It may fail after its function has come to an end; then nobody needs to know.
    this.#onFailure?.(reason);
  }

  /** What the function's own promise comes to, unless it must end before. */
  outcome(running: Promise<string>): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#onFailure = reject;
      if (this.failed !== null) reject(this.failed.reason);
      running.then(resolve, reject);
    });
  }

  /** No more syscalls: waits for a nested call that nobody awaited, drops what did not begin. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    dropOverlay(this);
    this.#waiting.length = 0;
    for (const cursor of this.#cursors) cursor?.close();
    this.#cursors.length = 0;
    if (this.#busy !== null) await this.#busy;
  }

  openCursor(query: QueryJson): number {
    return this.#cursors.push(this.tx.query(this.componentPath, query)) - 1;
  }

  cursor(queryId: number): QueryCursor {
    const cursor = this.#cursors[queryId] ?? null;
    if (cursor === null) throw new UserError("QueryNotFound", `Query ${queryId} is closed`);
    return cursor;
  }

  /** False when it was closed before. */
  closeCursor(queryId: number): boolean {
    const cursor = this.#cursors[queryId] ?? null;
    if (cursor === null) return false;
    cursor.close();
    this.#cursors[queryId] = null;
    return true;
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

  /** What only touches the database is done when this returns. Rejects with what user code may catch. */
  #perform(op: string, args: SyscallArgs): Promise<string> {
    // Rows are asked for by the thousand, and mostly at hand: two looks at the clock for each would be a good part of it.
    const since = op === NEXT_ROW ? this.tx.readingMs : performance.now();
    try {
      const handler = asyncOp(this.mode, op);
      this.#assertRunning(op);
      const result = handler(this, args);
      if (typeof result === "string") return Promise.resolve(result);
      const answer = this.#await(result);
      // Not of the answer: a failure that user code does not look at must show up as such.
      const ended = (): void => this.#goOn();
      this.#busy = result.then(ended, ended);
      return answer;
    } catch (error) {
      return Promise.reject(this.#catchable(error));
    } finally {
      // A nested call runs user code, but not before this returns.
      this.#excuse(op, since);
    }
  }

  /** Time in the host's own code is not the function's. */
  #excuse(op: string, since: number): void {
    const { watchdog } = this.run.host;
    if (op !== NEXT_ROW) watchdog.excuse(since);
    else if (this.tx.readingMs > since) watchdog.excuse(performance.now() - (this.tx.readingMs - since));
  }

  async #await(result: Promise<string>): Promise<string> {
    try {
      return await result;
    } catch (error) {
      throw this.#catchable(error);
    }
  }

  /** A nested call has ended: the calls that waited for it follow, up to the next nested one. */
  #goOn(): void {
    this.#busy = null;
    while (this.#busy === null) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      next.resolve(this.#perform(next.op, next.args));
    }
  }

  /** An error that user code may catch. Trouble of our own is kept: the call fails with it, caught or not. */
  #catchable(error: unknown): Error {
    if (error instanceof UserError || error instanceof CatchableError || error instanceof RefusedError) return new CatchableError(error);
    this.run.trouble ??= { error };
    return error instanceof Error ? error : new Error(String(error));
  }
}
