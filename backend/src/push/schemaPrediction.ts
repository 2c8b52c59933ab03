import type { ComponentInstance } from "../components/types.ts";
import { tablesToCheck } from "../schema/applySchema.ts";
import { diffIndexes, type IndexConfig, type IndexDiff } from "../schema/indexDiff.ts";
import { executionState } from "../transaction/transaction.ts";
import type { Transaction } from "../transaction/types.ts";

/** What a push would do to a component's data, in the words of the official CLI's `evaluate_schema`. */
export interface SchemaPrediction {
  readonly tables: readonly { name: string; outcome: "mustWalk" | "supersetOfEnforced" | "notValidated"; numDocs: number; sizeBytes: number }[];
  readonly indexes: readonly { config: IndexConfig; change: "added" | "dropped" | "enabled" | "disabled"; needsBackfill: boolean; numDocs: number }[];
}

const CHANGES = { added: "added", removed: "dropped", enabled: "enabled", disabled: "disabled" } as const satisfies Record<keyof IndexDiff, string>;

/** Looks at counts and types alone; reads no documents. */
export function predictSchema(tx: Transaction, { path, definition }: ComponentInstance): SchemaPrediction {
  const { catalog } = executionState(tx).database;
  const { schema } = definition;
  const toCheck = new Set(schema === null ? [] : tablesToCheck(catalog, path, schema).map(({ table }) => table.name));
  const tables = (schema?.tables ?? []).map(({ tableName }) => ({
    name: tableName,
    outcome: schema?.schemaValidation !== true ? "notValidated" as const : toCheck.has(tableName) ? "mustWalk" as const : "supersetOfEnforced" as const,
    numDocs: tx.count(path, tableName),
    // The store keeps no sizes per table; the CLI only uses it to word a warning.
    sizeBytes: 0,
  }));
  const diff = diffIndexes(catalog, path, schema);
  // The keys of an object that `satisfies` names.
  const kinds = Object.keys(CHANGES) as (keyof IndexDiff)[];
  const indexes = kinds.flatMap((kind) => diff[kind].map((config) => ({
    config, change: CHANGES[kind], needsBackfill: kind === "added", numDocs: tx.count(path, config.name.split(".")[0] ?? ""),
  })));
  return { tables, indexes };
}
