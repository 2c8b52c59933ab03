import { UserError, invariant } from "../errors.ts";
import { decodeId, mustDecodeId } from "../values/ids.ts";
import type { JsonObject, JsonValue } from "../values/json.ts";
import { TABLES_INDEX } from "../storage/catalog.ts";
import { FIRST_KEY, idKey, pointRange, prefixRange } from "../storage/indexKeys.ts";
import { DocumentCursor, parseDocument } from "../query/cursor.ts";
import { expectedRows, planAccess, planSteps, type Access } from "../query/plan.ts";
import { HiddenWrites, type RowSource } from "../query/hiddenWrites.ts";
import { NO_ROWS, openScan } from "../query/scan.ts";
import { paginate } from "../query/paginate.ts";
import { SearchScan } from "../search/searchScan.ts";
import type { QueryJson } from "../query/types.ts";
import type { StoredDocument } from "../storage/documentStore.ts";
import { documentSize } from "../values/size.ts";
import type { Table } from "../storage/catalog.ts";
import { ExecutionState, type Clock } from "./state.ts";
import type { ComponentPath, Page, PaginateOptions, QueryCursor, ReadSet, Timestamp, Transaction, TransactionMetrics, UsageCounts } from "./types.ts";
import { insertDocument, locate, patchDocument, removeDocument, replaceDocument, type Located } from "./writes.ts";

/** The {@link Transaction} of one execution: a front door to the state that the query and write modules work on. */
export class DatabaseTransaction implements Transaction {
  readonly #state: ExecutionState;
  readonly #clock: Clock;

  constructor(state: ExecutionState, clock: Clock) {
    this.#state = state;
    this.#clock = clock;
  }

  /** For modules that work below the contract, like schema changes. */
  get state(): ExecutionState {
    return this.#state;
  }

  get isMutation(): boolean {
    return this.#state.isMutation;
  }

  get beginTs(): Timestamp {
    return this.#state.beginTs;
  }

  get readSet(): ReadSet {
    return this.#state.reads.build();
  }

  get usage(): Readonly<UsageCounts> {
    return this.#state.meter.usage();
  }

  get readingMs(): number {
    return this.#state.readingMs;
  }

  metrics(): TransactionMetrics {
    return this.#state.meter.metrics();
  }

  get(component: ComponentPath, id: string): JsonObject | null {
    const json = this.getJson(component, id);
    return json === null ? null : parseDocument(json);
  }

