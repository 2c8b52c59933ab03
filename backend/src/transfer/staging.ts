import { indexesOf, type AnyIndex, type Catalog, type IndexSpec, type Table } from "../storage/catalog.ts";
import { FIRST_KEY } from "../storage/indexKeys.ts";
import { isBuiltIn } from "../schema/desired.ts";
import { executionState } from "../transaction/transaction.ts";
import type { ExecutionState } from "../transaction/state.ts";
import type { ComponentPath, Transaction, TransactionRunner } from "../transaction/types.ts";
import { addImportedFile, releaseFiles } from "../files/fileRows.ts";
import { importError } from "./importError.ts";

/** Components that only imports see: tables being filled, and tables that were replaced and wait to be emptied. */
const HIDDEN = "_import:";
const REMOVED_AT_ONCE = 500;

/** A table being filled beside the one whose place it will take. */
export interface StagedTable {
  readonly target: { readonly component: ComponentPath; readonly name: string };
  readonly hidden: ComponentPath;
  readonly number: number;
  /** How the target was when the staging began. */
  readonly shape: string;
}

/** Makes the empty twin of a table, with its indexes; it is filled like any table. */
export function stageTable(tx: Transaction, importId: string, wanted: { component: ComponentPath; name: string; number: number | undefined }): StagedTable {
  const { component, name } = wanted;
  const state = executionState(tx);
  const { catalog } = state.database;
  const hidden = `${HIDDEN}${importId}:new:${component}`;
  const existing = catalog.table(component, name);
  const number = wanted.number ?? existing?.number ?? freeNumber(catalog, [component, hidden], name);
  if (catalog.tableOfNumber(hidden, number) !== undefined) throw importError("TableNumberConflict", `Two tables of the import have ids with the same table number ${number}. One of them is "${name}".`);
  let table = state.createTable(hidden, name, number);
  for (const index of developerIndexes(existing)) {
    catalog.addIndex(table, index.name, { spec: specOf(index), state: index.state });
    table = catalog.tableOfTbl(table.tbl) ?? table;
  }
  return { target: { component, name }, hidden, number, shape: shapeOf(catalog, component, name) };
}

function freeNumber(catalog: Catalog, components: readonly ComponentPath[], name: string): number {
  return Math.max(...components.map((component) => catalog.freeNumber(component, name.startsWith("_"))));
}

function developerIndexes(table: Table | undefined): AnyIndex[] {
  return table === undefined ? [] : indexesOf(table).filter((index) => !isBuiltIn(table, index));
}

function specOf(index: AnyIndex): IndexSpec {
  switch (index.kind) {
    case "database": return { kind: "database", fields: index.fields };
    case "text": return { kind: "text", searchField: index.searchField, filterFields: index.filterFields };
    case "vector": return { kind: "vector", vectorField: index.vectorField, dimensions: index.dimensions, filterFields: index.filterFields };
    default: return index satisfies never;
  }
}

/** What must not change while a twin is filled: the table's indexes and the component's schema. */
function shapeOf(catalog: Catalog, component: ComponentPath, name: string): string {
  const indexes = developerIndexes(catalog.table(component, name)).map((index) => [index.name, index.state, specOf(index)]);
  return JSON.stringify([indexes, catalog.schema(component)?.json ?? null]);
}

export interface Swap {
  readonly importId: string;
  readonly staged: readonly StagedTable[];
  /** Tables that go without a successor. */
  readonly dropped: readonly { readonly component: ComponentPath; readonly name: string }[];
  readonly files: readonly { readonly componentPath: ComponentPath; readonly storageId: string; readonly uuid: string }[];
  /** The tables must still be empty. */
  readonly requireEmpty: boolean;
}

/**
 * Puts filled tables in the place of their targets, all at once. The old ones become hidden, see {@link sweepHidden}.
 *
 * @throws UserError when the schema changed meanwhile, when a table that had to be empty is not, and when a table that
 * stays has the number of an imported one.
 */
