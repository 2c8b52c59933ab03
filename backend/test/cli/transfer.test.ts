import { join } from "node:path";
import { TextReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js";
import { convexToJson, type Value } from "convex/values";
import { anyApi } from "convex/server";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { convexValue } from "../../src/values/testing/arbitraries.ts";
import { follow } from "../support/follow.ts";
import { TestBackend } from "../support/testBackend.ts";
import { adminClient, TransferClient } from "../support/transferClient.ts";

const functionsDir = join(import.meta.dirname, "../fixtures/cliApp/convex");
const opened: TestBackend[] = [];
afterEach(async () => {
  for (const backend of opened.splice(0)) await backend.close();
});

async function open(): Promise<{ test: TestBackend; transfer: TransferClient }> {
  const backend = await TestBackend.open({ functionsDir });
  opened.push(backend);
  return { test: backend, transfer: new TransferClient(backend.running) };
}

/** Value by value, also where JavaScript calls different values equal. */
const encoded = (documents: Value[]): string[] => documents.map((document) => JSON.stringify(convexToJson(document)));

test("an export brought into a fresh backend gives equal tables, whatever their values, ids and creation times included", async () => {
  const from = await open();
  const fields = fc.dictionary(fc.stringMatching(/^[a-z][a-zA-Z0-9 ]{0,4}$/), convexValue, { maxKeys: 4, noNullPrototype: true });
  const documents = fc.sample(fields, { numRuns: 300, seed: 7 });
  for (const document of documents) await from.test.http.mutation(anyApi.notes!.put!, { table: "anything", document });
  await from.test.http.mutation(anyApi.notes!.put!, { table: "not in the schema".replaceAll(" ", "_"), document: { n: 1n } });
  await adminClient(from.test.running).function("things:put", "box", { name: "a", size: 9007199254740993n });
  const storageId = await from.test.http.action(anyApi.notes!.store!, { text: "what is stored" });
  const zip = await from.transfer.export({ includeStorage: true });

  const to = await open();
  expect(await to.transfer.import(zip, { mode: "requireEmpty", format: "zip" })).toMatchObject({ state: "completed", num_rows_written: 303n });
  for (const [table, component] of [["anything", ""], ["not_in_the_schema", ""], ["things", "box"], ["_storage", ""]] as const) {
    const before = encoded(await from.transfer.documents(table, component));
    expect(before.length).toBeGreaterThan(0);
    expect(encoded(await to.transfer.documents(table, component))).toEqual(before);
  }
  expect(await to.test.http.action(anyApi.notes!.read!, { id: storageId })).toBe("what is stored");
  expect(to.test.troubles).toEqual([]);
}, 60_000);

test("an export is of one moment, whatever is written while it is made", async () => {
  const { test: backend, transfer } = await open();
  const rows = Array.from({ length: 1300 }, (_, n) => JSON.stringify({ group: n % 2, n, twin: n ^ 1 })).join("\n");
  expect(await transfer.import(rows, { mode: "append", format: "jsonLines", tableName: "anything" })).toMatchObject({ state: "completed" });
  // Each mutation keeps the law that every single state of the table obeys: as many documents on one side as on the other.
  const exporting = transfer.export();
  const made = { isOver: false };
  void exporting.finally(() => (made.isOver = true));
  for (let n = 0; !made.isOver; n += 1) await backend.http.mutation(anyApi.notes!.swapPair!, { n });
  const fresh = await open();
  expect(await fresh.transfer.import(await exporting, { mode: "requireEmpty", format: "zip" })).toMatchObject({ state: "completed" });
  const documents = (await fresh.transfer.documents("anything")) as { group: number; n: number }[];
  expect(documents.length).toBe(1300);
  expect(documents.filter(({ group }) => group === 0).length).toBe(650);
  expect(new Set(documents.map(({ n }) => n)).size).toBe(1300);
});

describe("an import that fails leaves everything as it was", () => {
  const line = (text: unknown): string => JSON.stringify({ text });
  let backend: TestBackend;
  beforeAll(async () => {
    backend = await TestBackend.open({ functionsDir });
  });
  afterAll(() => backend.close());
  const many = Array.from({ length: 700 }, (_, n) => line(`row ${n}`));

  test.each([
    ["breaks the schema late in the file", "replace", [...many, line(7)], 'Row 701 of table "notes" does not match the schema: Value does not match validator.\nPath: .text'],
    ["breaks the schema while it appends", "append", [...many, line(7)], 'Row 701 of table "notes" does not match the schema'],
    ["has an id of another kind", "replace", [...many, JSON.stringify({ _id: "nonsense", text: "x" })], 'Row 701 of table "notes" cannot be imported: Unable to decode ID'],
    ["has the same id twice", "append", (id: string) => [JSON.stringify({ _id: id, text: "x" })], "already exists"],
    ["has a field that the system keeps to itself", "append", [JSON.stringify({ _secret: 1, text: "x" })], "_secret"],
    ["is no JSON", "replace", [...many, "{"], "Row 701 wasn't valid JSON"],
    ["holds rows that are no objects", "replace", ["7"], "Row 1 wasn't an object"],
    ["comes to a table with documents", "requireEmpty", many, "Table notes already exists. Please choose a new table name or use replace/append modes."],
  ] as const)("when it %s", async (_why, mode, lines, message) => {
    const transfer = new TransferClient(backend.running);
    const id: string = await backend.http.mutation(anyApi.notes!.add!, { text: "here before" });
    const before = encoded(await transfer.documents("notes"));
    const rows = typeof lines === "function" ? lines(id) : lines;
    const state = await transfer.import(rows.join("\n"), { mode, format: "jsonLines", tableName: "notes" });
    expect(state).toMatchObject({ state: "failed", error_message: expect.stringContaining(message) });
    expect(String(state["error_message"])).toMatch(/^Hit an error while importing:\n/);
    expect(encoded(await transfer.documents("notes"))).toEqual(before);
    expect(await backend.http.query(anyApi.notes!.search!, { word: "row" })).toEqual([]);
    await backend.restart();
    expect(encoded(await new TransferClient(backend.running).documents("notes"))).toEqual(before);
    expect(backend.troubles).toEqual([]);
  });
});

test("subscribers see a replaced table at once and never a part of it; its indexes know the new rows", async () => {
  const { test: backend, transfer } = await open();
  await backend.http.mutation(anyApi.notes!.add!, { text: "old" });
  const followed = follow(backend.connect(), anyApi.notes!.list!, {});
  await followed.until((texts: string[]) => texts.length === 1);
  const rows = Array.from({ length: 1200 }, (_, n) => JSON.stringify({ text: `new ${n}` })).join("\n");
  expect(await transfer.import(rows, { mode: "replace", format: "jsonLines", tableName: "notes" })).toMatchObject({ state: "completed", num_rows_written: 1200n });
  await followed.until((texts: string[]) => texts.length === 1200);
  expect(new Set(followed.values.map((texts: string[]) => texts.length))).toEqual(new Set([1, 1200]));
  expect((await backend.http.query(anyApi.notes!.search!, { word: "1171" })) as string[]).toEqual(["new 1171"]);
  await backend.restart();
  expect(((await backend.http.query(anyApi.notes!.list!)) as string[]).length).toBe(1200);
});

/** An archive of tables with a row each. */
async function archiveOf(...tables: string[]): Promise<Uint8Array> {
  const zip = new ZipWriter(new Uint8ArrayWriter());
  for (const table of tables) await zip.add(`${table}/documents.jsonl`, new TextReader('{"text":"x"}\n'));
  return await zip.close();
}

test("a table whose name no insert would take is not made by an import either", async () => {
  const { transfer } = await open();
  const into = (tableName: string) => transfer.import('{"text":"x"}', { mode: "append", format: "jsonLines", tableName });
  const refusal = /Invalid table name|Identifier is too long/;
  for (const name of ["bad name", "9lives", "with-dash", "a.b", "é", "x".repeat(65)]) {
    await expect(into(name)).rejects.toThrow(refusal);
    const state = await transfer.import(await archiveOf("anything", name), { mode: "append", format: "zip" });
    expect(state).toMatchObject({ state: "failed", error_message: expect.stringMatching(refusal) });
  }
  await expect(into("")).rejects.toThrow(refusal);
  expect(await transfer.documents("anything")).toEqual([]);
  for (const name of ["x".repeat(64), "Lives_9"]) {
    expect(await into(name)).toMatchObject({ state: "completed" });
    expect(await transfer.import(await archiveOf(name), { mode: "append", format: "zip" })).toMatchObject({ state: "completed" });
    expect((await transfer.documents(name)).length).toBe(2);
  }
});

test("a ZIP that is damaged, is no ZIP or names a component that is not there is refused", async () => {
  const { test: backend, transfer } = await open();
  await adminClient(backend.running).function("things:put", "box", { name: "a", size: 1n });
  await backend.http.action(anyApi.notes!.store!, { text: "x".repeat(2000) });
  const zip = Buffer.from(await transfer.export({ includeStorage: true }));
  const request = { mode: "replaceAll", format: "zip" };
  expect(await transfer.import("not a zip at all", request)).toMatchObject({ state: "failed", error_message: expect.stringContaining("invalid zip file") });
  const at = zip.indexOf("xxxxxxxx");
  const damaged = Buffer.from(zip);
  damaged[at] = 0x79;
  expect(await transfer.import(damaged, request)).toMatchObject({ state: "failed" });
  expect(await transfer.import(zip, { ...request, componentPath: "nowhere" })).toMatchObject({ state: "failed", error_message: expect.stringContaining('no component "nowhere"') });
  expect((await transfer.documents("things", "box")).length).toBe(1);
  expect(await transfer.import(zip, request)).toMatchObject({ state: "completed" });
});
