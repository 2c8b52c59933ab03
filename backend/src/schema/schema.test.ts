import { expect, test } from "vitest";
import type { QueryJson } from "../query/types.ts";
import { collect, schemaOf, tableScan, TestStore } from "../transaction/testing/store.ts";
import { applySchema, defineSystemTables } from "./applySchema.ts";
import { prepareSchema } from "./prepareSchema.ts";
import { diffIndexes } from "./indexDiff.ts";
import type { ValidatorJson } from "./types.ts";

const object = (fields: Record<string, ValidatorJson>): ValidatorJson => ({ type: "object", value: Object.fromEntries(Object.entries(fields).map(([name, fieldType]) => [name, { fieldType, optional: false }])) });
const typed = [{ tableName: "t", documentType: object({ n: { type: "number" } }) }];
const byN = { indexDescriptor: "by_n", fields: ["n"] };
const rangeOf = (indexName: string): QueryJson => ({ source: { type: "IndexRange", indexName, range: [], order: null }, operators: [] });

test("an index added later holds the documents there were and those that come", async () => {
  await using store = new TestStore();
  await store.mutate((tx) => { for (let n = 0; n < 1200; n++) tx.insert("", "t", { n: (n * 7919) % 1200 }); });
  await store.schema([{ tableName: "t", indexes: [byN] }]);
  await store.mutate((tx) => tx.insert("", "t", { n: 1200 }));
  await store.reopen();
  expect((await store.query((tx) => collect(tx, rangeOf("t.by_n")))).map(({ n }) => n)).toEqual([...Array(1201).keys()]);
});

test("a schema change reports what it adds, removes, enables and disables, and doing it again reports nothing", async () => {
  await using store = new TestStore();
  const apply = (tables: Parameters<typeof schemaOf>[0]) => store.mutate((tx) => applySchema(tx, "", schemaOf(tables)));
  const config = { type: "database", name: "t.by_n", fields: ["n"] };
  const text = { indexDescriptor: "text", searchField: "body", filterFields: ["b", "a"] };
  expect(await apply([{ tableName: "t", indexes: [byN], searchIndexes: [text] }])).toEqual({
    added: [config, { type: "search", name: "t.text", searchField: "body", filterFields: ["a", "b"] }], removed: [], enabled: [], disabled: [],
  });
  expect(await apply([{ tableName: "t", indexes: [byN], searchIndexes: [text] }])).toEqual({ added: [], removed: [], enabled: [], disabled: [] });
  expect((await apply([{ tableName: "t", stagedDbIndexes: [byN], searchIndexes: [text] }])).disabled).toEqual([{ ...config, staged: true }]);
  await expect(store.query((tx) => tx.query("", rangeOf("t.by_n")))).rejects.toThrow("Index t.by_n is currently staged and not available to query until it is unstaged.");
  expect((await apply([{ tableName: "t", indexes: [byN], searchIndexes: [text] }])).enabled).toEqual([config]);
  const changed = schemaOf([{ tableName: "t", indexes: [{ ...byN, fields: ["m"] }] }]);
  expect(diffIndexes(store.database.catalog, "", changed)).toMatchObject({ added: [{ name: "t.by_n", fields: ["m"] }], removed: [config, { name: "t.text" }] });
});

test("entries of dropped indexes are swept away", async () => {
  await using store = new TestStore();
  await store.schema([{ tableName: "t", indexes: [byN], searchIndexes: [{ indexDescriptor: "s", searchField: "text", filterFields: [] }] }]);
  await store.mutate((tx) => { for (let n = 0; n < 5000; n++) tx.insert("", "t", { n, text: "some words" }); });
  await store.schema([{ tableName: "t" }]);
  const left = (): unknown => store.database.sqlite.prepare(
    "SELECT (SELECT count(*) FROM index_entries) AS entries, (SELECT count(*) FROM postings) AS postings, (SELECT count(*) FROM garbage) AS garbage",
  ).get();
  await expect.poll(left, { timeout: 20_000 }).toEqual({ entries: 10_000, postings: 0, garbage: 0 });
});

