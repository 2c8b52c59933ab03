import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { DatabaseTransaction } from "../../transaction/transaction.ts";
import { StorageError } from "../../storage/sqlite.ts";
import { TestApp } from "../testing/testApp.ts";

const SCHEMA = `
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
export default defineSchema({
  notes: defineTable({ text: v.string(), n: v.number() }).index("by_n", ["n"]).searchIndex("words", { searchField: "text" }),
});
`;

const FUNCTIONS = `
import { actionGeneric as action, makeFunctionReference, mutationGeneric as mutation, queryGeneric as query } from "convex/server";

const caught = async (body) => { try { return ["ended well", await body()]; } catch (error) { return [error.name, error.message]; } };

export const asked = mutation(async (_ctx, { op, args, isSync }) => await caught(async () => JSON.parse(isSync ? Convex.syscall(op, args) : await Convex.asyncSyscall(op, args))));
export const askedByAction = action((_ctx, { op, args }) => caught(async () => JSON.parse(await Convex.asyncSyscall(op, args))));
export const searched = query(async (ctx) => await ctx.db.query("notes").withSearchIndex("words", (q) => q.search("text", 5)).collect());
export const searchedCaught = query((ctx) => caught(() => ctx.db.query("notes").withSearchIndex("words", (q) => q.search("text", 5)).collect()));
export const ordered = query((ctx) => caught(() => ctx.db.query("notes").order("newest").collect()));
export const paged = query((ctx, { cursor }) => caught(() => ctx.db.query("notes").paginate({ numItems: 5, cursor })));
export const written = mutation(async (ctx, { write, id }) => await caught(() => ctx.db[write](id, ...(write === "delete" ? [] : [{}]))));
export const got = query((ctx, { id }) => caught(() => ctx.db.get(id)));
export const add = mutation(async (ctx) => await ctx.db.insert("notes", { text: "kept", n: 1 }));
export const addThenGet = mutation(async (ctx, { id }) => {
  await ctx.db.insert("notes", { text: "lost", n: 1 });
  return await caught(() => ctx.db.get(id));
});
export const limited = mutation(async (ctx, { id }) => await caught(() => ctx.runMutation(makeFunctionReference("notes:getTwice"), { id }, { transactionLimits: { databaseQueries: 1 } })));
export const getTwice = mutation(async (ctx, { id }) => { await ctx.db.get(id); await ctx.db.get(id); });
export const count = query(async (ctx) => (await ctx.db.query("notes").collect()).length);
`;

