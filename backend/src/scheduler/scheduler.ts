import type { Commit, Transaction } from "../transaction/types.ts";
import type { Store } from "../system/rows.ts";
import type { CallRequest, FunctionRunner, LogEntry, Outcome } from "../functions/types.ts";
import type { JobRef, ScheduleRequest, SchedulerHooks } from "../functions/hooks.ts";
import type { Ports, Timer } from "../ports.ts";
import { settleCron } from "./crons.ts";
import { DueQueue, type DueJob } from "./dueQueue.ts";
import { skippedEntry } from "./skippedLog.ts";
import {
  addJob, APP, beginMutation, cancelJob, CRONS_TABLE, dropClosed, expireJobs, findTicket, JobClosedError, nextWakeMs, parseTicket, postpone,
  readTickets, settleJob, startAction, TICKETS_TABLE, TRANSIENT_ACTION_ERROR, type Ticket,
} from "./jobs.ts";

export interface SchedulerOptions {
  readonly transactions: Store;
  readonly ports: Ports;
  /** How many calls run at the same time. @default 64 */
  readonly parallelism?: number;
  /** Gets a line when runs of a cron were skipped. */
  readonly log?: (entry: LogEntry) => void;
  /** Told of trouble that is the machine's, not the developer's; the job concerned is retried or failed. */
  readonly onTrouble?: (error: unknown) => void;
}

/** Runs what is due: one timer for the earliest row, moved by commits. Nothing is polled. */
export interface Scheduler {
  /** What functions call, in their own transactions. Usable before `start`. */
  readonly hooks: SchedulerHooks;
  /**
   * Fails actions that a crash cut off, then starts to run jobs. Call it once, when the app's functions can run.
   */
  start(functions: Pick<FunctionRunner, "mutation" | "action" | "describe">): Promise<void>;
  /** Starts no more jobs, aborts actions (they are failed at the next start) and waits for running mutations. */
  close(): Promise<void>;
}

const DEFAULT_PARALLELISM = 64;
const FIRST_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 2 * 3_600_000;
const EXPIRE_BATCH = 200;

/**
 * Makes a scheduler over the tables in `jobs.ts`.
 *
 * @example
 * ```ts
 * const scheduler = createScheduler({ transactions, ports: systemPorts });
 * const functions = createFunctionRunner({ hooks: { scheduler: scheduler.hooks, ... }, ... });
 * await scheduler.start(functions);
 * ```
 */
export function createScheduler(options: SchedulerOptions): Scheduler {
  return new TicketScheduler(options);
}

type Functions = Parameters<Scheduler["start"]>[0];

class TicketScheduler implements Scheduler {
  readonly hooks: SchedulerHooks;
  readonly #transactions: Store;
  readonly #ports: Ports;
  readonly #parallelism: number;
  readonly #log: (entry: LogEntry) => void;
  readonly #onTrouble: (error: unknown) => void;
  readonly #due = new DueQueue();
  readonly #running = new Map<string, Promise<void>>();
  readonly #mutations = new Set<Promise<void>>();
  readonly #abort = new AbortController();
  #functions: Functions | null = null;
  #stopListening: () => void = () => {};
  #timer: { timer: Timer; atMs: number } | null = null;
  #pump: Promise<void> | null = null;
  #pumpAgain = false;
  #troubles = 0;
  #pausedUntilMs = 0;

