import type { AnalyzedFunction, CronSpec, ComponentInstance } from "../components/types.ts";
import { UserError } from "../errors.ts";
import { formatFunctionPath, parseFunctionPath } from "../functions/functionPath.ts";
import type { JsonObject } from "../values/json.ts";
import type { ComponentPath, Transaction } from "../transaction/types.ts";
import type { JobRef, ResolvedFunction } from "../functions/hooks.ts";
import type { Outcome } from "../functions/types.ts";
import { equal, objectField, readRows, stringField } from "../system/rows.ts";
import { checkSchedule, firstRunMs, nextRunMs, type CronSchedule } from "./cronSchedule.ts";
import { addTicket, APP, CRONS_TABLE, findTicket, JobClosedError, TICKETS_TABLE, type Ticket } from "./jobs.ts";

/** Occurrences that passed while an earlier run was still going on, or while the process was down. */
export interface SkippedRuns {
  readonly cronName: string;
  readonly target: ResolvedFunction;
  /** The first that was skipped. */
  readonly plannedMs: number;
  /** The one that will run. */
  readonly nextMs: number;
}

/** Names of the cron jobs that a push changed in one component. */
export interface CronDiff {
  readonly added: string[];
  readonly updated: string[];
  readonly deleted: string[];
}

/** A component as its cron jobs see it. */
interface CronOwner {
  readonly path: ComponentPath;
  readonly definition: Pick<ComponentInstance["definition"], "crons">;
  /** By `dir/module.js:name`. */
  readonly functions: ReadonlyMap<string, Pick<AnalyzedFunction, "kind">>;
}

/**
 * Refuses cron jobs that could never run: those whose schedule cannot be read, or whose function their own component does
 * not have or has as a query or an HTTP action.
 *
 * @throws UserError naming the cron job and the function
 */
export function checkCrons(owners: Iterable<CronOwner>): void {
  for (const { path, definition, functions } of owners) {
    for (const { name, functionPath, schedule } of definition.crons) {
      const where = path === "" ? "" : `In component ${path}: `;
      const target = formatFunctionPath(parseFunctionPath(functionPath));
      const kind = functions.get(target)?.kind;
      if (kind === undefined) throw new UserError("InvalidCronJob", `${where}The cron job '${name}' schedules a function that does not exist: ${target}`);
      if (kind !== "Mutation" && kind !== "Action") {
        const what = kind === "Query" ? "a query" : "an HTTP action";
        throw new UserError("InvalidCronJob", `${where}The cron job '${name}' schedules ${what}, only actions and mutations can be scheduled: ${target}`);
      }
      checkSchedule(name, schedule);
    }
  }
}

/**
 * Makes the cron jobs of every component be what the app now declares, matched by name. One that did not change keeps
 * its next time; a new or changed one starts from now; a run in progress is left to end.
 *
 * @param instances - The mounted components; crons of components that are not among them are deleted.
 * @returns What changed, by component; components without a change are left out.
 * @throws UserError `InvalidCronSchedule` naming the cron whose schedule cannot be read.
 */
export function reconcileCrons(
  tx: Transaction, instances: Iterable<ComponentInstance>, nowMs: number,
): Map<ComponentPath, CronDiff> {
  const wanted = new Map<string, { componentPath: ComponentPath; spec: CronSpec }>();
  for (const { path, definition } of instances) {
    for (const spec of definition.crons) {
      checkSchedule(spec.name, spec.schedule);
      wanted.set(cronKey(path, spec.name), { componentPath: path, spec });
    }
  }
  const diffs = new Map<ComponentPath, CronDiff>();
  for (const row of readRows(tx, { componentPath: APP, index: `${CRONS_TABLE}.by_name` })) {
    const componentPath = stringField(row, "componentPath");
    const key = cronKey(componentPath, stringField(row, "name"));
    const match = wanted.get(key);
    wanted.delete(key);
    if (match === undefined) {
      removeCron(tx, row);
      diffFor(diffs, componentPath).deleted.push(stringField(row, "name"));
    } else if (fingerprint(row) !== fingerprint(specFields(match.spec))) {
      updateCron(tx, { row, spec: match.spec, nowMs });
      diffFor(diffs, componentPath).updated.push(match.spec.name);
    }
  }
  for (const { componentPath, spec } of wanted.values()) {
    addCron(tx, { componentPath, spec, nowMs });
    diffFor(diffs, componentPath).added.push(spec.name);
  }
  return diffs;
}

/**
 * Ends one run of a cron and sets the next, skipping occurrences that passed meanwhile.
 * @returns What was skipped; null when nothing was.
 * @throws JobClosedError when a success arrives for a cron that was deleted meanwhile.
 */
