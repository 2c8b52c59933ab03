import type { JsonValue } from "../values/json.ts";

/** A validator as `convex/values` exports it. */
export type ValidatorJson =
  | { type: "null" | "number" | "bigint" | "commitTs" | "boolean" | "string" | "bytes" | "any" }
  | { type: "literal"; value: JsonValue }
  | { type: "id"; tableName: string }
  | { type: "array"; value: ValidatorJson }
  | { type: "record"; keys: ValidatorJson; values: { fieldType: ValidatorJson; optional: boolean } }
  | { type: "object"; value: { [field: string]: { fieldType: ValidatorJson; optional: boolean } } }
  | { type: "union"; value: ValidatorJson[] };

/** A schema as `defineSchema(...).export()` states it. */
export interface SchemaJson {
  tables: TableJson[];
  schemaValidation: boolean;
}

export interface TableJson {
  tableName: string;
  indexes: { indexDescriptor: string; fields: string[] }[];
  stagedDbIndexes?: { indexDescriptor: string; fields: string[] }[];
  searchIndexes: { indexDescriptor: string; searchField: string; filterFields: string[] }[];
  stagedSearchIndexes?: { indexDescriptor: string; searchField: string; filterFields: string[] }[];
  vectorIndexes: { indexDescriptor: string; vectorField: string; dimensions: number; filterFields: string[] }[];
  stagedVectorIndexes?: { indexDescriptor: string; vectorField: string; dimensions: number; filterFields: string[] }[];
  documentType: ValidatorJson | null;
}
