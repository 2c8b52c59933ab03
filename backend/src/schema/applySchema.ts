import { UserError } from "../errors.ts";
import { checkValue } from "../values/validators.ts";
import type { Catalog, DatabaseIndex, Table } from "../storage/catalog.ts";
import { indexesOf } from "../storage/catalog.ts";
import { executionState } from "../transaction/transaction.ts";
import type { ExecutionState } from "../transaction/state.ts";
import { tableNames, userFields } from "../transaction/writes.ts";
import type { ComponentPath, Transaction } from "../transaction/types.ts";
import { backfillDocument, TableWalk } from "./backfill.ts";
import { desiredIndexes, hasSpec, isBuiltIn, type DesiredIndex } from "./desired.ts";
import { diffIndexes, type IndexDiff } from "./indexDiff.ts";
import { checkTableName } from "./names.ts";
import type { SchemaJson, ValidatorJson } from "./types.ts";

/**
 * Makes a schema the one that a component's writes must obey: creates its tables, creates, fills and drops indexes,
 * and checks the documents that are there. `null` removes the schema and all developer indexes. All of it is part of
 * the transaction; whatever {@link prepareSchema} has done before need not be done again.
 *
 * @returns what changed about the indexes.
 * @throws UserError for a schema that breaks a rule, and for a document that does not match.
 */
export function applySchema(tx: Transaction, component: ComponentPath, schema: SchemaJson | null): IndexDiff {
  const state = executionState(tx);
  if (schema !== null) {
    createTables(state, component, [...desiredIndexes(schema).keys()]);
    checkDocuments(state, component, schema);
  }
  return applyCheckedSchema(tx, component, schema);
}

/** {@link applySchema}, for documents that are known to match. */
export function applyCheckedSchema(tx: Transaction, component: ComponentPath, schema: SchemaJson | null): IndexDiff {
  const state = executionState(tx);
  const { catalog } = state.database;
  const diff = diffIndexes(catalog, component, schema);
  const desired = schema === null ? new Map<string, DesiredIndex[]>() : desiredIndexes(schema);
  createTables(state, component, [...desired.keys()]);
  for (const table of catalog.tables(component)) {
    if (!table.name.startsWith("_")) changeIndexes(state, table, desired.get(table.name) ?? []);
  }
  if (JSON.stringify(catalog.schema(component)?.json ?? null) !== JSON.stringify(schema)) {
    state.prepareWrite();
    catalog.setSchema(component, schema);
  }
  return diff;
}

function createTables(state: ExecutionState, component: ComponentPath, names: readonly string[]): void {
  for (const name of names) {
    if (state.database.catalog.table(component, name) === undefined) state.createTable(component, name);
  }
}

/** Brings a table's developer indexes to what is wanted. */
function changeIndexes(state: ExecutionState, table: Table, wanted: readonly DesiredIndex[]): void {
  const { catalog } = state.database;
  let isChanged = false;
  const current = (): Table => mustTable(catalog, table);
  const change = (): void => {
    state.prepareWrite();
    isChanged = true;
  };
  for (const index of indexesOf(table)) {
    if (isBuiltIn(table, index) || wanted.some(({ name, spec }) => name === index.name && hasSpec(index, spec))) continue;
    change();
    catalog.dropIndex(current(), index.idx);
  }
  for (const { name, spec, isStaged } of wanted) {
    const existing = indexesOf(current()).find((index) => index.name === name && hasSpec(index, spec));
    const target = isStaged ? "staged" : "ready";
    if (existing?.state === target) continue;
    change();
    if (existing === undefined) {
      const index = catalog.addIndex(current(), name, { spec, state: target });
      const walk = new TableWalk(state.database, table);
      while (walk.step((document, row) => backfillDocument(state.database, index, { document, row }))) continue;
    } else if (existing.state === "backfilling") {
      // Left behind by a preparation that did not finish.
      catalog.dropIndex(current(), existing.idx);
      changeIndexes(state, current(), wanted);
    } else {
      catalog.setIndexState(current(), existing.idx, target);
    }
  }
  if (isChanged) state.logCatalogChange(table);
}

function mustTable(catalog: Catalog, table: Table): Table {
  const found = catalog.tableOfTbl(table.tbl);
  if (found === undefined) throw new Error(`Invariant: table ${table.name} exists`);
  return found;
}

/** Checks every document of the tables whose type is new. */
function checkDocuments(state: ExecutionState, component: ComponentPath, schema: SchemaJson): void {
  for (const { table, validator } of tablesToCheck(state.database.catalog, component, schema)) {
    const walk = new TableWalk(state.database, table);
    while (walk.step((document) => checkDocument(state, { table, validator }, document))) continue;
  }
}

/** A table with documents that may break the type a schema now gives it. */
export interface TableToCheck {
  readonly table: Table;
  readonly validator: ValidatorJson;
}

/** The tables whose documents a schema must be checked against: those whose type differs from the enforced one. */
export function tablesToCheck(catalog: Catalog, component: ComponentPath, schema: SchemaJson): TableToCheck[] {
  if (!schema.schemaValidation) return [];
  const enforced = catalog.schema(component)?.documentTypes;
  const result: TableToCheck[] = [];
  for (const { tableName, documentType } of schema.tables) {
    const table = catalog.table(component, tableName);
    if (table === undefined || documentType === null || documentType.type === "any") continue;
    if (JSON.stringify(enforced?.get(tableName)) !== JSON.stringify(documentType)) result.push({ table, validator: documentType });
  }
  return result;
}

/** @throws UserError naming the document when it does not match. */
export function checkDocument(state: Pick<ExecutionState, "database">, target: TableToCheck, document: Parameters<typeof userFields>[0]): void {
  const failure = checkValue(target.validator, userFields(document), tableNames(state, target.table.component));
  if (failure === null) return;
  throw new UserError("SchemaValidationError", `Document with ID "${String(document["_id"])}" in table "${target.table.name}" does not match the schema: ${failure}`);
}

/** A system table and its indexes; `fields` are given in full but for `_creationTime`, which is added at the end. */
export interface SystemTable {
  readonly name: string;
  readonly indexes: readonly { readonly name: string; readonly fields: readonly string[] }[];
}

/** Makes sure that a component has these system tables with exactly these indexes. Cheap when it has. */
export function defineSystemTables(tx: Transaction, component: ComponentPath, tables: readonly SystemTable[]): void {
  const state = executionState(tx);
  for (const { name, indexes } of tables) {
    checkTableName(name);
    if (!name.startsWith("_")) throw new Error(`Invariant: system table ${name} begins with an underscore`);
    const table = state.database.catalog.table(component, name) ?? state.createTable(component, name);
    const wanted = indexes.map((index) => ({ name: index.name, spec: { kind: "database" as const, fields: [...index.fields, "_creationTime"] }, isStaged: false }));
    changeIndexes(state, table, wanted);
  }
}

/** A table's indexes of the database kind, `fields` as queries use them; empty for a table that does not exist. */
export function listIndexes(catalog: Catalog, component: ComponentPath, table: string): readonly DatabaseIndex[] {
  return catalog.table(component, table)?.databaseIndexes ?? [];
}