  constructor(options: SchedulerOptions) {
    this.#transactions = options.transactions;
    this.#ports = options.ports;
    this.#parallelism = options.parallelism ?? DEFAULT_PARALLELISM;
    this.#log = options.log ?? (() => {});
    this.#onTrouble = options.onTrouble ?? (() => {});
    this.hooks = {
      schedule: (tx, request) => this.#schedule(tx, request),
      begin: (tx, job) => {
        if (!isCron(tx, job)) beginMutation(tx, job);
      },
      cancel: (tx, job, self) => cancelJob(tx, job, { self, nowMs: this.#ports.nowMs() }),
      settle: (tx, job, outcome) => this.#record(tx, job, outcome),
      // Commits wake the scheduler by themselves.
      wake: () => {},
    };
  }

  async start(functions: Functions): Promise<void> {
    this.#functions = functions;
    await this.#transactions.mutate(async (tx) => this.#failInterrupted(tx));
    this.#stopListening = this.#transactions.onCommit((commit) => this.#onCommit(commit));
    this.#kick();
  }

  async close(): Promise<void> {
    this.#stopListening();
    this.#functions = null;
    this.#timer?.timer.cancel();
    this.#timer = null;
    this.#abort.abort(new Error("The backend is closing"));
    await this.#pump;
    await Promise.all(this.#mutations);
  }

  #schedule(tx: Transaction, request: ScheduleRequest): string {
    return addJob(tx, { ...request, nowMs: this.#ports.nowMs() });
  }

  /** A commit that made a ticket due, or due earlier than the timer. */
  #onCommit(commit: Commit): void {
    this.#due.follow(commit);
    for (const write of commit.writes) {
      if (write.table !== TICKETS_TABLE || write.componentPath !== APP || write.after === null) continue;
      const { phase, wakeMs } = parseTicket(write.after);
      if (phase === "pending" || phase === "done") this.#wakeAt(wakeMs);
    }
  }

  #wakeAt(atMs: number): void {
    if (this.#functions === null || (this.#timer !== null && this.#timer.atMs <= atMs)) return;
    this.#timer?.timer.cancel();
    const delayMs = atMs - this.#ports.nowMs();
    if (delayMs <= 0) {
      this.#timer = null;
      this.#kick();
      return;
    }
    const timer = this.#ports.setTimer(() => {
      this.#timer = null;
      this.#kick();
    }, delayMs);
    this.#timer = { timer, atMs };
  }

  /** Starts a round, or another one after the round that is under way. */
  #kick(): void {
    if (this.#functions === null) return;
    this.#pumpAgain = true;
    this.#pump ??= this.#rounds();
  }

  async #rounds(): Promise<void> {
    while (this.#pumpAgain && this.#functions !== null) {
      this.#pumpAgain = false;
      try {
        await this.#round(this.#functions);
      } catch (error) {
        this.#pause(error);
      }
    }
    // In the same turn as the last look at `#pumpAgain`: a kick after it must find no round under way.
    this.#pump = null;
  }