test("a push whose schema existing documents break fails by the document's name and changes nothing", async () => {
  await using store = new TestStore();
  const id = await store.mutate((tx) => {
    tx.insert("", "t", { n: 1 });
    return tx.insert("", "t", { n: "one" });
  });
  await expect(store.mutate((tx) => applySchema(tx, "", schemaOf([{ ...typed[0]!, indexes: [byN] }, { tableName: "u" }])))).rejects.toThrow(
    `Document with ID "${id}" in table "t" does not match the schema: Value does not match validator.\nPath: .n\nValue: "one"\nValidator: v.float64()`,
  );
  await store.mutate((tx) => {
    expect(tx.listTables("")).toEqual(["t"]);
    tx.insert("", "t", { n: "two" });
  });
  await expect(store.query((tx) => tx.query("", rangeOf("t.by_n")))).rejects.toThrow("Index t.by_n not found.");
});

test("writes obey the schema in force; tables outside it, and schemaValidation: false, are free", async () => {
  await using store = new TestStore();
  await store.schema(typed);
  await expect(store.mutate((tx) => tx.insert("", "t", { n: "x" }))).rejects.toThrow(
    'Failed to insert or update a document in table "t" because it does not match the schema: Value does not match validator.\nPath: .n',
  );
  const id = await store.mutate((tx) => tx.insert("", "t", { n: 1 }));
  await expect(store.mutate((tx) => tx.patch("", id, { n: undefined }))).rejects.toThrow("Object is missing the required field `n`");
  await expect(store.mutate((tx) => tx.replace("", id, { n: 1, m: 2 }))).rejects.toThrow("Object contains extra field `m` that is not in the validator.");
  await store.mutate((tx) => tx.insert("", "elsewhere", { anything: true }));
  await store.reopen();
  await expect(store.mutate((tx) => tx.insert("", "t", {}))).rejects.toThrow("does not match the schema");
  await store.schema(typed, false);
  await store.mutate((tx) => tx.insert("", "t", { n: "x" }));
});

test("ids in a schema are those of the component's own tables", async () => {
  await using store = new TestStore();
  await store.schema([{ tableName: "a", documentType: object({ ref: { type: "id", tableName: "b" } }) }, { tableName: "b" }]);
  await store.mutate((tx) => {
    const b = tx.insert("", "b", {});
    const a = tx.insert("", "a", { ref: b });
    expect(() => tx.insert("", "a", { ref: a })).toThrow(`Found ID "${a}" from table \`a\`, which does not match the table name in validator \`v.id("b")\`.`);
  });
});

test.each([
  [{ indexes: [{ indexDescriptor: "by_id", fields: ["n"] }] }, 'the index name "by_id" is reserved'],
  [{ indexes: [byN, byN] }, "Index names must be unique within a table"],
  [{ indexes: [{ indexDescriptor: "i", fields: [] }] }, "Index t.i must have at least one field."],
  [{ indexes: [{ indexDescriptor: "i", fields: Array.from({ length: 17 }, (_, i) => `f${i}`) }] }, "Index t.i has too many fields (17 > maximum 16)."],
  [{ indexes: [{ indexDescriptor: "i", fields: ["_creationTime"] }] }, "automatically added to the end of each index"],
  [{ indexes: [{ indexDescriptor: "x".repeat(65), fields: ["n"] }] }, "Identifier is too long (65 > maximum 64)"],
  [{ vectorIndexes: [{ indexDescriptor: "v", vectorField: "v", dimensions: 1, filterFields: [] }] }, "Vector index t.v has 1 dimensions"],
])("a schema that breaks a rule is refused (%#)", async (table, text) => {
  await using store = new TestStore();
  await expect(store.schema([{ tableName: "t", ...table }])).rejects.toThrow(text);
});

