import { indexesOf, type AnyIndex, type Catalog, type IndexSpec } from "../storage/catalog.ts";
import type { ComponentPath } from "../transaction/types.ts";
import { desiredIndexes, hasSpec, isBuiltIn, type DesiredIndex } from "./desired.ts";
import type { SchemaJson } from "./types.ts";

/** An index as the CLI prints it; `name` is `table.index`. */
export type IndexConfig =
  | { readonly type: "database"; readonly name: string; readonly fields: readonly string[]; readonly staged?: boolean }
  | { readonly type: "search"; readonly name: string; readonly searchField: string; readonly filterFields: readonly string[]; readonly staged?: boolean }
  | {
    readonly type: "vector"; readonly name: string; readonly vectorField: string; readonly dimensions: number;
    readonly filterFields: readonly string[]; readonly staged?: boolean;
  };

/** What a schema changes about a component's indexes. */
export interface IndexDiff {
  readonly added: readonly IndexConfig[];
  readonly removed: readonly IndexConfig[];
  /** Were staged, will answer queries. */
  readonly enabled: readonly IndexConfig[];
  /** Answered queries, will be staged. */
  readonly disabled: readonly IndexConfig[];
}

/** Compares a schema with the indexes there are; null: no schema. Changes nothing. */
export function diffIndexes(catalog: Catalog, component: ComponentPath, schema: SchemaJson | null): IndexDiff {
  const desired = schema === null ? new Map<string, DesiredIndex[]>() : desiredIndexes(schema);
  const diff = { added: [] as IndexConfig[], removed: [] as IndexConfig[], enabled: [] as IndexConfig[], disabled: [] as IndexConfig[] };
  for (const [tableName, wanted] of desired) {
    const table = catalog.table(component, tableName);
    const existing = table === undefined ? [] : indexesOf(table);
    for (const index of wanted) {
      const same = existing.find((candidate) => candidate.name === index.name && hasSpec(candidate, index.spec));
      const config = configOf(`${tableName}.${index.name}`, index.spec, index.isStaged);
      if (same === undefined || same.state === "backfilling") diff.added.push(config);
      else if (same.state === "staged" && !index.isStaged) diff.enabled.push(config);
      else if (same.state === "ready" && index.isStaged) diff.disabled.push(config);
    }
  }
  for (const table of catalog.tables(component)) {
    if (table.name.startsWith("_")) continue;
    const wanted = desired.get(table.name) ?? [];
    for (const index of indexesOf(table)) {
      if (isBuiltIn(table, index) || wanted.some(({ name, spec }) => name === index.name && hasSpec(index, spec))) continue;
      diff.removed.push(configOf(`${table.name}.${index.name}`, index, index.state === "staged"));
    }
  }
  return diff;
}

function configOf(name: string, spec: IndexSpec | AnyIndex, isStaged: boolean): IndexConfig {
  const staged = isStaged ? { staged: true } : {};
  switch (spec.kind) {
    // The CLI adds the creation time to what it prints by itself.
    case "database": return { type: "database", name, fields: spec.fields.slice(0, -1), ...staged };
    case "text": return { type: "search", name, searchField: spec.searchField, filterFields: spec.filterFields, ...staged };
    case "vector": return { type: "vector", name, vectorField: spec.vectorField, dimensions: spec.dimensions, filterFields: spec.filterFields, ...staged };
    default: return spec satisfies never;
  }
}
