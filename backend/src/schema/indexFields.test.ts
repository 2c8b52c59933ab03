import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { describe, expect, test } from "vitest";
import { desiredIndexes } from "./desired.ts";
import type { SchemaJson } from "./types.ts";

const table = () => defineTable({
  name: v.string(),
  maybe: v.optional(v.object({ inner: v.string() })),
  anything: v.any(),
  either: v.union(v.null(), v.object({ left: v.number() }), v.object({ right: v.object({ deep: v.array(v.float64()) }) })),
  list: v.array(v.object({ item: v.string() })),
  record: v.record(v.string(), v.string()),
  vector: v.array(v.float64()),
  maybeVector: v.optional(v.array(v.number())),
  vectorOrNot: v.union(v.null(), v.array(v.union(v.number(), v.null()))),
  ids: v.array(v.int64()),
});
type AnyTable = ReturnType<typeof table>;

// The schema's own builder knows the fields, and would not let a wrong one be written.
function check(change: (table: AnyTable & { index: (...args: unknown[]) => AnyTable; searchIndex: (...args: unknown[]) => AnyTable; vectorIndex: (...args: unknown[]) => AnyTable }) => AnyTable, options?: { schemaValidation: boolean }): () => unknown {
  const schema = defineSchema({ strict: change(table() as never) }, options);
  // Not in the published types; the push calls it.
  const json = JSON.parse((schema as unknown as { export(): string }).export()) as SchemaJson;
  return () => desiredIndexes(json);
}

const EXISTING = ["name", "maybe", "maybe.inner", "anything", "anything.at.all", "either.left", "either.right.deep", "list", "record", "vector", "either"];
const MISSING = ["zzz", "name.zzz", "maybe.zzz", "either.zzz", "either.left.zzz", "list.item", "list.0", "record.key", "constructor", "_other", "_id.zzz", ""];

describe("an index", () => {
  test.each(EXISTING)("may be on %s, which a document can have", (field) => {
    for (const staged of [false, true]) {
      expect(check((t) => t.index("by_it", { fields: [field], staged }))).not.toThrow();
      expect(check((t) => t.searchIndex("by_it", { searchField: field, filterFields: [field, "_creationTime", "_id"], staged }))).not.toThrow();
      expect(check((t) => t.vectorIndex("by_it", { vectorField: "vector", dimensions: 2, filterFields: [field, "_creationTime"], staged }))).not.toThrow();
    }
  });

  test.each(MISSING)("on %j, which no document can have, is refused by table, index and field", (field) => {
    const refused = (kind: string) => expect.objectContaining({ code: "SchemaDefinitionError", message: `In table "strict" the ${kind} "by_zzz" is invalid because it references the field "${field}" that does not exist.` });
    for (const staged of [false, true]) {
      expect(check((t) => t.index("by_zzz", { fields: ["name", field], staged }))).toThrow(refused("index"));
      expect(check((t) => t.searchIndex("by_zzz", { searchField: field, staged }))).toThrow(refused("search index"));
      expect(check((t) => t.searchIndex("by_zzz", { searchField: "name", filterFields: [field], staged }))).toThrow(refused("search index"));
      expect(check((t) => t.vectorIndex("by_zzz", { vectorField: field, dimensions: 2, staged }))).toThrow(refused("vector index"));
      expect(check((t) => t.vectorIndex("by_zzz", { vectorField: "vector", dimensions: 2, filterFields: [field], staged }))).toThrow(refused("vector index"));
    }
  });

  test.each(["vector", "maybeVector", "vectorOrNot", "anything", "anything.at.all", "either.right.deep"])("of vectors may be on %s", (field) => {
    expect(check((t) => t.vectorIndex("v", { vectorField: field, dimensions: 2 }))).not.toThrow();
  });

  test.each(["name", "list", "record", "either", "ids"])("of vectors on %s, which holds none, is refused", (field) => {
    expect(check((t) => t.vectorIndex("v", { vectorField: field, dimensions: 2 }))).toThrow(
      `In table "strict" the vector index "v" is invalid because it references the field "${field}" that is neither an array of float64 or optional array of float64.`,
    );
  });

  test("may be on anything where documents are not validated", () => {
    expect(check((t) => t.index("by_zzz", { fields: ["zzz"] }), { schemaValidation: false })).not.toThrow();
    expect(check((t) => t.vectorIndex("v", { vectorField: "name", dimensions: 2 }), { schemaValidation: false })).not.toThrow();
  });
});
