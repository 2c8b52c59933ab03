import type { LogEntry, NestedCall } from "../functions/types.ts";
import { addUsage, USAGE_COUNTERS } from "../transaction/limits.ts";
import type { JsonObject } from "../values/json.ts";
import type { Ports, Timer } from "../ports.ts";
import type { ComponentPath, Transaction, UsageCounts } from "../transaction/types.ts";
import { equal, numberField, readRow, readRows, stringField, type Store } from "./rows.ts";

/** Totals of work done, one row per function of a component, in the app. */
export const USAGE_TABLE = "_function_usage";
const APP: ComponentPath = "";

/** What is counted. All numbers only grow. */
export interface UsageTotals {
  /**
   * Calls on a bill: of clients, of the scheduler, each run of a subscription (answered from the cache or not), and
   * what actions start with `ctx.run*`.
   */
  calls: number;
  /** Calls by queries and mutations inside their own execution; no bill shows them. */
  nestedCalls: number;
  /** Of the calls, those that failed. */
  failures: number;
  /** Of the calls, those that were answered with the result of an earlier run. */
  cachedResults: number;
  /** Nested calls are in the time of their caller. */
  executionMs: number;
  /** Index ranges and gets. */
  databaseQueries: number;
  documentsRead: number;
  /** Of documents, and of the index keys of ranges. */
  bytesRead: number;
  documentsWritten: number;
  /** Of documents, and of index keys added or removed. */
  bytesWritten: number;
  functionsScheduled: number;
  scheduledFunctionArgsBytes: number;
}

/**
 * What one function of one component did itself: work of the functions it calls is theirs.
 */
export interface FunctionUsage extends UsageTotals {
  readonly componentPath: ComponentPath;
  readonly identifier: string;
  readonly udfType: string;
}

export interface ComponentUsage extends UsageTotals {
  readonly componentPath: ComponentPath;
}

type Counted = Pick<FunctionUsage, "componentPath" | "identifier" | "udfType">;

// Rare enough to cost nothing, often enough that a crash loses only seconds of statistics.
const FLUSH_MS = 5000;
const FIELDS = [
  "calls", "nestedCalls", "failures", "cachedResults", "executionMs", "databaseQueries", "documentsRead", "bytesRead",
  "documentsWritten", "bytesWritten", "functionsScheduled", "scheduledFunctionArgsBytes",
] as const satisfies readonly (keyof UsageTotals)[];

/**
 * Adds up what functions cost and writes the sums to {@link USAGE_TABLE} a few seconds later, many calls in one
 * commit. Totals are statistics: a crash loses what was not yet written.
 */
