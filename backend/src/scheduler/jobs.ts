import type { JsonObject } from "../values/json.ts";
import type { ComponentPath, Transaction } from "../transaction/types.ts";
import type { JobRef, ResolvedFunction, ScheduleRequest } from "../functions/hooks.ts";
import type { Outcome } from "../functions/types.ts";
import { UserError } from "../errors.ts";
import { valueSize } from "../values/size.ts";
import { equal, numberField, objectField, readRow, readRows, stringField } from "../system/rows.ts";

/** What developers see: one row per scheduled call, in the component that scheduled it. */
export const FUNCTIONS_TABLE = "_scheduled_functions";
/** Cron jobs of all components, in the app. */
export const CRONS_TABLE = "_cron_jobs";
/**
 * One ticket per row of the two tables above, in the app, so that one index range finds what is due in any component.
 * A scheduled call's ticket goes pending → (running, actions only) → done; a cron's goes back to pending for ever.
 */
export const TICKETS_TABLE = "_scheduled_jobs";
/** Tickets live in the app, whoever they work for. */
export const APP: ComponentPath = "";

/**
 * `pending`: to run at `wakeMs`. `running`: an action is being run. `done`: both rows go away at `wakeMs`.
 * `idle`: a cron whose schedule never comes.
 */
export type Phase = "pending" | "running" | "done" | "idle";

export interface Ticket {
  readonly id: string;
  readonly kind: "function" | "cron";
  /** The row it works for. */
  readonly owner: JobRef;
  readonly target: ResolvedFunction;
  readonly phase: Phase;
  readonly wakeMs: number;
  /** When the pending or running run was due; `wakeMs` is later when trouble of the machine postponed it. */
  readonly dueMs: number;
  /** Runs that failed for reasons of the machine, not of the developer. */
  readonly attempts: number;
}

const RETENTION_MS = 7 * 24 * 3_600_000;
// Ends of retention fall on full minutes, so that clean-up wakes at most once a minute.
const RETENTION_STEP_MS = 60_000;
const HORIZON_MS = 5 * 365 * 24 * 3_600_000;

/** Convex's text for an action that was cut off by a restart or by trouble of the machine. */
export const TRANSIENT_ACTION_ERROR = "Transient error while executing action";

/** A scheduled mutation reached its commit after its job was canceled: the mutation must not commit. */
export class JobClosedError extends Error {
  constructor(job: JobRef) {
    super(`Scheduled job ${job.id} was canceled or is complete; its mutation is rolled back`);
    this.name = "JobClosedError";
  }
}

/**
 * Adds a scheduled call and returns its id. A call that a canceled job schedules is created canceled.
 * @throws UserError when the time is more than five years away, or the transaction schedules too much.
 */
export function addJob(tx: Transaction, request: ScheduleRequest & { nowMs: number }): string {
  const { nowMs, target } = request;
  checkHorizon(request.timeMs, nowMs);
  tx.countScheduled(valueSize(request.args));
  const canceled = request.scheduledBy !== null && isCanceled(tx, request.scheduledBy);
  const scheduledTime = Math.max(request.timeMs, Math.floor(nowMs));
  const id = tx.insert(request.componentPath, FUNCTIONS_TABLE, {
    name: target.path,
    args: [request.args],
    scheduledTime,
    state: { kind: canceled ? "canceled" : "pending" },
    ...(canceled ? { completedTime: nowMs } : {}),
  });
  addTicket(tx, {
    kind: "function",
    owner: { componentPath: request.componentPath, id },
    target,
    ...(canceled ? { phase: "done", wakeMs: endOfRetention(nowMs) } : { phase: "pending", wakeMs: scheduledTime }),
  });
  return id;
}

/**
 * Cancels a job: a pending one never runs; a running action goes on, but what it schedules from now on is canceled; a
 * complete one stays as it is.
 */
