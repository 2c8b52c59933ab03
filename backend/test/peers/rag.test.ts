import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { follow } from "../support/follow.ts";
import { TestBackend } from "../support/testBackend.ts";
import { api } from "./app/convex/_generated/api.js";

const { add, addText, addFile, search, list, chunks, remove, removeLater } = api.texts;
let backend: TestBackend;

beforeAll(async () => {
  backend = await TestBackend.open({ functionsDir: join(import.meta.dirname, "app/convex") });
});
afterEach(() => {
  expect(backend.troubles).toEqual([]);
  expect(backend.failures).toEqual([]);
});
afterAll(() => backend.close());

test("the chunk that means the same comes first, and a threshold leaves out what does not", async () => {
  const { entryId, status, created } = await backend.http.action(add, { namespace: "meaning", title: "Things", chunks: ["an apple and a pear", "a train on a rail", "the river meets the sea"] });
  expect({ status, created }).toEqual({ status: "ready", created: true });
  const found = await backend.http.action(search, { namespace: "meaning", query: "rail train" });
  expect(found.results.map(({ order }) => order)[0]).toBe(1);
  expect(found.results[0]).toMatchObject({ entryId, texts: ["a train on a rail"] });
  expect(found.results).toHaveLength(3);
  const close = await backend.http.action(search, { namespace: "meaning", query: "rail train", vectorScoreThreshold: 0.9 });
  expect(close.results.map(({ texts }) => texts)).toEqual([["a train on a rail"]]);
  expect(close.text).toBe("## Things:\n\na train on a rail");
  const around = await backend.http.action(search, { namespace: "meaning", query: "rail train", limit: 1, chunkContext: { before: 1, after: 1 } });
  expect(around.results[0]?.texts).toEqual(["an apple and a pear", "a train on a rail", "the river meets the sea"]);
});

test("a namespace sees its own texts only, one that does not exist none", async () => {
  await backend.http.action(add, { namespace: "mine", chunks: ["a stone"] });
  await backend.http.action(add, { namespace: "yours", chunks: ["a stone", "a cloud"] });
  expect((await backend.http.action(search, { namespace: "mine", query: "stone" })).results).toHaveLength(1);
  expect((await backend.http.action(search, { namespace: "nobody's", query: "stone" })).results).toEqual([]);
});

test("filters are or-ed, and leave out everything else", async () => {
  const at = async (category: string, year: string) =>
    (await backend.http.action(add, { namespace: "filters", chunks: [`stone of ${category}`], filterValues: [{ name: "category", value: category }, { name: "year", value: year }] })).entryId;
  const news = await at("news", "2024");
  const sports = await at("sports", "2025");
  const art = await at("art", "2025");
  const find = async (...filters: { name: "category" | "year"; value: string }[]) =>
    (await backend.http.action(search, { namespace: "filters", query: "stone", filters })).entries.toSorted();
  expect(await find({ name: "category", value: "news" })).toEqual([news]);
  expect(await find({ name: "category", value: "news" }, { name: "category", value: "sports" })).toEqual([news, sports].toSorted());
  expect(await find({ name: "category", value: "news" }, { name: "year", value: "2025" })).toEqual([news, sports, art].toSorted());
  expect(await find({ name: "category", value: "none" })).toEqual([]);
});

test("text search finds words, hybrid search ranks by both", async () => {
  await backend.http.action(add, { namespace: "hybrid", chunks: ["zeppelin over a river", "a river and a sea", "an apple"] });
  const texts = async (searchType: "text" | "hybrid", query: string) => (await backend.http.action(search, { namespace: "hybrid", query, searchType })).results.map((result) => result.texts.join());
  expect(await texts("text", "zeppelin")).toEqual(["zeppelin over a river"]);
  expect((await texts("hybrid", "zeppelin river"))[0]).toBe("zeppelin over a river");
  expect(await texts("hybrid", "zeppelin river")).toHaveLength(3);
});

test("the same key with the same hash is kept, with another it replaces: found is the new text alone", async () => {
  const put = (text: string, contentHash: string) => backend.http.action(add, { namespace: "keys", key: "page", contentHash, chunks: [text] });
  const first = await put("an old stone", "h1");
  expect(await put("an old stone", "h1")).toEqual({ entryId: first.entryId, status: "ready", created: false, replaced: null });
  const second = await put("a new stone", "h2");
  expect(second).toMatchObject({ status: "ready", created: true, replaced: first.entryId });
  const found = await backend.http.action(search, { namespace: "keys", query: "stone" });
  expect(found.results.map(({ texts }) => texts)).toEqual([["a new stone"]]);
  expect(await backend.http.query(list, { namespace: "keys", status: "replaced" })).toEqual([{ entryId: first.entryId, key: "page" }]);
  expect(await backend.http.query(chunks, { entryId: first.entryId })).toMatchObject([{ state: "replaced" }]);
  expect(await backend.http.query(api.marks.outcomes, { run: "page" })).toEqual([
    { label: "added", result: { kind: "success", returnValue: { replaced: null, error: null } } },
    { label: "added", result: { kind: "success", returnValue: { replaced: first.entryId, error: null } } },
  ]);
});

test("what is deleted is not found any more and leaves nothing behind", async () => {
  const namespace = "deleted";
  const [one, two] = [await backend.http.action(add, { namespace, chunks: ["one stone"] }), await backend.http.action(add, { namespace, chunks: ["two stone"] })];
  await backend.http.action(remove, { entryId: one.entryId });
  expect((await backend.http.action(search, { namespace, query: "stone" })).entries).toEqual([two.entryId]);
  const live = follow(backend.connect(), list, { namespace, status: "ready" });
  await live.until((entries) => entries.length === 1);
  await backend.http.mutation(removeLater, { entryId: two.entryId });
  await live.until((entries) => entries.length === 0);
  await follow(backend.connect(), chunks, { entryId: two.entryId }).until((left) => left.length === 0);
  expect((await backend.http.action(search, { namespace, query: "stone" })).results).toEqual([]);
});

test("a long text is split and added in several transactions, a stored file by a chunker action", async () => {
  const paragraphs = Array.from({ length: 250 }, (_, index) => `Paragraph ${index} tells of ${index === 137 ? "a cloud" : "a stone"}. ${"It goes on and on about it. ".repeat(8)}`);
  const entryId = await backend.http.action(addText, { namespace: "long", text: paragraphs.join("\n\n") });
  expect((await backend.http.query(chunks, { entryId })).length).toBeGreaterThan(64);
  const { results } = await backend.http.action(search, { namespace: "long", query: "cloud", limit: 1 });
  expect(results[0]?.texts[0]).toContain("Paragraph 137 ");
  const live = follow(backend.connect(), list, { namespace: "files", status: "ready" });
  const file = await backend.http.action(addFile, { namespace: "files", key: "file", text: "an apple\n\na sea" });
  await live.until((entries) => entries.some((entry) => entry.entryId === file));
  expect((await backend.http.action(search, { namespace: "files", query: "sea", limit: 1 })).results[0]?.texts).toEqual(["a sea"]);
});
