import { UserError, invariant } from "../errors.ts";
import { nextCommitTs, wallNs, type Database } from "../storage/database.ts";
import { StorageError } from "../storage/sqlite.ts";
import { Execution, type AnyExecution } from "./execution.ts";
import { collapseWrites, RecentCommits } from "./commits.ts";
import { ExecutionState, type Clock, type WriteGroup } from "./state.ts";
import { DatabaseTransaction } from "./transaction.ts";
import type { Commit, Executed, ExecuteHook, ExecutionOptions, Timestamp, Transaction, TransactionRunner } from "./types.ts";
import { resolveCommitTimestamps } from "./writes.ts";

export interface RunnerOptions {
  /** Most executions that share one flush to disk. @default 256 */
  readonly maxGroupSize?: number;
  /** Longest time that a finished mutation waits for others to share its flush, ms. @default 10 */
  readonly maxGroupMs?: number;
}

interface Finished {
  readonly execution: AnyExecution;
  readonly ts: Timestamp;
}

/**
 * The one executor of a database: first come, first served, one at a time. Finished executions wait in a group until
 * their common COMMIT is on the disk; then listeners and promises learn of them in order.
 */
export class DatabaseRunner implements TransactionRunner {
  readonly #database: Database;
  readonly #maxGroupSize: number;
  readonly #maxGroupMs: number;
  readonly #clock: Clock;
  readonly #recent: RecentCommits;
  readonly #listeners = new Set<(commit: Commit) => void>();
  readonly #writeGroup: WriteGroup = { begin: () => this.#begin(), undone: () => void (this.#hasBegun = false) };
  #hook: ExecuteHook | null = null;
  #queue: AnyExecution[] = [];
  /** Queries that read what was not saved: they run before all others, so that nothing unsaved lies before them again. */
  #again: AnyExecution[] = [];
  #running: { execution: AnyExecution; state: ExecutionState; stopWatching: () => void } | null = null;
  #group: Finished[] = [];
  #groupSinceMs = 0;
  #lastGroupSize = 0;
  /** The group has an open SQLite transaction. */
  #hasBegun = false;
  /** Newest timestamp given to a commit, durable or still in the group. */
  #assignedTs: Timestamp;
  #isPumping = false;
  #isScheduled = false;
  #sweptChanges = -1;
  #closing: PromiseWithResolvers<void> | null = null;

  constructor(database: Database, options: RunnerOptions = {}) {
    this.#database = database;
    this.#maxGroupSize = options.maxGroupSize ?? 256;
    this.#maxGroupMs = options.maxGroupMs ?? 10;
    this.#assignedTs = database.latestTs;
    this.#clock = { lastCreationTime: Number(database.latestTs / 1000n) / 1000 };
    this.#recent = new RecentCommits(database.latestTs);
    this.#schedule();
  }

  get latestTs(): Timestamp {
    return this.#database.latestTs;
  }

  query<T>(body: (tx: Transaction) => Promise<T>, options: ExecutionOptions = {}): Promise<Executed<T>> {
    return this.#submit(new Execution(false, body, options));
  }

  mutate<T>(body: (tx: Transaction) => Promise<T>, options: ExecutionOptions = {}): Promise<Executed<T>> {
    return this.#submit(new Execution(true, body, options));
  }

  onCommit(listener: (commit: Commit) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  commitsAfter(ts: Timestamp): readonly Commit[] | null {
    return this.#recent.after(ts);
  }

  setExecuteHook(hook: ExecuteHook | null): void {
    this.#hook = hook;
  }

  close(): Promise<void> {
    this.#closing ??= Promise.withResolvers<void>();
    this.#schedule();
    return this.#closing.promise;
  }

  #submit<T>(execution: Execution<T>): Promise<Executed<T>> {
    const { signal } = execution.options;
    if (this.#closing !== null) return Promise.reject(new Error(`The database ${this.#database.dir} is closing`));
    if (signal?.aborted === true) return Promise.reject(abortReason(signal));
    this.#queue.push(execution);
    signal?.addEventListener("abort", () => this.#abandon(execution, abortReason(signal)), { once: true });
    if (this.#running === null) this.#schedule();
    return execution.promise;
  }

  /** Goes on in a macrotask of its own, so that whatever is ready to be read from sockets joins the group. */
  #schedule(): void {
    if (this.#isScheduled || this.#isPumping) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      if (!this.#awaitsMore()) this.#pump();
    });
  }

  /** Fewer wait than were done together the last time: the others get one more turn of the event loop to come. */
  #awaitsMore(): boolean {
    const isMissing = this.#queue.length > 0 && this.#queue.length < this.#lastGroupSize;
    // Whoever does not come now is not expected the next time.
    this.#lastGroupSize = 0;
    if (isMissing) this.#schedule();
    return isMissing;
  }

