import type { LogEntry } from "../functions/types.ts";
import type { JsonObject } from "../values/json.ts";
import type { Ports, Timer } from "../ports.ts";
import type { ComponentPath, Transaction } from "../transaction/types.ts";
import { equal, numberField, readRow, readRows, stringField, type Store } from "./rows.ts";

/** Totals of work done, one row per function of a component, in the app. */
export const USAGE_TABLE = "_function_usage";
const APP: ComponentPath = "";

/** What is counted. All numbers only grow. */
export interface UsageTotals {
  calls: number;
  failures: number;
  cachedResults: number;
  executionMs: number;
  databaseQueries: number;
  documentsRead: number;
  bytesRead: number;
  documentsWritten: number;
  bytesWritten: number;
  functionsScheduled: number;
  scheduledFunctionArgsBytes: number;
}

export interface FunctionUsage extends UsageTotals {
  readonly componentPath: ComponentPath;
  readonly identifier: string;
  readonly udfType: string;
}

export interface ComponentUsage extends UsageTotals {
  readonly componentPath: ComponentPath;
}

// Rare enough to cost nothing, often enough that a crash loses only seconds of statistics.
const FLUSH_MS = 5000;
const FIELDS = [
  "calls", "failures", "cachedResults", "executionMs", "databaseQueries", "documentsRead", "bytesRead",
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
    const key = JSON.stringify([entry.componentPath, entry.identifier, entry.udfType]);
    const { componentPath, identifier, udfType } = entry;
    const sum = this.#pending.get(key) ?? { componentPath, identifier, udfType, ...zero() };
    this.#pending.set(key, sum);
    addInto(sum, {
      ...entry.usage,
      calls: 1,
      failures: entry.error === null ? 0 : 1,
      cachedResults: entry.cachedResult ? 1 : 0,
      executionMs: entry.executionMs,
    });
    this.#timer ??= this.#ports.setTimer(() => {
      this.#timer = null;
      void this.flush().catch(this.#onTrouble);
    }, FLUSH_MS);
  }

  /** Writes what was counted so far. When it cannot be written it is kept for the next time, and the error goes on. */
  flush(): Promise<void> {
    this.#flushing = this.#flushing.catch(() => {}).then(() => this.#write());
    return this.#flushing;
  }

  /** Writes the rest and counts no more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.flush();
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
  for (const field of FIELDS) totals[field] = numberField(row, field);
  return totals;
}

function addInto(sum: UsageTotals, more: UsageTotals): void {
  for (const field of FIELDS) sum[field] += more[field];
}

function zero(): UsageTotals {
  return {
    calls: 0, failures: 0, cachedResults: 0, executionMs: 0, databaseQueries: 0, documentsRead: 0, bytesRead: 0,
    documentsWritten: 0, bytesWritten: 0, functionsScheduled: 0, scheduledFunctionArgsBytes: 0,
  };
}
