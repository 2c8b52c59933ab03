import fc from "fast-check";
import { expect, test } from "vitest";
import type { QueryJson, SearchFilter } from "../query/types.ts";
import { getField, type JsonObject, type JsonValue } from "../values/json.ts";
import { touches } from "../transaction/readSet.ts";
import { collect, TestStore } from "../transaction/testing/store.ts";
import { tokenize } from "./tokens.ts";
import { vectorSearch, type VectorQuery } from "./vectorSearch.ts";
import { VectorCache } from "./vectorCache.ts";

const searchOf = (text: string, filters: readonly SearchFilter[] = []): QueryJson => ({
  source: { type: "Search", indexName: "t.s", filters: [{ type: "Search", fieldPath: "body", value: text }, ...filters] }, operators: [],
});
const eq = (fieldPath: string, value: JsonValue): SearchFilter => ({ type: "Eq", fieldPath, value });
const table = { tableName: "t", searchIndexes: [{ indexDescriptor: "s", searchField: "body", filterFields: ["who"] }], vectorIndexes: [{ indexDescriptor: "v", vectorField: "v", dimensions: 3, filterFields: ["who"] }] };
const names = (documents: readonly JsonObject[]): JsonValue[] => documents.map(({ name }) => name!);

async function opened(documents: readonly JsonObject[] = []): Promise<TestStore> {
  const store = new TestStore();
  await store.schema([table]);
  await store.mutate((tx) => { for (const document of documents) tx.insert("", "t", document); });
  return store;
}

test("a text is its words in lower case; what is as long as 32 bytes is no word", () => {
  expect(tokenize("Hello, WORLD! it's élan vital_42 日本語")).toEqual(["hello", "world", "it", "s", "élan", "vital", "42", "日本語"]);
  expect(tokenize(`${"a".repeat(31)} ${"b".repeat(32)} ${"é".repeat(16)}`)).toEqual(["a".repeat(31)]);
});

test("documents with more, rarer words in shorter texts come first; of equals the newer", async () => {
  await using store = await opened([
    { name: "one", body: "the cat" },
    { name: "both", body: "the cat and the dog" },
    { name: "long", body: "the cat sat on a mat that lay on a floor in a house on a hill" },
    { name: "other", body: "nothing here" },
    { name: "one again", body: "the cat" },
    { name: "no text", body: 5 },
  ]);
  expect(names(await store.query((tx) => collect(tx, searchOf("cat dog"))))).toEqual(["both", "one again", "one", "long"]);
  expect(await store.query((tx) => collect(tx, searchOf("")))).toEqual([]);
  expect(await store.query((tx) => collect(tx, searchOf("zebra")))).toEqual([]);
});

test("only the last word is also a beginning", async () => {
  await using store = await opened([{ name: "x", body: "category theory" }]);
  expect(names(await store.query((tx) => collect(tx, searchOf("cat"))))).toEqual(["x"]);
  expect(names(await store.query((tx) => collect(tx, searchOf("cat zebra"))))).toEqual([]);
});

test("search finds what a look at every document finds, through inserts, changes, removals, rollbacks and restarts", async () => {
  const word = fc.constantFrom("a", "ab", "abc", "b", "ba", "c");
  const body = fc.array(word, { maxLength: 4 }).map((words) => words.join(" "));
  const who = fc.constantFrom<JsonValue>("x", "y", null);
  const step = fc.record({ kind: fc.constantFrom("insert", "patch", "remove", "undone"), at: fc.nat(), body, who });
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 15 }), body, fc.option(who), fc.boolean(), async (steps, text, filter, restart) => {
    await using store = await opened();
    for (const { kind, at, body, who } of steps) {
      await store.mutate(async (tx) => {
        const all = collect(tx, { source: { type: "FullTableScan", tableName: "t", order: null }, operators: [] });
        const id = all[at % all.length]?.["_id"];
        if (kind === "insert") tx.insert("", "t", { body, who });
        else if (kind === "undone") await tx.nested(async () => { tx.insert("", "t", { body, who }); throw new Error("undo"); }).catch(() => undefined);
        else if (typeof id === "string" && kind === "patch") tx.patch("", id, { body, who });
        else if (typeof id === "string") tx.remove("", id);
      });
    }
    if (restart) await store.reopen();
    await store.query((tx) => {
      const words = text.split(" ").filter((part) => part !== "");
      const last = words.at(-1);
      const matches = (document: JsonObject): boolean => {
        const own = String(document["body"]).split(" ").filter((part) => part !== "");
        if (filter !== null && getField(document, "who") !== filter) return false;
        return own.some((part) => words.includes(part) || (last !== undefined && part.startsWith(last)));
      };
      const expected = collect(tx, { source: { type: "FullTableScan", tableName: "t", order: null }, operators: [] }).filter(matches);
      const found = collect(tx, searchOf(text, filter === null ? [] : [eq("who", filter)]));
      expect(found.map(({ _id }) => _id).sort()).toEqual(expected.map(({ _id }) => _id).sort());
    });
  }), { numRuns: 40 });
});

test("a mutation's search sees its own writes", async () => {
  await using store = await opened();
  await store.mutate((tx) => {
    const id = tx.insert("", "t", { name: "mine", body: "fresh" });
    expect(names(collect(tx, searchOf("fresh")))).toEqual(["mine"]);
    tx.remove("", id);
    expect(collect(tx, searchOf("fresh"))).toEqual([]);
  });
});