export class UsageMeter {
  readonly #transactions: Store;
  readonly #ports: Ports;
  readonly #onTrouble: (error: unknown) => void;
  #pending = new Map<string, FunctionUsage>();
  readonly #totals = new Map<string, FunctionUsage>();
  #timer: Timer | null = null;
  #flushing: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: { transactions: Store; ports: Ports; onTrouble?: (error: unknown) => void }) {
    this.#transactions = options.transactions;
    this.#ports = options.ports;
    this.#onTrouble = options.onTrouble ?? (() => {});
  }

  /** Counts one completed call. */
  add(entry: LogEntry): void {
    if (entry.kind !== "Completion" || this.#isClosed) return;
    const { error, cachedResult, executionMs, nested } = entry;
    const usage = nested === undefined ? entry.usage : this.#countNested(entry.usage, nested);
    for (const sum of this.#sumsOf(entry)) {
      sum.calls += 1;
      if (error !== null) sum.failures += 1;
      if (cachedResult) sum.cachedResults += 1;
      sum.executionMs += executionMs;
      addUsage(sum, usage);
    }
    this.#timer ??= this.#ports.setTimer(() => {
      this.#timer = null;
      void this.flush().catch(this.#onTrouble);
    }, FLUSH_MS);
  }

  /** What was counted since this meter was made, written or not. */
  current(): FunctionUsage[] {
    return Array.from(this.#totals.values(), (usage) => ({ ...usage }));
  }

  /** Counts nested calls for themselves. Returns what is left of the whole: the caller's own work. */
  #countNested(whole: Readonly<UsageCounts>, nested: readonly NestedCall[]): UsageCounts {
    const own = { ...whole };
    for (const call of nested) {
      for (const counter of USAGE_COUNTERS) own[counter] -= call.usage[counter];
      for (const sum of this.#sumsOf(call)) {
        sum.nestedCalls += 1;
        addUsage(sum, call.usage);
      }
    }
    return own;
  }

  /** Where a function's work is added up: what is still to be written, and all. */
  #sumsOf({ componentPath, identifier, udfType }: Counted): readonly [FunctionUsage, FunctionUsage] {
    const key = `${componentPath}|${udfType}|${identifier}`;
    return [this.#pending, this.#totals].map((sums) => {
      let sum = sums.get(key);
      if (sum === undefined) sums.set(key, (sum = { componentPath, identifier, udfType, ...zero() }));
      return sum;
    }) as [FunctionUsage, FunctionUsage]; // two maps, two sums
  }

  /** Writes what was counted so far. When it cannot be written it is kept for the next time, and the error goes on. */
  flush(): Promise<void> {
    this.#flushing = this.#flushing.catch(() => {}).then(() => this.#write());
    return this.#flushing;
  }

  /** Writes the rest and counts no more. A disk that is full takes the rest with it, and keeps nobody from closing. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.flush().catch(this.#onTrouble);
  }

  async #write(): Promise<void> {
    const batch = this.#pending;
    if (batch.size === 0) return;
    this.#pending = new Map();
    try {
      await this.#transactions.mutate(async (tx) => {
        for (const sum of batch.values()) writeSum(tx, sum);
      });
    } catch (error) {
      for (const [key, sum] of this.#pending) {
        const kept = batch.get(key);
        if (kept === undefined) batch.set(key, sum);
        else addInto(kept, sum);
      }
      this.#pending = batch;
      throw error;
    }
  }
}

/** Totals per function, by component and name; `componentPath` undefined lists all components. */
export function listFunctionUsage(tx: Transaction, componentPath?: ComponentPath): FunctionUsage[] {
  const bounds = componentPath === undefined ? [] : [equal("componentPath", componentPath)];
  return readRows(tx, { componentPath: APP, index: `${USAGE_TABLE}.by_function`, bounds }).map((row) => ({
    componentPath: stringField(row, "componentPath"),
    identifier: stringField(row, "identifier"),
    udfType: stringField(row, "udfType"),
    ...totalsOf(row),
  }));
}

/** Totals per component. */
export function listComponentUsage(tx: Transaction): ComponentUsage[] {
  const sums = new Map<ComponentPath, ComponentUsage>();
  for (const usage of listFunctionUsage(tx)) {
    const sum = sums.get(usage.componentPath) ?? { componentPath: usage.componentPath, ...zero() };
    sums.set(usage.componentPath, sum);
    addInto(sum, usage);
  }
  return [...sums.values()];
}

function writeSum(tx: Transaction, sum: FunctionUsage): void {
  const bounds = [equal("componentPath", sum.componentPath), equal("identifier", sum.identifier), equal("udfType", sum.udfType)];
  const row = readRow(tx, { componentPath: APP, index: `${USAGE_TABLE}.by_function`, bounds });
  if (row === null) {
    tx.insert(APP, USAGE_TABLE, { ...sum });
    return;
  }
  const totals = totalsOf(row);
  addInto(totals, sum);
  tx.patch(APP, stringField(row, "_id"), { ...totals });
}

function totalsOf(row: JsonObject): UsageTotals {
  const totals = zero();
  for (const field of FIELDS) totals[field] = row[field] === undefined ? 0 : numberField(row, field);
  return totals;
}

function addInto(sum: UsageTotals, more: UsageTotals): void {
  for (const field of FIELDS) sum[field] += more[field];
}

function zero(): UsageTotals {
  return {
    calls: 0, nestedCalls: 0, failures: 0, cachedResults: 0, executionMs: 0, databaseQueries: 0, documentsRead: 0, bytesRead: 0,
    documentsWritten: 0, bytesWritten: 0, functionsScheduled: 0, scheduledFunctionArgsBytes: 0,
  };
}