export function cancelJob(tx: Transaction, job: JobRef, at: { self: JobRef | null; nowMs: number }): void {
  if (tx.tableOfId(job.componentPath, job.id) !== FUNCTIONS_TABLE) {
    throw new UserError(
      "InvalidScheduledFunctionId",
      "Invalid scheduled function ID. The ID must be an ID on the '_scheduled_functions' table.",
    );
  }
  if (at.self !== null && isSame(job, at.self)) {
    throw new UserError("ScheduledFunctionCancelingItself", "A mutation cannot cancel itself");
  }
  const row = tx.get(job.componentPath, job.id);
  if (row === null) return;
  const kind = stateOf(row);
  if (kind !== "pending" && kind !== "inProgress") return;
  close(tx, job, { state: { kind: "canceled" }, nowMs: at.nowMs });
}

/**
 * Shows a scheduled mutation its own job as in progress: components tell a run that is pending from the one they are
 * in by it. Part of the mutation's transaction, so everybody else sees the job go from pending to its end.
 * @throws JobClosedError when the job was canceled meanwhile.
 */
export function beginMutation(tx: Transaction, job: JobRef): void {
  const row = tx.get(job.componentPath, job.id);
  if (row === null || stateOf(row) !== "pending") throw new JobClosedError(job);
  tx.patch(job.componentPath, job.id, { state: { kind: "inProgress" } });
}

/**
 * Records how a scheduled call ended. A failure of a job that is already closed changes nothing.
 * @throws JobClosedError when a success arrives for a job that was canceled meanwhile.
 */
export function settleJob(tx: Transaction, job: JobRef, result: { outcome: Outcome; nowMs: number }): void {
  const row = tx.get(job.componentPath, job.id);
  const open = row !== null && ["pending", "inProgress"].includes(stateOf(row));
  if (!open) {
    if (result.outcome.ok) throw new JobClosedError(job);
    return;
  }
  const state: JsonObject = result.outcome.ok ? { kind: "success" } : { kind: "failed", error: result.outcome.error.message };
  close(tx, job, { state, nowMs: result.nowMs });
}

/** Marks a pending action as running; false when it is no longer pending. Commit this before the action starts. */
export function startAction(tx: Transaction, ticket: Ticket): boolean {
  const current = findTicket(tx, ticket.owner);
  if (current === null || current.phase !== "pending") return false;
  tx.patch(APP, current.id, { phase: "running" });
  if (ticket.kind === "function") tx.patch(ticket.owner.componentPath, ticket.owner.id, { state: { kind: "inProgress" } });
  return true;
}

/** Removes the ticket of a job that was due but is gone or over: else it would be due for ever. */
export function dropClosed(tx: Transaction, { owner, kind }: Ticket): void {
  const current = kind === "function" ? findTicket(tx, owner) : null;
  if (current?.phase !== "pending") return;
  const row = tx.get(owner.componentPath, owner.id);
  if (row === null || stateOf(row) !== "pending") tx.remove(APP, current.id);
}

/** Lets a job wait after trouble of the machine. */
export function postpone(tx: Transaction, ticket: Ticket, wakeMs: number): void {
  const current = findTicket(tx, ticket.owner);
  if (current?.phase === "pending") tx.patch(APP, current.id, { wakeMs, attempts: current.attempts + 1 });
}

/** Deletes the rows of at most `limit` jobs whose retention ended; returns how many there were. */
export function expireJobs(tx: Transaction, options: { nowMs: number; limit: number }): number {
  const tickets = readTickets(tx, { phase: "done", untilMs: options.nowMs, limit: options.limit });
  for (const ticket of tickets) {
    if (tx.get(ticket.owner.componentPath, ticket.owner.id) !== null) tx.remove(ticket.owner.componentPath, ticket.owner.id);
    tx.remove(APP, ticket.id);
  }
  return tickets.length;
}