test("system tables have numbers of their own, fixed indexes, and no place in schemas or usage", async () => {
  await using store = new TestStore();
  await store.mutate((tx) => defineSystemTables(tx, "", [{ name: "_jobs", indexes: [{ name: "by_time", fields: ["time"] }] }]));
  const run = await store.runner.mutate(async (tx) => {
    tx.insert("", "_jobs", { time: 2 });
    tx.insert("", "_jobs", { time: 1 });
    return collect(tx, rangeOf("_jobs.by_time")).map(({ time }) => time);
  });
  expect(run.value).toEqual([1, 2]);
  expect(run.usage).toMatchObject({ documentsWritten: 0, documentsRead: 0, databaseQueries: 0 });
  expect(store.database.catalog.table("", "_jobs")?.number).toBe(513);
  expect(await store.query((tx) => tx.listTables(""))).toEqual([]);
  await store.schema([{ tableName: "t" }]);
  expect(await store.query((tx) => collect(tx, tableScan("_jobs")).length)).toBe(2);
});

test("a schema prepared beside a busy app is as if it had been applied at once", async () => {
  await using store = new TestStore();
  const texts = { indexDescriptor: "s", searchField: "text", filterFields: [] };
  const target = { tableName: "t", indexes: [byN], searchIndexes: [texts] };
  const word = (n: number): string => `word${n % 3}`;
  await store.mutate((tx) => { for (let n = 0; n < 1300; n++) tx.insert("", "t", { n, text: word(n) }); });
  const ids = (await store.query((tx) => collect(tx, tableScan("t")))).map(({ _id }) => String(_id));
  let steps = 0;
  const onProgress = (): void => {
    const at = steps++;
    // Between two steps the app changes, removes and adds, on both sides of where the walk is.
    for (const id of [ids[at * 7]!, ids[1299 - at * 7]!]) void store.mutate((tx) => tx.patch("", id, { n: -1 - at, text: "changed" }));
    for (const id of [ids[at * 7 + 1]!, ids[1298 - at * 7]!]) void store.mutate((tx) => tx.remove("", id));
    void store.mutate((tx) => tx.insert("", "t", { n: 5000 + at, text: "new" }));
  };
  const prepared = await prepareSchema(store, "", { schema: schemaOf([target]), onProgress });
  expect(steps).toBeGreaterThan(2);
  await expect(store.query((tx) => tx.query("", rangeOf("t.by_n")))).rejects.toThrow("currently staged");
  const diff = await store.mutate((tx) => prepared.apply(tx));
  expect(diff.added.map(({ name }) => name)).toEqual(["t.by_n", "t.s"]);
  await store.query((tx) => {
    const all = collect(tx, tableScan("t"));
    expect(collect(tx, rangeOf("t.by_n")).map(({ n }) => n)).toEqual(all.map(({ n }) => Number(n)).sort((a, b) => a - b));
    for (const text of ["word0", "changed", "new"]) {
      const found = collect(tx, { source: { type: "Search", indexName: "t.s", filters: [{ type: "Search", fieldPath: "text", value: text }] }, operators: [] });
      expect(found.map(({ _id }) => _id).sort()).toEqual(all.filter((document) => document["text"] === text).map(({ _id }) => _id).sort());
    }
  });
  const stats = store.database.sqlite.prepare("SELECT documents, (SELECT count(*) FROM search_documents) AS rows, tokens, (SELECT sum(tokens) FROM search_documents) AS sum FROM search_stats").get();
  expect(stats).toMatchObject({ documents: stats!["rows"], tokens: stats!["sum"] });
});

test("a preparation fails by the document that does not match, old or new, and leaves nothing", async () => {
  await using store = new TestStore();
  const target = schemaOf([{ ...typed[0]!, indexes: [byN] }]);
  const bad = await store.mutate((tx) => tx.insert("", "t", { n: "x" }));
  await expect(prepareSchema(store, "", { schema: target })).rejects.toThrow(`Document with ID "${bad}" in table "t" does not match the schema`);
  expect(store.database.catalog.table("", "t")?.databaseIndexes.map(({ name }) => name)).toEqual(["by_id", "by_creation_time"]);
  await store.mutate((tx) => tx.remove("", bad));
  const prepared = await prepareSchema(store, "", { schema: target });
  const late = await store.mutate((tx) => tx.insert("", "t", { n: "late" }));
  await expect(store.mutate((tx) => prepared.apply(tx))).rejects.toThrow(`Document with ID "${late}"`);
  await prepared.discard();
  expect(store.database.catalog.table("", "t")?.databaseIndexes.length).toBe(2);
});