  #pump(): void {
    if (this.#isPumping || this.#running !== null) return;
    this.#isPumping = true;
    const queue = this.#queue;
    let taken = 0;
    try {
      while (this.#running === null && this.#again.length + queue.length > taken && !this.#isGroupFull()) {
        const execution = this.#again.shift() ?? queue[taken++];
        // One that was abandoned while it waited has its answer already.
        if (execution?.phase.kind === "waiting") this.#start(execution);
      }
    } finally {
      queue.splice(0, taken);
      this.#isPumping = false;
    }
    if (this.#running !== null) return;
    this.#commitGroup();
    if (queue.length + this.#again.length > 0) this.#schedule();
    else this.#whenIdle();
  }

  #isGroupFull(): boolean {
    if (this.#group.length === 0) return false;
    return this.#group.length >= this.#maxGroupSize || this.#database.ports.nowMs() - this.#groupSinceMs >= this.#maxGroupMs;
  }

  #start(execution: AnyExecution): void {
    const wall = wallNs(this.#database.ports);
    const state = new ExecutionState({
      database: this.#database,
      isMutation: execution.isMutation,
      beginTs: wall > this.#assignedTs ? wall : this.#assignedTs,
      group: this.#writeGroup,
    });
    if (execution.isMutation) state.enter();
    this.#running = { execution, state, stopWatching: this.#watch(execution) };
    const begin = (): void =>
      execution.begin({ state, tx: new DatabaseTransaction(state, this.#clock), settled: () => this.#settled(execution) });
    try {
      if (this.#hook === null) begin();
      else this.#hook(begin);
      if (execution.phase.kind === "waiting") throw new Error("Invariant: the execute hook did not start the execution");
    } catch (error) {
      this.#abandon(execution, error);
    }
  }

  #watch(execution: AnyExecution): () => void {
    const { timeoutMs } = execution.options;
    if (timeoutMs === undefined) return () => undefined;
    const timer = this.#database.ports.setTimer(() => {
      this.#abandon(execution, new UserError("FunctionTimeout", `Function execution timed out (maximum duration: ${timeoutMs / 1000}s)`));
    }, timeoutMs);
    return () => timer.cancel();
  }

  #begin(): boolean {
    if (this.#hasBegun) return false;
    this.#database.begin();
    this.#hasBegun = true;
    return true;
  }

  /** Ends an execution from outside, whether it runs or still waits. */
  #abandon(execution: AnyExecution, error: unknown): void {
    if (execution.phase.kind === "waiting" && this.#running?.execution !== execution) {
      execution.fail(error);
      execution.deliver(this.latestTs);
      return;
    }
    if (this.#running?.execution !== execution) return;
    execution.fail(error);
    this.#settled(execution);
  }

  /** The running execution has come to its end: its writes join the group or are undone. */
  #settled(execution: AnyExecution): void {
    const running = this.#running;
    invariant(running?.execution === execution, "only the running execution settles");
    const { state } = running;
    running.stopWatching();
    this.#running = null;
    let ts = this.#assignedTs;
    if (execution.isMutation && execution.phase.kind === "succeeded" && state.hasWritten) {
      try {
        ts = this.#keep(execution, state);
      } catch (error) {
        execution.fail(error);
      }
    }
    state.end();
    this.#undoRest(execution, state);
    if (this.#group.length === 0) this.#groupSinceMs = this.#database.ports.nowMs();
    this.#group.push({ execution, ts });
    if (this.#hasBegun && !this.#database.sqlite.inTransaction) this.#loseGroup(lostTransaction(execution, this.#database));
    if (this.#isPumping) return;
    // The hook wants to be called from a macrotask; without it there is no need to wait for one.
    if (this.#hook === null) this.#pump();
    else this.#schedule();
  }

  #keep(execution: AnyExecution, state: ExecutionState): Timestamp {
    let ts = nextCommitTs(this.#database.ports, state.beginTs);
    // After a restart the clock starts from the newest commit: no creation time may be ahead of it. Looked at closely
    // only when it may be; a float of nanoseconds is less than a microsecond off.
    const { lastCreationTime } = this.#clock;
    if (lastCreationTime * 1e6 + 2000 > Number(ts)) {
      const created = BigInt(Math.ceil(lastCreationTime * 1000)) * 1000n;
      if (created > ts) ts = created;
    }
    resolveCommitTimestamps(state, ts);
    state.keep();
    execution.commit = { ts, writes: collapseWrites(state.writes) };
    this.#assignedTs = ts;
    return ts;
  }

  #undoRest(execution: AnyExecution, state: ExecutionState): void {
    try {
      while (state.depth > 0) state.undo();
    } catch (error) {
      execution.commit = null;
      execution.fail(error);
      this.#loseGroup(error);
    }
  }

  #commitGroup(): void {
    try {
      // What they read may be lost.
      if (this.#database.failure !== null && this.#group.length > 0) throw this.#database.failure;
      const newest = this.#group.findLast(({ execution }) => execution.commit !== null);
      if (newest !== undefined) this.#database.commit(newest.ts);
      else if (this.#hasBegun) this.#database.commitNothing();
    } catch (error) {
      this.#loseGroup(error);
    }
    this.#hasBegun = false;
    const group = this.#group;
    this.#group = [];
    this.#lastGroupSize = Math.max(group.length, this.#lastGroupSize);
    for (const { execution, ts } of group) {
      if (execution.commit !== null && execution.commit.writes.length > 0) this.#announce(execution.commit);
      execution.deliver(ts);
    }
  }

  /** Nothing of the open group will be saved: its mutations fail; queries that read what they wrote run again. */
  #loseGroup(error: unknown): void {
    const saved = this.#database.latestTs;
    const isReadable = this.#database.failure === null;
    this.#group = this.#group.filter(({ execution, ts }) => {
      execution.commit = null;
      if (execution.phase.kind !== "succeeded" || (isReadable && !execution.isMutation && ts <= saved)) return true;
      if (execution.isMutation || !isReadable) {
        execution.fail(error);
        return true;
      }
      execution.restart();
      this.#again.push(execution);
      return false;
    });
    this.#hasBegun = false;
    this.#database.rollback();
    this.#assignedTs = saved;
  }

  #announce(commit: Commit): void {
    this.#recent.add(commit);
    for (const listener of this.#listeners) {
      try {
        listener(commit);
      } catch (error) {
        // A listener's failure is a bug, but not one of this mutation, which is saved: let the process report it.
        setImmediate(() => {
          throw error;
        });
      }
    }
  }

  /** Deletes what dropped indexes left behind, a little whenever there is nothing else to do. */
  #whenIdle(): void {
    if (this.#closing !== null) {
      this.#closing.resolve();
      return;
    }
    if (this.#sweptChanges === this.#database.catalog.changes) return;
    const { changes } = this.#database.catalog;
    let isMoreLeft = false;
    try {
      isMoreLeft = this.#database.collectGarbage();
    } catch (error) {
      // Nobody waits for this work. The garbage stays listed and is tried again after the next change of the catalog
      // or restart; damage and a full disk meet the next writer as well.
      if (!(error instanceof StorageError)) throw error;
    }
    if (isMoreLeft) this.#schedule();
    else this.#sweptChanges = changes;
  }
}

function abortReason(signal: AbortSignal): unknown {
  return signal.reason;
}

/** Why SQLite gave up the transaction of a group: it tells the statement that met it. */
function lostTransaction(execution: AnyExecution, database: Database): unknown {
  return execution.phase.kind === "failed" ? execution.phase.error : new Error(`${database.sqlite.file}: the transaction was lost`);
}
