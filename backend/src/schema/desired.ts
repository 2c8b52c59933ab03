import { UserError } from "../errors.ts";
import type { AnyIndex, IndexSpec, Table } from "../storage/catalog.ts";
import { checkIndexedFields } from "./indexFields.ts";
import { checkIndexName, checkTableName } from "./names.ts";
import type { SchemaJson, TableJson } from "./types.ts";

/** An index that a schema asks for. */
export interface DesiredIndex {
  readonly name: string;
  readonly spec: IndexSpec;
  /** Kept up to date but not queried yet. */
  readonly isStaged: boolean;
}

const MAX_INDEXES = 64;
const MAX_INDEX_FIELDS = 16;
const MAX_FILTER_FIELDS = 16;
const MIN_DIMENSIONS = 2;
const MAX_DIMENSIONS = 4096;

/**
 * A schema's tables and indexes.
 *
 * @throws UserError with the table and index for a schema that breaks a rule.
 */
export function desiredIndexes(schema: SchemaJson): Map<string, DesiredIndex[]> {
  const tables = new Map<string, DesiredIndex[]>();
  for (const table of schema.tables) {
    checkTableName(table.tableName);
    if (table.tableName.startsWith("_")) throw new UserError("InvalidTableName", `Table name "${table.tableName}" begins with an underscore, which is reserved for system tables.`);
    if (tables.has(table.tableName)) throw new UserError("DuplicateTable", `Table "${table.tableName}" is defined twice.`);
    const indexes = indexesOfTable(table);
    // Without validation documents may have fields that the schema does not name.
    if (schema.schemaValidation) for (const { name, spec } of indexes) checkIndexedFields(table, name, spec);
    tables.set(table.tableName, indexes);
  }
  return tables;
}

function indexesOfTable(table: TableJson): DesiredIndex[] {
  const indexes: DesiredIndex[] = [];
  const add = (name: string, spec: IndexSpec, isStaged: boolean): void => {
    checkIndexName(table.tableName, name);
    if (indexes.some((index) => index.name === name)) {
      throw new UserError("IndexNotUnique", `In table "${table.tableName}" the index "${name}" is defined twice. Index names must be unique within a table.`);
    }
    checkSpec(`${table.tableName}.${name}`, spec);
    indexes.push({ name, spec, isStaged });
  };
  for (const [list, isStaged] of [[table.indexes, false], [table.stagedDbIndexes ?? [], true]] as const) {
    for (const { indexDescriptor, fields } of list) {
      checkFields(`${table.tableName}.${indexDescriptor}`, fields);
      add(indexDescriptor, { kind: "database", fields: [...fields, "_creationTime"] }, isStaged);
    }
  }
  for (const [list, isStaged] of [[table.searchIndexes, false], [table.stagedSearchIndexes ?? [], true]] as const) {
    for (const { indexDescriptor, searchField, filterFields } of list) add(indexDescriptor, { kind: "text", searchField, filterFields: [...filterFields].sort() }, isStaged);
  }
  for (const [list, isStaged] of [[table.vectorIndexes, false], [table.stagedVectorIndexes ?? [], true]] as const) {
    for (const { indexDescriptor, vectorField, dimensions, filterFields } of list) {
      add(indexDescriptor, { kind: "vector", vectorField, dimensions, filterFields: [...filterFields].sort() }, isStaged);
    }
  }
  if (indexes.length <= MAX_INDEXES) return indexes;
  throw new UserError("TooManyIndexes", `Table "${table.tableName}" has too many indexes (${indexes.length} > maximum ${MAX_INDEXES}).`);
}

function checkFields(name: string, fields: readonly string[]): void {
  if (fields.length === 0) throw new UserError("EmptyIndex", `Index ${name} must have at least one field.`);
  if (fields.length > MAX_INDEX_FIELDS) throw new UserError("TooManyIndexFields", `Index ${name} has too many fields (${fields.length} > maximum ${MAX_INDEX_FIELDS}).`);
  const repeated = fields.find((field, position) => fields.indexOf(field) !== position);
  if (repeated !== undefined) throw new UserError("DuplicateIndexField", `Index ${name} has the field "${repeated}" twice.`);
  if (fields.includes("_creationTime")) {
    throw new UserError("IndexFieldReserved", `Index ${name} names "_creationTime", which is automatically added to the end of each index. Remove it from the index's fields.`);
  }
  if (fields.includes("_id")) throw new UserError("IndexFieldReserved", `Index ${name} names "_id", which cannot be indexed; use the built-in index "by_id".`);
}

function checkSpec(name: string, spec: IndexSpec): void {
  if (spec.kind === "database") return;
  if (spec.filterFields.length > MAX_FILTER_FIELDS) {
    throw new UserError("TooManyFilterFields", `Index ${name} has too many filter fields (${spec.filterFields.length} > maximum ${MAX_FILTER_FIELDS}).`);
  }
  if (spec.kind !== "vector") return;
  if (Number.isInteger(spec.dimensions) && spec.dimensions >= MIN_DIMENSIONS && spec.dimensions <= MAX_DIMENSIONS) return;
  throw new UserError("InvalidDimensions", `Vector index ${name} has ${spec.dimensions} dimensions; it must be an integer from ${MIN_DIMENSIONS} to ${MAX_DIMENSIONS}.`);
}

/** Whether a stored index is made like this. */
export function hasSpec(index: AnyIndex, spec: IndexSpec): boolean {
  return JSON.stringify(specOf(index)) === JSON.stringify(specOf(spec));
}

function specOf(index: AnyIndex | IndexSpec): unknown[] {
  switch (index.kind) {
    case "database": return ["database", index.fields];
    case "text": return ["text", index.searchField, index.filterFields];
    case "vector": return ["vector", index.vectorField, index.dimensions, index.filterFields];
    default: return index satisfies never;
  }
}

/** Whether the table came with its index, or a developer asked for it. */
export function isBuiltIn(table: Table, index: AnyIndex): boolean {
  return index.idx === table.byId.idx || index.idx === table.byCreationTime.idx;
}