  /** The store itself is in trouble (a full disk, say): look again later, with growing patience. */
  #pause(error: unknown): void {
    this.#onTrouble(error);
    this.#troubles += 1;
    this.#pausedUntilMs = this.#ports.nowMs() + backoffMs(this.#troubles);
    this.#wakeAt(this.#pausedUntilMs);
  }

  async #round(functions: Functions): Promise<void> {
    const nowMs = this.#ports.nowMs();
    if (nowMs < this.#pausedUntilMs) {
      this.#wakeAt(this.#pausedUntilMs);
      return;
    }
    const { value } = await this.#transactions.query(async (tx) => {
      if (this.#due.isEmpty && this.#running.size < this.#parallelism) this.#due.refill(tx, { nowMs, running: this.#running });
      return {
        hasExpired: readTickets(tx, { phase: "done", untilMs: nowMs, limit: 1 }).length > 0,
        wakes: [nextWakeMs(tx, "pending", nowMs), nextWakeMs(tx, "done", nowMs)],
      };
    });
    this.#launchDue(functions);
    for (const atMs of value.wakes) if (atMs !== null) this.#wakeAt(atMs);
    if (!value.hasExpired) return;
    const { value: count } = await this.#transactions.mutate(async (tx) => expireJobs(tx, { nowMs, limit: EXPIRE_BATCH }));
    if (count === EXPIRE_BATCH) this.#pumpAgain = true;
  }

  #launchDue(functions: Functions): void {
    while (this.#running.size < this.#parallelism) {
      const job = this.#due.take();
      if (job === undefined) return;
      this.#launch(functions, job);
    }
  }

  #launch(functions: Functions, job: DueJob): void {
    const { ticket } = job;
    const kind = functions.describe(ticket.target.componentPath, ticket.target.path)?.kind;
    const isAction = kind === "Action";
    const done = (isAction ? this.#runAction(functions, job) : this.#runMutation(functions, job))
      .then(() => {
        this.#troubles = 0;
      })
      .catch((error: unknown) => this.#pause(error))
      .finally(() => {
        this.#running.delete(ticket.id);
        this.#mutations.delete(done);
        this.#afterJob();
      });
    this.#running.set(ticket.id, done);
    if (!isAction) this.#mutations.add(done);
  }

  #afterJob(): void {
    if (this.#functions === null) return;
    const isPaused = this.#ports.nowMs() < this.#pausedUntilMs;
    if (!isPaused) this.#launchDue(this.#functions);
    if (this.#due.isEmpty || isPaused) this.#kick();
  }

  /**
   * Exactly once: a success is settled in the mutation's own transaction. A crash before that commit leaves the job
   * pending; one after it leaves a success. A function that is neither mutation nor action fails here with the
   * runner's text.
   */
  async #runMutation(functions: Functions, job: DueJob): Promise<void> {
    const { ticket } = job;
    try {
      const { outcome } = await functions.mutation(this.#call(job));
      if (!outcome.ok) await this.#settle(ticket, outcome);
    } catch (error) {
      if (error instanceof JobClosedError) {
        await this.#transactions.mutate(async (tx) => dropClosed(tx, ticket));
        return;
      }
      this.#onTrouble(error);
      const wakeMs = this.#ports.nowMs() + backoffMs(ticket.attempts + 1);
      await this.#transactions.mutate(async (tx) => postpone(tx, ticket, wakeMs));
    }
  }

  /** At most once: the start is on disk before the action runs, and nothing that follows starts it again. */
  async #runAction(functions: Functions, job: DueJob): Promise<void> {
    const { ticket } = job;
    const started = await this.#transactions.mutate(async (tx) => startAction(tx, ticket));
    if (!started.value) return;
    const outcome = await this.#actionOutcome(functions, job);
    // After `close` nothing is written: the next start finds the job in progress and fails it.
    if (!this.#abort.signal.aborted) await this.#settle(ticket, outcome);
  }

  async #actionOutcome(functions: Functions, job: DueJob): Promise<Outcome> {
    try {
      return (await functions.action(this.#call(job), { signal: this.#abort.signal })).outcome;
    } catch (error) {
      this.#onTrouble(error);
      return { ok: false, error: { message: TRANSIENT_ACTION_ERROR } };
    }
  }

  async #settle(ticket: Ticket, outcome: Outcome): Promise<void> {
    await this.#transactions.mutate(async (tx) => {
      // A canceled action's success has nothing left to record.
      if (ticket.kind === "function" && findTicket(tx, ticket.owner)?.phase === "done") return;
      if (ticket.kind === "cron" && tx.get(APP, ticket.owner.id) === null) return;
      this.#record(tx, ticket.owner, outcome);
    });
  }

  #record(tx: Transaction, job: JobRef, outcome: Outcome): void {
    const result = { outcome, nowMs: this.#ports.nowMs() };
    if (!isCron(tx, job)) {
      settleJob(tx, job, result);
      return;
    }
    const skipped = settleCron(tx, job, result);
    if (skipped !== null) this.#log(skippedEntry(skipped, result.nowMs));
  }

  /** Actions that were running when the process ended: nobody knows how far they came. */
  #failInterrupted(tx: Transaction): void {
    const outcome: Outcome = { ok: false, error: { message: TRANSIENT_ACTION_ERROR } };
    for (const ticket of readTickets(tx, { phase: "running" })) this.#record(tx, ticket.owner, outcome);
  }

  #call({ ticket, args }: DueJob): CallRequest {
    return {
      componentPath: ticket.target.componentPath,
      path: ticket.target.path,
      args,
      identity: { kind: "system" },
      caller: ticket.kind === "cron" ? "Cron" : "Scheduler",
      requestId: Buffer.from(this.#ports.randomBytes(8)).toString("hex"),
      allowInternal: true,
      scheduledFunctionId: ticket.owner.id,
      scheduledComponentPath: ticket.owner.componentPath,
    };
  }
}

function isCron(tx: Transaction, job: JobRef): boolean {
  return job.componentPath === APP && tx.tableOfId(APP, job.id) === CRONS_TABLE;
}

/** 0.5 s, doubling, at most 2 h. */
function backoffMs(attempts: number): number {
  return Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(attempts - 1, 20));
}
