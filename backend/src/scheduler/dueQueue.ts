import type { Commit, Transaction } from "../transaction/types.ts";
import { objectField } from "../system/rows.ts";
import type { JsonObject } from "../values/json.ts";
import { valueSize } from "../values/size.ts";
import { cronArgs } from "./crons.ts";
import { APP, parseTicket, readTickets, TICKETS_TABLE, type Ticket } from "./jobs.ts";

/** A job that is due, with what its function gets. */
export interface DueJob {
  readonly ticket: Ticket;
  readonly args: JsonObject;
}

// Read ahead, so that a long row of due jobs costs one look at the database per batch and not one per job; bounded
// by size, because arguments may be large.
const BATCH_JOBS = 256;
const BATCH_BYTES = 8 * 1024 * 1024;

/**
 * Due jobs in the order of their times, read ahead in batches. Later commits cannot get in before them: a new job is
 * never due earlier than the moment it is scheduled. What a commit cancels or moves leaves the queue.
 */
export class DueQueue {
  readonly #jobs = new Map<string, DueJob>();

  get isEmpty(): boolean {
    return this.#jobs.size === 0;
  }

  /** Fills an empty queue with jobs that are due and not running. */
  refill(tx: Transaction, options: { nowMs: number; running: ReadonlyMap<string, unknown> }): void {
    let bytes = 0;
    // Mutations that run are still pending in the database.
    for (const ticket of readTickets(tx, { phase: "pending", untilMs: options.nowMs, limit: BATCH_JOBS + options.running.size })) {
      if (options.running.has(ticket.id)) continue;
      const args = readArgs(tx, ticket);
      this.#jobs.set(ticket.id, { ticket, args });
      bytes += valueSize(args);
      if (bytes > BATCH_BYTES) return;
    }
  }

  /** The next job, taken out; undefined when there is none. */
  take(): DueJob | undefined {
    const [first] = this.#jobs;
    if (first === undefined) return undefined;
    this.#jobs.delete(first[0]);
    return first[1];
  }

  /** Drops jobs that a commit canceled, deleted or moved to another time. */
  follow(commit: Commit): void {
    if (this.isEmpty) return;
    for (const { table, componentPath, id, after } of commit.writes) {
      if (table !== TICKETS_TABLE || componentPath !== APP) continue;
      const queued = this.#jobs.get(id);
      if (queued === undefined) continue;
      const ticket = after === null ? null : parseTicket(after);
      if (ticket?.phase !== "pending" || ticket.wakeMs !== queued.ticket.wakeMs) this.#jobs.delete(id);
    }
  }
}

function readArgs(tx: Transaction, ticket: Ticket): JsonObject {
  if (ticket.kind === "cron") return cronArgs(tx, ticket.owner) ?? {};
  const args = tx.get(ticket.owner.componentPath, ticket.owner.id)?.["args"];
  return Array.isArray(args) ? objectField({ args: args[0] ?? null }, "args") : {};
}