const app = new TestApp();
beforeAll(async () => {
  await app.push({ "convex/schema.ts": SCHEMA, "convex/notes.ts": FUNCTIONS });
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => app.close());

const scan = { type: "FullTableScan", tableName: "notes", order: null };
const range = { type: "IndexRange", indexName: "notes.by_n", range: [], order: null };
const search = { type: "Search", indexName: "notes.words", filters: [{ type: "Search", fieldPath: "text", value: "x" }] };

describe("a query that is none", () => {
  const broken: readonly [why: string, query: unknown][] = [
    ["expected it to be an object, got nothing", undefined],
    ["expected it to be an object, got 7", 7],
    ["expected `source` to be an object, got nothing", { operators: [] }],
    ["expected `source.type` to be", { source: { ...scan, type: "constructor" }, operators: [] }],
    ["expected `tableName` to be a string, got nothing", { source: { ...scan, tableName: undefined }, operators: [] }],
    ["expected `tableName` to be a string, got 5", { source: { ...scan, tableName: 5 }, operators: [] }],
    ['expected `order` to be "asc" or "desc", got "newest"', { source: { ...scan, order: "newest" }, operators: [] }],
    ["expected `indexName` to be a string", { source: { ...range, indexName: null }, operators: [] }],
    ["expected `range` to be an array", { source: { ...range, range: "all" }, operators: [] }],
    ["expected an item of `range` to be an object, got null", { source: { ...range, range: [null] }, operators: [] }],
    ["expected the comparison of a bound to be", { source: { ...range, range: [{ type: "toString", fieldPath: "n", value: 1 }] }, operators: [] }],
    ["expected `fieldPath` to be a string, got an array", { source: { ...range, range: [{ type: "Eq", fieldPath: ["n"], value: 1 }] }, operators: [] }],
    ["expected `filters` to be an array", { source: { ...search, filters: {} }, operators: [] }],
    ["expected `value` to be a string, got 5", { source: { ...search, filters: [{ type: "Search", fieldPath: "text", value: 5 }] }, operators: [] }],
    ["expected `operators` to be an array", { source: scan }],
    ["expected an item of `operators` to be an object", { source: scan, operators: [[]] }],
    ["expected `limit` to be a number, got nothing", { source: scan, operators: [{}] }],
    ["expected `limit` to be a number, got \"5\"", { source: scan, operators: [{ limit: "5" }] }],
  ];

  test.each(broken)("is refused by name: %s", async (why, query) => {
    const stream = { op: "1.0/queryStream", args: JSON.stringify({ query }), isSync: true };
    expect(await app.mutation("notes:asked", stream)).toEqual(["Error", expect.stringContaining(`Invalid argument \`query\` for \`queryStream\`: ${why}`)]);
    const page = { op: "1.0/queryPage", args: JSON.stringify({ query, cursor: null, pageSize: 1 }), isSync: false };
    expect(await app.mutation("notes:asked", page)).toEqual(["Error", expect.stringContaining(`Invalid argument \`query\` for \`queryPage\`: ${why}`)]);
  });

  test("is refused as well when the query builder wrote it, and fails its own call alone", async () => {
    const why = "Invalid argument `query` for `queryStream`: expected `value` to be a string, got 5";
    expect(await app.query("notes:searchedCaught")).toEqual(["Error", why]);
    expect((await app.failure("query", "notes:searched")).message).toContain(`Uncaught Error: ${why}`);
    expect(await app.query("notes:ordered")).toEqual(["Error", expect.stringContaining('got "newest"')]);
  });

  test("has a range value that is missing: what a value is says the database", async () => {
    const query = { source: { ...range, range: [{ type: "Eq", fieldPath: "n" }] }, operators: [] };
    expect(await app.mutation("notes:asked", { op: "1.0/queryStream", args: JSON.stringify({ query }), isSync: true })).toEqual(["Error", expect.any(String)]);
  });

  test.each(["[]", "null", "5", "no json", ""])("arguments that are no object are refused: %s", async (args) => {
    for (const [op, isSync] of [["1.0/queryStream", true], ["1.0/queryCleanup", true]] as const) {
      expect(await app.mutation("notes:asked", { op, args, isSync })).toEqual(["Error", expect.stringContaining("nvalid argument")]);
    }
  });
});

describe("a vector search that is none", () => {
  test.each([
    ["expected it to be an object, got nothing", undefined],
    ["expected `indexName` to be a string, got nothing", { vector: [1, 2], expressions: null }],
    ["expected `vector` to be an array, got nothing", { indexName: "notes.v", expressions: null }],
    ["expected number 1 of `vector` to be a finite number, got null", { indexName: "notes.v", vector: [1, null], expressions: null }],
    ['expected `limit` to be a number, got "5"', { indexName: "notes.v", vector: [1, 2], limit: "5", expressions: null }],
  ])("is refused by name: %s", async (why, query) => {
    expect(await app.action("notes:askedByAction", { op: "1.0/actions/vectorSearch", args: JSON.stringify({ query }) })).toEqual(["Error", `Invalid argument \`query\` for \`vectorSearch\`: ${why}`]);
  });
});

test.each(["constructor", "__proto__", "toString", "1.0/nothing"])("there is no syscall %s", async (op) => {
  for (const isSync of [true, false]) expect(await app.mutation("notes:asked", { op, args: "{}", isSync })).toEqual(["Error", `Unknown ${isSync ? "" : "async "}operation ${op}`]);
  expect(await app.action("notes:askedByAction", { op, args: "{}" })).toEqual(["Error", `Unknown async operation ${op}`]);
  expect(app.troubles).toEqual([]);
});

describe("a cursor", () => {
  test("that is no text is refused, also as the end of a page; without one the page is the first", async () => {
    expect(await app.query("notes:paged", { cursor: 5 })).toEqual(["Error", "Invalid argument `cursor` for `queryPage`: expected it to be a string or null, got 5"]);
    expect(await app.query("notes:paged", { cursor: null })).toEqual(["ended well", expect.objectContaining({ isDone: true })]);
    expect(await app.query("notes:paged")).toEqual(["ended well", expect.objectContaining({ isDone: true })]);
    const args = JSON.stringify({ query: { source: scan, operators: [] }, cursor: null, endCursor: ["x"], pageSize: 1 });
    expect(await app.mutation("notes:asked", { op: "1.0/queryPage", args, isSync: false })).toEqual(["Error", expect.stringContaining("Invalid argument `endCursor` for `queryPage`")]);
  });
});

describe("an id", () => {
  test("that is malformed is named as the argument of its method", async () => {
    for (const write of ["patch", "replace", "delete"]) {
      expect(await app.mutation("notes:written", { write, id: "abc" })).toEqual(["Error", `Invalid argument \`id\` for \`db.${write}\`: Unable to decode ID: Invalid ID length 3`]);
    }
    expect(await app.query("notes:got", { id: "abc" })).toEqual(["Error", "Invalid argument `id` for `db.get`: Unable to decode ID: Invalid ID length 3"]);
  });

  test("is not blamed for a read limit", async () => {
    const id = await app.mutation("notes:add");
    const [, message] = (await app.mutation("notes:limited", { id })) as [string, string];
    expect(message).toContain("Too many reads in a single function execution");
    expect(message).not.toContain("Invalid argument");
  });
});

describe("a failure inside a syscall", () => {
  const failing = (error: Error) => vi.spyOn(DatabaseTransaction.prototype, "tableOfId").mockImplementation(() => {
    throw error;
  });

  test("that is a mistake of our own fails its call alone, caught or not, and nothing of it is kept", async () => {
    const before = await app.query("notes:count");
    const mistake = new TypeError("undefined is not a function");
    failing(mistake);
    const failure = { code: "InternalServerError", message: "Your request couldn't be completed. Try again later." };
    expect(await app.failure("mutation", "notes:addThenGet", { id: "abc" })).toEqual(failure);
    expect(await app.functions.query(app.call("notes:got", { id: "abc" }))).toMatchObject({ outcome: { ok: false, error: failure }, observedTime: true });
    expect(app.troubles).toEqual([mistake, mistake]);
    vi.restoreAllMocks();
    expect(await app.query("notes:count")).toBe(before);
  });

  test("that is the storage's is the caller's to hear of", async () => {
    const trouble = new StorageError("io", "the disk is gone");
    failing(trouble);
    await expect(app.functions.mutation(app.call("notes:addThenGet", { id: "abc" }))).rejects.toBe(trouble);
    await expect(app.functions.query(app.call("notes:got", { id: "abc" }))).rejects.toBe(trouble);
  });
});