/** Tickets of a phase by time, the earliest first; with `untilMs`, those due by then. */
export function readTickets(tx: Transaction, options: { phase: Phase; untilMs?: number; limit?: number }): Ticket[] {
  const bounds = [equal("phase", options.phase)];
  if (options.untilMs !== undefined) bounds.push({ type: "Lte", fieldPath: "wakeMs", value: options.untilMs });
  return readRows(tx, { componentPath: APP, index: `${TICKETS_TABLE}.by_wake`, bounds, limit: options.limit }).map(parseTicket);
}

/** When the first ticket of a phase is due after `afterMs`; null when there is none. */
export function nextWakeMs(tx: Transaction, phase: Phase, afterMs: number): number | null {
  const bounds = [equal("phase", phase), { type: "Gt", fieldPath: "wakeMs", value: afterMs } as const];
  const row = readRow(tx, { componentPath: APP, index: `${TICKETS_TABLE}.by_wake`, bounds });
  return row === null ? null : numberField(row, "wakeMs");
}

export function addTicket(tx: Transaction, ticket: Omit<Ticket, "id" | "attempts" | "dueMs">): void {
  tx.insert(APP, TICKETS_TABLE, {
    kind: ticket.kind,
    ownerComponent: ticket.owner.componentPath,
    ownerId: ticket.owner.id,
    targetComponent: ticket.target.componentPath,
    targetPath: ticket.target.path,
    phase: ticket.phase,
    wakeMs: ticket.wakeMs,
    dueMs: ticket.wakeMs,
    attempts: 0,
  });
}

export function findTicket(tx: Transaction, owner: JobRef): Ticket | null {
  const bounds = [equal("ownerComponent", owner.componentPath), equal("ownerId", owner.id)];
  const row = readRow(tx, { componentPath: APP, index: `${TICKETS_TABLE}.by_owner`, bounds });
  return row === null ? null : parseTicket(row);
}

/** Reads a ticket's row. */
export function parseTicket(row: JsonObject): Ticket {
  return {
    id: stringField(row, "_id"),
    // The two unions are written by this file alone.
    kind: stringField(row, "kind") as Ticket["kind"],
    phase: stringField(row, "phase") as Phase,
    owner: { componentPath: stringField(row, "ownerComponent"), id: stringField(row, "ownerId") },
    target: { componentPath: stringField(row, "targetComponent"), path: stringField(row, "targetPath") },
    wakeMs: numberField(row, "wakeMs"),
    dueMs: numberField(row, "dueMs"),
    attempts: numberField(row, "attempts"),
  };
}

function close(tx: Transaction, job: JobRef, end: { state: JsonObject; nowMs: number }): void {
  tx.patch(job.componentPath, job.id, { state: end.state, completedTime: end.nowMs });
  const ticket = findTicket(tx, job);
  if (ticket !== null) tx.patch(APP, ticket.id, { phase: "done", wakeMs: endOfRetention(end.nowMs) });
}

function isCanceled(tx: Transaction, job: JobRef): boolean {
  const row = tx.tableOfId(job.componentPath, job.id) === FUNCTIONS_TABLE ? tx.get(job.componentPath, job.id) : null;
  return row !== null && stateOf(row) === "canceled";
}

function stateOf(row: JsonObject): string {
  return stringField(objectField(row, "state"), "kind");
}

function isSame(a: JobRef, b: JobRef): boolean {
  return a.id === b.id && a.componentPath === b.componentPath;
}

function endOfRetention(nowMs: number): number {
  return Math.ceil((nowMs + RETENTION_MS) / RETENTION_STEP_MS) * RETENTION_STEP_MS;
}

function checkHorizon(timeMs: number, nowMs: number): void {
  if (Math.abs(timeMs - nowMs) <= HORIZON_MS) return;
  const when = new Date(timeMs);
  const shown = Number.isNaN(when.getTime()) ? String(timeMs) : when.toISOString();
  throw new UserError(
    "InvalidScheduledFunctionTime",
    `Scheduled time ${shown} is more than 5 years in the ${timeMs > nowMs ? "future" : "past"}`,
  );
}
