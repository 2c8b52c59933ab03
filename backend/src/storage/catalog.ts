import type { ComponentPath } from "../transaction/types.ts";
import type { SchemaJson, ValidatorJson } from "../schema/types.ts";
import { invariant } from "../errors.ts";
import type { Sqlite } from "./sqlite.ts";

/** Only a `ready` index answers queries; the others are kept up to date by writes and wait for their turn. */
export type IndexState = "ready" | "backfilling" | "staged";

/** An index of the database kind. `fields` is complete: a developer's index ends with `_creationTime`. */
export interface DatabaseIndex {
  readonly idx: number;
  readonly kind: "database";
  readonly name: string;
  readonly state: IndexState;
  readonly fields: readonly string[];
  /** `fields`, split at the dots. */
  readonly paths: readonly (readonly string[])[];
}

export interface TextIndex {
  readonly idx: number;
  readonly kind: "text";
  readonly name: string;
  readonly state: IndexState;
  readonly searchField: string;
  readonly filterFields: readonly string[];
}

export interface VectorIndex {
  readonly idx: number;
  readonly kind: "vector";
  readonly name: string;
  readonly state: IndexState;
  readonly vectorField: string;
  readonly dimensions: number;
  readonly filterFields: readonly string[];
}

export type AnyIndex = DatabaseIndex | TextIndex | VectorIndex;

/** What an index is made of, without its place in the store. */
export type IndexSpec =
  | { readonly kind: "database"; readonly fields: readonly string[] }
  | { readonly kind: "text"; readonly searchField: string; readonly filterFields: readonly string[] }
  | { readonly kind: "vector"; readonly vectorField: string; readonly dimensions: number; readonly filterFields: readonly string[] };

/** One table of one component. */
export interface Table {
  /** Its number in the store, unique over all components. */
  readonly tbl: number;
  readonly component: ComponentPath;
  readonly name: string;
  /** The number in its documents' ids, unique within the component. */
  readonly number: number;
  readonly byId: DatabaseIndex;
  readonly byCreationTime: DatabaseIndex;
  /** All of the database kind, the two above included. */
  readonly databaseIndexes: readonly DatabaseIndex[];
  readonly textIndexes: readonly TextIndex[];
  readonly vectorIndexes: readonly VectorIndex[];
}

/** A component's enforced schema, by table. */
export interface ActiveSchema {
  readonly json: SchemaJson;
  readonly documentTypes: ReadonlyMap<string, ValidatorJson>;
}

const FIRST_USER_TABLE = 10_001;
const FIRST_SYSTEM_TABLE = 513;
const MAX_TABLES = 10_000;

/** Index number under which creation of a table is announced: whoever queried a missing table read its key there. */
export const TABLES_INDEX = 0;

interface TableRow { tbl: number; component: string; name: string; number: number }
interface IndexRow { idx: number; tbl: number; kind: string; name: string; spec: string; state: IndexState }

/**
 * Which tables and indexes exist, in memory. Small: it grows with the schema, not with the data. Every change is
 * written through; after a rollback call {@link Catalog.reload}.
 */
export class Catalog {
  readonly #sqlite: Sqlite;
  #byName = new Map<string, Map<string, Table>>();
  #byNumber = new Map<string, Map<number, Table>>();
  #byTbl = new Map<number, Table>();
  #schemas = new Map<string, ActiveSchema>();
  #changes = 0;

  constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite;
    this.reload();
  }

  /** Grows with every change; a caller compares it to learn whether a rollback undid one. */
  get changes(): number {
    return this.#changes;
  }

  table(component: ComponentPath, name: string): Table | undefined {
    return this.#byName.get(component)?.get(name);
  }

  /** The table whose documents' ids carry this number in this component. */
  tableOfNumber(component: ComponentPath, number: number): Table | undefined {
    return this.#byNumber.get(component)?.get(number);
  }

  tableOfTbl(tbl: number): Table | undefined {
    return this.#byTbl.get(tbl);
  }

  /** All tables of a component, system tables included, by name. */
  tables(component: ComponentPath): readonly Table[] {
    return [...(this.#byName.get(component)?.values() ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Components that have a table or a schema. */
  components(): readonly ComponentPath[] {
    return [...new Set([...this.#byName.keys(), ...this.#schemas.keys()])].sort();
  }

  schema(component: ComponentPath): ActiveSchema | undefined {
    return this.#schemas.get(component);
  }

  /** Adds a table with its two built-in indexes. `number`: keep this one (import), else the next free one. */
  createTable(component: ComponentPath, name: string, number?: number): Table {
    invariant(this.table(component, name) === undefined, `table ${name} of component "${component}" exists`);
    invariant((this.#byName.get(component)?.size ?? 0) < MAX_TABLES, `component "${component}" has ${MAX_TABLES} tables`);
    const tableNumber = number ?? this.#nextNumber(component, name.startsWith("_"));
    const tbl = this.#sqlite.prepare("INSERT INTO tables(component, name, number) VALUES (?, ?, ?)").run(component, name, tableNumber);
    this.#sqlite.prepare("INSERT INTO counters(id, value) VALUES (?, 0)").run(tbl);
    const byId = this.#insertIndex(tbl, "by_id", { kind: "database", fields: ["_id"] }, "ready");
    const byCreationTime = this.#insertIndex(tbl, "by_creation_time", { kind: "database", fields: ["_creationTime"] }, "ready");
    const table = makeTable({ tbl, component, name, number: tableNumber }, [byId, byCreationTime]);
    this.#put(table);
    return table;
  }

  /** Adds an index with no entries; the caller fills it. */
  addIndex(table: Table, name: string, definition: { spec: IndexSpec; state: IndexState }): AnyIndex {
    const index = this.#insertIndex(table.tbl, name, definition.spec, definition.state);
    this.#put(makeTable(table, [...indexesOf(table), index]));
    return index;
  }

  setIndexState(table: Table, idx: number, state: IndexState): void {
    this.#sqlite.prepare("UPDATE indexes SET state = ? WHERE idx = ?").run(state, idx);
    this.#put(makeTable(table, indexesOf(table).map((index) => (index.idx === idx ? { ...index, state } : index))));
  }

  /** Forgets an index; its entries become garbage that is deleted a little at a time. */
  dropIndex(table: Table, idx: number): void {
    const index = indexesOf(table).find((candidate) => candidate.idx === idx);
    invariant(index !== undefined, `index ${idx} is not on table ${table.name}`);
    this.#sqlite.prepare("DELETE FROM indexes WHERE idx = ?").run(idx);
    this.#sqlite.prepare("INSERT INTO garbage(idx, kind) VALUES (?, ?)").run(idx, index.kind);
    this.#put(makeTable(table, indexesOf(table).filter((candidate) => candidate.idx !== idx)));
  }

  /** Forgets an empty table and its indexes. */
  dropTable(table: Table): void {
    for (const index of indexesOf(table)) {
      this.#sqlite.prepare("DELETE FROM indexes WHERE idx = ?").run(index.idx);
      this.#sqlite.prepare("INSERT INTO garbage(idx, kind) VALUES (?, ?)").run(index.idx, index.kind);
    }
    this.#sqlite.prepare("DELETE FROM tables WHERE tbl = ?").run(table.tbl);
    this.#sqlite.prepare("DELETE FROM counters WHERE id = ?").run(table.tbl);
    this.#byName.get(table.component)?.delete(table.name);
    this.#byNumber.get(table.component)?.delete(table.number);
    this.#byTbl.delete(table.tbl);
    this.#changes++;
  }

  /** Gives a table another place, with its documents and indexes; the place must be free. */
  moveTable(table: Table, to: Pick<Table, "component" | "name" | "number">): void {
    this.#sqlite.prepare("UPDATE tables SET component = ?, name = ?, number = ? WHERE tbl = ?").run(to.component, to.name, to.number, table.tbl);
    this.#byName.get(table.component)?.delete(table.name);
    this.#byNumber.get(table.component)?.delete(table.number);
    this.#put(makeTable({ tbl: table.tbl, ...to }, indexesOf(table)));
  }

  /** A number that no table of the component has. */
  freeNumber(component: ComponentPath, system: boolean): number {
    return this.#nextNumber(component, system);
  }

  /** null: the component has no schema any more. */
  setSchema(component: ComponentPath, json: SchemaJson | null): void {
    if (json === null) {
      this.#sqlite.prepare("DELETE FROM schemas WHERE component = ?").run(component);
      this.#schemas.delete(component);
    } else {
      this.#sqlite.prepare("INSERT INTO schemas(component, json) VALUES (?, ?) ON CONFLICT(component) DO UPDATE SET json = excluded.json").run(component, JSON.stringify(json));
      this.#schemas.set(component, activeSchema(json));
    }
    this.#changes++;
  }

  /** Reads everything again, as it is in the database now. */
  reload(): void {
    this.#byName = new Map();
    this.#byNumber = new Map();
    this.#byTbl = new Map();
    this.#schemas = new Map();
    const indexes = new Map<number, AnyIndex[]>();
    for (const row of this.#sqlite.prepare<IndexRow>("SELECT idx, tbl, kind, name, spec, state FROM indexes ORDER BY idx").all()) {
      const list = indexes.get(row.tbl) ?? [];
      // Written by #insertIndex from an IndexSpec.
      list.push(makeIndex({ idx: row.idx, name: row.name, state: row.state }, JSON.parse(row.spec) as IndexSpec));
      indexes.set(row.tbl, list);
    }
    for (const row of this.#sqlite.prepare<TableRow>("SELECT tbl, component, name, number FROM tables").all()) {
      this.#put(makeTable(row, indexes.get(row.tbl) ?? []));
    }
    for (const row of this.#sqlite.prepare<{ component: string; json: string }>("SELECT component, json FROM schemas").all()) {
      // Written by setSchema from a SchemaJson.
      this.#schemas.set(row.component, activeSchema(JSON.parse(row.json) as SchemaJson));
    }
    this.#changes++;
  }

  #nextNumber(component: ComponentPath, system: boolean): number {
    const first = system ? FIRST_SYSTEM_TABLE : FIRST_USER_TABLE;
    let next = first;
    for (const number of this.#byNumber.get(component)?.keys() ?? []) {
      if (number >= next && (!system || number < FIRST_USER_TABLE)) next = number + 1;
    }
    return next;
  }

  #insertIndex(tbl: number, name: string, spec: IndexSpec, state: IndexState): AnyIndex {
    const idx = this.#sqlite
      .prepare("INSERT INTO indexes(tbl, kind, name, spec, state) VALUES (?, ?, ?, ?, ?)")
      .run(tbl, spec.kind, name, JSON.stringify(spec), state);
    return makeIndex({ idx, name, state }, spec);
  }

  #put(table: Table): void {
    getOrAdd(this.#byName, table.component).set(table.name, table);
    getOrAdd(this.#byNumber, table.component).set(table.number, table);
    this.#byTbl.set(table.tbl, table);
    this.#changes++;
  }
}

/** All indexes of a table, of all kinds. */
export function indexesOf(table: Table): readonly AnyIndex[] {
  return [...table.databaseIndexes, ...table.textIndexes, ...table.vectorIndexes];
}

function makeIndex(head: { idx: number; name: string; state: IndexState }, spec: IndexSpec): AnyIndex {
  if (spec.kind === "database") return { ...head, ...spec, paths: spec.fields.map((field) => field.split(".")) };
  return { ...head, ...spec };
}

function makeTable(row: TableRow, indexes: readonly AnyIndex[]): Table {
  const databaseIndexes = indexes.filter((index) => index.kind === "database");
  const byId = databaseIndexes.find((index) => index.name === "by_id");
  const byCreationTime = databaseIndexes.find((index) => index.name === "by_creation_time");
  invariant(byId !== undefined && byCreationTime !== undefined, `table ${row.name} lost its built-in indexes`);
  return {
    tbl: row.tbl, component: row.component, name: row.name, number: row.number, byId, byCreationTime, databaseIndexes,
    textIndexes: indexes.filter((index) => index.kind === "text"),
    vectorIndexes: indexes.filter((index) => index.kind === "vector"),
  };
}

function activeSchema(json: SchemaJson): ActiveSchema {
  const documentTypes = new Map<string, ValidatorJson>();
  if (json.schemaValidation) {
    for (const table of json.tables) {
      if (table.documentType !== null && table.documentType !== undefined) documentTypes.set(table.tableName, table.documentType);
    }
  }
  return { json, documentTypes };
}

function getOrAdd<K, V>(map: Map<string, Map<K, V>>, key: string): Map<K, V> {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = new Map()));
  return value;
}