test("a search is touched by a document that it could find, before or after the write, and by no other", async () => {
  await using store = await opened();
  const { readSet } = await store.runner.query(async (tx) => collect(tx, searchOf("cat do", [eq("who", "x")])));
  const touched = async (body: string, who: string): Promise<boolean[]> => {
    const since = store.runner.latestTs;
    const id = await store.mutate((tx) => tx.insert("", "t", { body, who }));
    await store.mutate((tx) => tx.patch("", id, { body: "else" }));
    return store.runner.commitsAfter(since)!.map((commit) => touches(readSet, commit));
  };
  expect(await touched("a dog", "x")).toEqual([true, true]);
  expect(await touched("category", "x")).toEqual([false, false]);
  expect(await touched("a dog", "y")).toEqual([false, false]);
});

test.each([
  [[{ type: "Search", fieldPath: "name", value: "x" }], 'Search query against t.s contains a search filter against "name", which doesn\'t match the indexed `searchField` "body".'],
  [[{ type: "Search", fieldPath: "body", value: "x" }, { type: "Search", fieldPath: "body", value: "y" }], "Search query against t.s contains multiple search filters against"],
  [[{ type: "Search", fieldPath: "body", value: "x" }, eq("name", 1)], 'Search query against t.s contains an equality filter on "name" but that field isn\'t indexed for filtering in `filterFields`.'],
  [[eq("who", 1)], 'Search query against t.s does not contain any search filters. You must include a search filter like `q.search("field", searchText)`.'],
] as const)("a search that the index cannot serve is refused (%#)", async (filters, text) => {
  await using store = await opened();
  await expect(store.query((tx) => tx.query("", { source: { type: "Search", indexName: "t.s", filters }, operators: [] }))).rejects.toThrow(text);
});

test("pages of a search put together are the search; past 1024 documents it says so", async () => {
  await using store = await opened();
  await store.mutate((tx) => { for (let n = 0; n < 1030; n++) tx.insert("", "t", { body: `word ${"more ".repeat(n % 5)}`, n }); });
  await store.query((tx) => {
    const found: JsonObject[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < 5; page++) {
      const next = tx.paginate("", searchOf("word"), { cursor, endCursor: null, journal: null, pageSize: 7 });
      found.push(...next.page);
      cursor = next.continueCursor;
    }
    expect(found).toEqual(collect(tx, { ...searchOf("word"), operators: [{ limit: 35 }] }));
    expect(() => collect(tx, searchOf("word"))).toThrow("Search query scanned too many documents (fetched 1024).");
  });
});

const vector = (more: Partial<VectorQuery>): VectorQuery => ({ indexName: "t.v", vector: [1, 0, 0], expressions: null, ...more });

test("vector search gives what sorting all cosines gives, kept in memory or read from disk, through writes", async () => {
  const numbers = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 3, maxLength: 3 });
  const step = fc.record({ kind: fc.constantFrom("insert", "patch", "remove", "undone", "search"), at: fc.nat(), v: fc.oneof(numbers, fc.constant<number[]>([1, 2])), who: fc.constantFrom("x", "y") });
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 20 }), numbers, fc.option(fc.constantFrom("x", "y")), fc.boolean(), async (steps, wanted, filter, inMemory) => {
    await using store = await opened();
    if (!inMemory) Object.defineProperty(store.database, "vectors", { value: new VectorCache(store.database.sqlite, 0) });
    const expressions: JsonValue = filter === null ? null : { $or: [{ $eq: [{ $field: "who" }, { $literal: filter }] }] };
    for (const { kind, at, v, who } of steps) {
      await store.mutate(async (tx) => {
        const all = collect(tx, { source: { type: "FullTableScan", tableName: "t", order: null }, operators: [] });
        const id = all[at % all.length]?.["_id"];
        if (kind === "insert") tx.insert("", "t", { v, who });
        else if (kind === "search") vectorSearch(tx, "", vector({}));
        else if (kind === "undone") await tx.nested(async () => { tx.insert("", "t", { v, who }); throw new Error("undo"); }).catch(() => undefined);
        else if (typeof id === "string" && kind === "patch") tx.patch("", id, { v, who });
        else if (typeof id === "string") tx.remove("", id);
      });
    }
    await store.query((tx) => {
      const length = (of: readonly number[]): number => Math.hypot(...of) || 1;
      const expected = collect(tx, { source: { type: "FullTableScan", tableName: "t", order: null }, operators: [] })
        .filter((document) => filter === null || document["who"] === filter)
        // Inserted above: arrays of numbers.
        .map((document) => document["v"] as number[])
        .filter((own) => own.length === 3)
        .map((own) => own.reduce((sum, number, i) => sum + number * wanted[i]!, 0) / length(own) / length(wanted))
        .sort((a, b) => b - a);
      const found = vectorSearch(tx, "", vector({ vector: wanted, expressions, limit: 256 }));
      expect(found.map(({ _score }) => Number(_score.toFixed(4)) + 0)).toEqual(expected.map((score) => Number(score.toFixed(4)) + 0));
      expect(vectorSearch(tx, "", vector({ vector: wanted, expressions, limit: 2 }))).toEqual(found.slice(0, 2));
    });
  }), { numRuns: 40 });
});

test.each<[Partial<VectorQuery>, string]>([
  [{ vector: [1, 2] }, "Vector query of t.v has 2 dimensions, but the index has 3"],
  [{ limit: 257 }, "between 1 and 256, got 257"],
  [{ expressions: { $and: [] } }, "Filters should be a combination of `q.eq` and `q.or`."],
  [{ expressions: { $eq: [{ $field: "name" }, { $literal: 1 }] } }, 'contains an equality filter on "name"'],
  [{ indexName: "t.none" }, "Index t.none not found."],
])("a vector query that the index cannot serve is refused (%#)", async (query, text) => {
  await using store = await opened();
  await expect(store.query((tx) => vectorSearch(tx, "", vector(query)))).rejects.toThrow(text);
});
