import { invariant } from "../../errors.ts";
import type { Ports } from "../../ports.ts";
import type { QueryJson } from "../../query/types.ts";
import { SYSTEM_TABLES } from "../../schema/systemTables.ts";
import type { Commit, DocumentWrite, QueryCursor, Transaction, TransactionMetrics, UsageCounts } from "../../transaction/types.ts";
import type { Store } from "../rows.ts";
import { compareValues } from "../../values/compare.ts";
import { decodeId, encodeId, newInternalId } from "../../values/ids.ts";
import type { JsonObject, JsonValue } from "../../values/json.ts";

/** Documents of one table by id, in order of their creation. */
type Tables = Map<string, Map<string, JsonObject>>;

/**
 * A plain model of the transaction layer for unit tests: maps, sorted when read, one execution at a time, every commit
 * durable at once. It knows index ranges over top-level fields and nothing of limits, schemas or read sets.
 */
export class MemoryStore implements Store {
  latestTs = 0n;
  /** While set, every `mutate` fails with it after its body ran, as a full disk would make it. */
  trouble: Error | null = null;
  readonly #ports: Ports;
  readonly #listeners = new Set<(commit: Commit) => void>();
  readonly #numbers = new Map<string, number>();
  #tables: Tables = new Map();
  #queue: Promise<unknown> = Promise.resolve();
  #creation = 0;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  query<T>(body: (tx: Transaction) => Promise<T>) {
    return this.#enqueue(async () => {
      const tx = new MemoryTransaction(this.#tables, this.#world(false));
      return this.#result(await body(tx), tx);
    });
  }

  mutate<T>(body: (tx: Transaction) => Promise<T>) {
    return this.#enqueue(async () => {
      const tx = new MemoryTransaction(copy(this.#tables), this.#world(true));
      const value = await body(tx);
      if (this.trouble !== null) throw this.trouble;
      this.#tables = tx.tables;
      this.latestTs += 1n;
      const commit: Commit = { ts: this.latestTs, writes: tx.writes };
      if (tx.writes.length > 0) for (const listener of this.#listeners) listener(commit);
      return this.#result(value, tx);
    });
  }

  onCommit(listener: (commit: Commit) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Every document of a table, for assertions. */
  rows(component: string, table: string): JsonObject[] {
    return [...(this.#tables.get(`${component}|${table}`)?.values() ?? [])];
  }

  #result<T>(value: T, tx: MemoryTransaction) {
    return { value, ts: this.latestTs, readSet: tx.readSet, usage: tx.usage };
  }

  #world(isMutation: boolean): World {
    return {
      isMutation,
      ports: this.#ports,
      nextCreation: () => ++this.#creation,
      numberOf: (component, table) => {
        const key = `${component}|${table}`;
        const number = this.#numbers.get(key) ?? 513 + [...this.#numbers.keys()].filter((other) => other.startsWith(`${component}|`)).length;
        this.#numbers.set(key, number);
        return number;
      },
      tableOf: (component, number) =>
        [...this.#numbers].find(([key, value]) => value === number && key.startsWith(`${component}|`))?.[0].split("|")[1] ?? null,
    };
  }

  #enqueue<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(run);
    this.#queue = result.then(() => {}, () => {});
    return result;
  }
}

interface World {
  readonly isMutation: boolean;
  readonly ports: Ports;
  nextCreation(): number;
  numberOf(component: string, table: string): number;
  tableOf(component: string, number: number): string | null;
}

class MemoryTransaction implements Transaction {
  readonly isMutation: boolean;
  readonly beginTs: bigint;
  readonly readSet = { ranges: new Map(), searches: new Map() };
  readonly usage: UsageCounts = {
    databaseQueries: 0, documentsRead: 0, bytesRead: 0, documentsWritten: 0, bytesWritten: 0, functionsScheduled: 0,
    scheduledFunctionArgsBytes: 0,
  };
  readonly readingMs = 0;
  readonly writes: DocumentWrite[] = [];
  readonly #world: World;
  tables: Tables;

  constructor(tables: Tables, world: World) {
    this.tables = tables;
    this.isMutation = world.isMutation;
    this.beginTs = BigInt(Math.floor(world.ports.nowMs())) * 1_000_000n;
    this.#world = world;
  }

  get(component: string, id: string): JsonObject | null {
    return this.tables.get(`${component}|${this.tableOfId(component, id) ?? ""}`)?.get(id) ?? null;
  }

  getJson(component: string, id: string): string | null {
    return textOf(this.get(component, id));
  }

  query(component: string, query: QueryJson): QueryCursor {
    const rows = this.#select(component, query);
    const next = (): JsonObject | null => rows.shift() ?? null;
    return { next, nextJson: () => textOf(next()), close: () => {} };
  }

  paginate(): never {
    throw new Error("the model does not paginate");
  }

  count(component: string, table: string): number {
    return this.tables.get(`${component}|${table}`)?.size ?? 0;
  }

  listTables(component: string): string[] {
    const names = [...this.tables.keys()].filter((key) => key.startsWith(`${component}|`)).map((key) => key.slice(component.length + 1));
    return names.filter((name) => !name.startsWith("_")).sort();
  }

  normalizeId(component: string, table: string, id: string): string | null {
    return this.tableOfId(component, id) === table ? id : null;
  }

  tableOfId(component: string, id: string): string | null {
    const decoded = decodeId(id);
    return decoded === null ? null : this.#world.tableOf(component, decoded.tableNumber);
  }

  insert(component: string, table: string, fields: JsonObject): string {
    const id = encodeId(this.#world.numberOf(component, table), newInternalId(this.#world.ports));
    this.#write(component, table, id, { ...fields, _id: id, _creationTime: this.#world.nextCreation() });
    return id;
  }

  patch(component: string, id: string, fields: { [field: string]: JsonValue | undefined }): JsonObject {
    const merged = { ...this.#mustGet(component, id), ...fields };
    // Fields set to undefined were dropped, so only values are left.
    const after = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined)) as JsonObject;
    return this.#write(component, this.tableOfId(component, id) ?? "", id, after) ?? after;
  }

  replace(component: string, id: string, fields: JsonObject): JsonObject {
    const { _id, _creationTime } = this.#mustGet(component, id);
    const after = { ...fields, _id: _id ?? null, _creationTime: _creationTime ?? null };
    return this.#write(component, this.tableOfId(component, id) ?? "", id, after) ?? after;
  }

  remove(component: string, id: string): JsonObject {
    const before = this.#mustGet(component, id);
    this.#write(component, this.tableOfId(component, id) ?? "", id, null);
    return before;
  }

  async nested<T>(body: () => Promise<T>): Promise<T> {
    const saved = copy(this.tables);
    try {
      return await body();
    } catch (error) {
      this.tables = saved;
      throw error;
    }
  }

  countScheduled(argsBytes: number): void {
    this.usage.functionsScheduled += 1;
    this.usage.scheduledFunctionArgsBytes += argsBytes;
  }

  metrics(): TransactionMetrics {
    const counters = Object.entries(this.usage).map(([counter, used]) => [counter, { used, remaining: Number.MAX_SAFE_INTEGER }]);
    // The same counters as in `usage`.
    return Object.fromEntries(counters) as TransactionMetrics;
  }

  #select(component: string, query: QueryJson): JsonObject[] {
    const { source } = query;
    invariant(source.type === "IndexRange", "the model reads index ranges only");
    const [table = "", index] = source.indexName.split(".");
    const fields = SYSTEM_TABLES.find((candidate) => candidate.tableName === table)?.indexes.find((candidate) => candidate.indexDescriptor === index)?.fields;
    invariant(fields !== undefined, `no index ${source.indexName}`);
    const order = [...fields, "_creationTime"];
    const matches = [...(this.tables.get(`${component}|${table}`)?.values() ?? [])].filter((row) => source.range.every((bound) => {
      const sign = compareValues(row[bound.fieldPath], bound.value);
      return { Eq: sign === 0, Gt: sign > 0, Gte: sign >= 0, Lt: sign < 0, Lte: sign <= 0 }[bound.type];
    }));
    matches.sort((a, b) => order.map((field) => compareValues(a[field], b[field])).find((sign) => sign !== 0) ?? 0);
    if (source.order === "desc") matches.reverse();
    const limit = query.operators.find((operator) => "limit" in operator);
    return limit === undefined ? matches : matches.slice(0, limit.limit);
  }

  #mustGet(component: string, id: string): JsonObject {
    const row = this.get(component, id);
    if (row === null) throw new Error(`no document ${id}`);
    return row;
  }

  #write(component: string, table: string, id: string, after: JsonObject | null): JsonObject | null {
    invariant(this.isMutation, "a query cannot write");
    const key = `${component}|${table}`;
    const rows = this.tables.get(key) ?? new Map<string, JsonObject>();
    this.tables.set(key, rows);
    this.writes.push({ componentPath: component, table, id, before: rows.get(id) ?? null, after, keys: [], texts: [] });
    if (after === null) rows.delete(id);
    else rows.set(id, after);
    return after;
  }
}

function textOf(document: JsonObject | null): string | null {
  return document === null ? null : JSON.stringify(document);
}

function copy(tables: Tables): Tables {
  return new Map([...tables].map(([key, rows]) => [key, new Map(rows)]));
}