  getJson(component: ComponentPath, id: string): string | null {
    return readById(this.#state, component, id)?.json ?? null;
  }

  query(component: ComponentPath, query: QueryJson): QueryCursor {
    this.#state.assertLive();
    const access = planAccess(this.#state, component, query.source);
    return new DocumentCursor(this.#state, openSource(this.#state, access, expectedRows(query)), planSteps(query.operators));
  }

  paginate(component: ComponentPath, query: QueryJson, options: PaginateOptions): Page {
    this.#state.assertLive();
    return paginate(this.#state, component, { query, options });
  }

  count(component: ComponentPath, table: string): number {
    this.#state.assertLive();
    const found = this.#state.findTable(component, table);
    if (found === undefined) return 0;
    this.#state.meter.add("databaseQueries", 1);
    this.#state.reads.addRange(found.byId.idx, { from: FIRST_KEY, to: null });
    return countDocuments(this.#state, found);
  }

  listTables(component: ComponentPath): string[] {
    this.#state.assertLive();
    this.#state.reads.addRange(TABLES_INDEX, prefixRange([component]));
    return this.#state.database.catalog.tables(component).map(({ name }) => name).filter((name) => !name.startsWith("_"));
  }

  normalizeId(component: ComponentPath, table: string, id: string): string | null {
    const decoded = decodeId(id);
    if (decoded === null) return null;
    return this.#state.findTable(component, table)?.number === decoded.tableNumber ? id : null;
  }

  tableOfId(component: ComponentPath, id: string): string | null {
    const decoded = decodeId(id);
    return decoded === null ? null : (this.#state.findTableOfNumber(component, decoded.tableNumber)?.name ?? null);
  }

  insert(component: ComponentPath, table: string, fields: JsonObject, options: { import?: boolean } = {}): string {
    return insertDocument(this.#state, this.#clock, { component, table, fields, isImport: options.import === true });
  }

  patch(component: ComponentPath, id: string, fields: { [field: string]: JsonValue | undefined }): JsonObject {
    return patchDocument(this.#state, this.#mustLocate("Update", component, id), fields);
  }

  replace(component: ComponentPath, id: string, fields: JsonObject): JsonObject {
    return replaceDocument(this.#state, this.#mustLocate("Replace", component, id), fields);
  }

  remove(component: ComponentPath, id: string): JsonObject {
    return removeDocument(this.#state, this.#mustLocate("Delete", component, id));
  }

  async nested<T>(body: () => Promise<T>, options: { limits?: Partial<UsageCounts> } = {}): Promise<T> {
    const state = this.#state;
    state.assertLive();
    state.enter();
    const depth = state.depth;
    const restore = options.limits === undefined ? null : state.meter.lower(options.limits);
    try {
      const value = await body();
      state.assertLive();
      invariant(state.depth === depth, "nested calls do not overlap");
      state.keep();
      return value;
    } catch (error) {
      // An abandoned execution was undone as a whole already.
      if (state.isLive) {
        invariant(state.depth === depth, "nested calls do not overlap");
        state.undo();
      }
      throw error;
    } finally {
      restore?.();
    }
  }

  countScheduled(argsBytes: number): void {
    this.#state.meter.add("functionsScheduled", 1);
    this.#state.meter.add("scheduledFunctionArgsBytes", argsBytes);
  }

  #mustLocate(verb: "Update" | "Replace" | "Delete", component: ComponentPath, id: string): Located {
    this.#state.assertLive();
    const located = locate(this.#state, component, id);
    if (located === null) throw new UserError("NonexistentDocument", `${verb} on nonexistent document ID ${id}`);
    // A write depends on the document it finds, and counts as a read of it.
    this.#state.reads.addRange(located.table.byId.idx, pointRange(idKey(id)));
    if (!located.table.name.startsWith("_")) {
      this.#state.meter.add("databaseQueries", 1);
      this.#state.meter.addRead(located.stored.size);
    }
    return located;
  }
}

/** The state behind a transaction of {@link DatabaseRunner}. */
export function executionState(tx: Transaction): ExecutionState {
  invariant(tx instanceof DatabaseTransaction, "the transaction is one of this database");
  tx.state.assertLive();
  return tx.state;
}

function readById(state: ExecutionState, component: ComponentPath, id: string): Pick<StoredDocument, "json" | "size"> | null {
  state.assertLive();
  const { tableNumber } = mustDecodeId(id);
  const table = state.findTableOfNumber(component, tableNumber);
  if (table === undefined) return null;
  const key = idKey(id);
  const isMetered = !table.name.startsWith("_");
  if (isMetered) state.meter.add("databaseQueries", 1);
  state.reads.addRange(table.byId.idx, pointRange(key));
  const stored = storedDocument(state, table, { id, key });
  if (stored === null) return null;
  if (isMetered) state.meter.addRead(stored.size);
  return stored;
}

function storedDocument(state: ExecutionState, table: Table, wanted: { id: string; key: Uint8Array }): Pick<StoredDocument, "json" | "size"> | null {
  const before = state.hidden?.before(table, wanted.id);
  if (before === undefined) return state.database.documents.byKey(table.byId.idx, wanted.key) ?? null;
  return before === null ? null : { json: JSON.stringify(before), size: documentSize(before) };
}

function countDocuments(state: ExecutionState, table: Table): number {
  let count = state.database.count(table.tbl);
  for (const id of state.hidden?.written(table) ?? []) {
    count += Number(state.hidden?.before(table, id) !== null);
    count -= Number(state.database.documents.byKey(table.byId.idx, idKey(id)) !== undefined);
  }
  return count;
}

/**
 * The database as it was when the transaction began, for a nested query that asks for that: without the transaction's
 * own writes, and leaving no trace in its read set; its reads count as the transaction's. A text search finds what is
 * in the index now, own writes included.
 */
export function snapshotOf(tx: Transaction): Transaction {
  const { database, beginTs, writes, meter } = executionState(tx);
  const hidden = new HiddenWrites(database.catalog, writes);
  return new DatabaseTransaction(new ExecutionState({ database, isMutation: false, beginTs, hidden, meter }), { lastCreationTime: 0 });
}

function openSource(state: ExecutionState, access: Access, expected: number | undefined): RowSource {
  switch (access.kind) {
    case "nothing": return NO_ROWS;
    case "scan": return openScan(state, access, { expected });
    case "search": return new SearchScan(state, access, { after: null, last: null });
    default: return access satisfies never;
  }
}