export function settleCron(tx: Transaction, job: JobRef, result: { outcome: Outcome; nowMs: number }): SkippedRuns | null {
  const row = tx.get(APP, job.id);
  const ticket = findTicket(tx, job);
  if (row === null || ticket === null) {
    if (result.outcome.ok) throw new JobClosedError(job);
    return null;
  }
  const outcome: JsonObject = result.outcome.ok ? { kind: "success" } : { kind: "failed", error: result.outcome.error.message };
  tx.patch(APP, job.id, { lastRun: { scheduledTime: ticket.dueMs, completedTime: result.nowMs, outcome } });
  const schedule = scheduleOf(row);
  const nextMs = nextRunMs(schedule, { previousMs: ticket.dueMs, nowMs: result.nowMs });
  setTicket(tx, ticket, nextMs);
  // What would have come next, had nobody been late.
  const plannedMs = nextRunMs(schedule, { previousMs: ticket.dueMs, nowMs: ticket.dueMs });
  return plannedMs === null || nextMs === null || plannedMs === nextMs ? null : { cronName: stringField(row, "name"), target: ticket.target, plannedMs, nextMs };
}

/** The arguments of a cron's function, or null when the cron is gone. */
export function cronArgs(tx: Transaction, job: JobRef): JsonObject | null {
  const row = tx.get(APP, job.id);
  return row === null ? null : objectField(row, "args");
}

function addCron(tx: Transaction, cron: { componentPath: ComponentPath; spec: CronSpec; nowMs: number }): void {
  const { componentPath, spec } = cron;
  const id = tx.insert(APP, CRONS_TABLE, { componentPath, name: spec.name, ...specFields(spec) });
  const next = firstRunMs(spec.schedule, cron.nowMs);
  addTicket(tx, {
    kind: "cron",
    owner: { componentPath: APP, id },
    target: targetOf(componentPath, spec),
    phase: next === null ? "idle" : "pending",
    wakeMs: next ?? 0,
  });
}

function updateCron(tx: Transaction, cron: { row: JsonObject; spec: CronSpec; nowMs: number }): void {
  const { row, spec } = cron;
  const id = stringField(row, "_id");
  tx.patch(APP, id, specFields(spec));
  const ticket = findTicket(tx, { componentPath: APP, id });
  if (ticket === null) return;
  const target = targetOf(stringField(row, "componentPath"), spec);
  tx.patch(APP, ticket.id, { targetPath: target.path });
  if (ticket.phase !== "running") setTicket(tx, ticket, firstRunMs(spec.schedule, cron.nowMs));
}

function removeCron(tx: Transaction, row: JsonObject): void {
  const id = stringField(row, "_id");
  const bounds = [equal("ownerComponent", APP), equal("ownerId", id)];
  for (const ticket of readRows(tx, { componentPath: APP, index: `${TICKETS_TABLE}.by_owner`, bounds })) {
    tx.remove(APP, stringField(ticket, "_id"));
  }
  tx.remove(APP, id);
}

function setTicket(tx: Transaction, ticket: Ticket, nextMs: number | null): void {
  tx.patch(APP, ticket.id, nextMs === null ? { phase: "idle" } : { phase: "pending", wakeMs: nextMs, dueMs: nextMs, attempts: 0 });
}

function targetOf(componentPath: ComponentPath, spec: CronSpec): ResolvedFunction {
  const [module = "", name = "default"] = spec.functionPath.split(":");
  return { componentPath, path: `${module.endsWith(".js") ? module : `${module}.js`}:${name}` };
}

function specFields(spec: CronSpec): JsonObject {
  // A schedule holds strings and numbers only, some of them optional: a missing one has no place in a document.
  const schedule = JSON.parse(JSON.stringify(spec.schedule)) as JsonObject;
  return { functionPath: spec.functionPath, args: spec.args, schedule };
}

function fingerprint(fields: JsonObject): string {
  return JSON.stringify([fields.functionPath, sorted(fields.args), sorted(fields.schedule)]);
}

/** Stored documents may come back with their keys in another order. */
function sorted(value: JsonObject[string] | undefined): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]);
}

function scheduleOf(row: JsonObject): CronSchedule {
  // Written from a CronSpec by `specFields`, after `checkSchedule` accepted it.
  return objectField(row, "schedule") as unknown as CronSchedule;
}

function cronKey(componentPath: ComponentPath, name: string): string {
  return JSON.stringify([componentPath, name]);
}

function diffFor(diffs: Map<ComponentPath, CronDiff>, componentPath: ComponentPath): CronDiff {
  const diff = diffs.get(componentPath) ?? { added: [], updated: [], deleted: [] };
  diffs.set(componentPath, diff);
  return diff;
}