export function swapTables(tx: Transaction, { importId, staged, dropped, files, requireEmpty }: Swap): void {
  const state = executionState(tx);
  const { catalog } = state.database;
  for (const { target, shape } of staged) {
    if (shapeOf(catalog, target.component, target.name) !== shape) throw importError("SchemaChanged", `The schema of table "${target.name}" changed while the import was running. Import again.`);
    const existing = catalog.table(target.component, target.name);
    if (requireEmpty && existing !== undefined && state.database.count(existing.tbl) > 0) throw tableExists(target.name);
  }
  for (const { component, name } of [...staged.map(({ target }) => target), ...dropped]) {
    if (name === "_storage") releaseFiles(tx, component);
    const old = catalog.table(component, name);
    if (old === undefined) continue;
    move(state, old, { component: `${HIDDEN}${importId}:old:${component}`, name, number: old.number });
  }
  for (const { target, hidden, number } of staged) {
    makeRoom(state, target.component, { hidden, number, name: target.name });
    const table = catalog.table(hidden, target.name);
    if (table === undefined) throw new Error(`Invariant: the staged table ${target.name} is there`);
    move(state, table, { ...target, number });
  }
  for (const file of files) addImportedFile(tx, file);
}

export function tableExists(name: string): Error {
  return importError("TableExists", `Table ${name} already exists. Please choose a new table name or use replace/append modes.`);
}

function move(state: ExecutionState, table: Table, to: Pick<Table, "component" | "name" | "number">): void {
  state.prepareWrite();
  state.logCatalogChange(table);
  state.database.catalog.moveTable(table, to);
  const moved = state.database.catalog.tableOfTbl(table.tbl);
  if (moved !== undefined) state.logCatalogChange(moved);
}

/** An empty table gives its number away; one with documents cannot: their ids carry it. */
function makeRoom(state: ExecutionState, component: ComponentPath, wanted: { hidden: ComponentPath; number: number; name: string }): void {
  const { catalog } = state.database;
  const other = catalog.tableOfNumber(component, wanted.number);
  if (other === undefined) return;
  if (state.database.count(other.tbl) > 0) {
    throw importError("TableNumberConflict", `The ids of the imported table "${wanted.name}" have the table number ${wanted.number}, which belongs to table "${other.name}" here. Import "${other.name}" as well, empty it, or use a fresh deployment.`);
  }
  move(state, other, { component, name: other.name, number: freeNumber(catalog, [component, wanted.hidden], other.name) });
}

/** Empties and drops hidden tables, a little at a time. Returns at once when `isEnough` says so; the rest waits for the next start. */
export async function sweepHidden(transactions: TransactionRunner, isMine: (hidden: ComponentPath) => boolean, isEnough: () => boolean): Promise<void> {
  while (!isEnough()) {
    const { value: isMore } = await transactions.mutate(async (tx) => {
      const state = executionState(tx);
      const { catalog, documents } = state.database;
      const component = catalog.components().find((path) => path.startsWith(HIDDEN) && isMine(path) && catalog.tables(path).length > 0);
      const [table] = component === undefined ? [] : catalog.tables(component);
      if (table === undefined) return false;
      const rows = documents.scan(table.byCreationTime.idx, { from: FIRST_KEY, to: null }, { order: "asc", limit: REMOVED_AT_ONCE });
      // Stored by the write path, which always sets the id.
      for (const { json } of rows) tx.remove(table.component, String((JSON.parse(json) as { _id: unknown })._id));
      if (rows.length < REMOVED_AT_ONCE) {
        state.prepareWrite();
        catalog.dropTable(table);
      }
      return true;
    });
    if (!isMore) return;
  }
}

/** Whether a hidden component belongs to an import. */
export function isOfImport(importId: string): (hidden: ComponentPath) => boolean {
  return (hidden) => hidden.startsWith(`${HIDDEN}${importId}:`);
}
