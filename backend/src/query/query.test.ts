import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../values/json.ts";
import { encodedValue } from "../values/testing/arbitraries.ts";
import { compareValues } from "../values/compare.ts";
import { touches } from "../transaction/readSet.ts";
import { collect, tableScan, TestStore } from "../transaction/testing/store.ts";
import type { PaginateOptions } from "../transaction/types.ts";
import { compileFilter } from "./filter.ts";
import { indexRange } from "./indexRange.ts";
import type { QueryJson, RangeBound } from "./types.ts";

const index = { name: "items.by_ab", fields: ["a", "b", "_creationTime"] };
const bound = (type: RangeBound["type"], fieldPath: string, value: JsonValue): RangeBound => ({ type, fieldPath, value });

test.each([
  [[bound("Eq", "x", 1)], 'The index range included a comparison with "x", but items.by_ab with fields ["a", "b", "_creationTime"] doesn\'t index this field. For more information see https://docs.convex.dev/using/indexes.'],
  [[bound("Eq", "b", 1)], 'Tried to query index items.by_ab but the query didn\'t use the index fields in order.\nIndex fields: ["a", "b", "_creationTime"]\nQuery fields: ["b"]\nFirst incorrect field: "b"\nFor more information see'],
  [[bound("Eq", "a", 1), bound("Gt", "_creationTime", 1)], 'First incorrect field: "_creationTime"'],
  [[bound("Gt", "a", 5), bound("Gte", "a", 1)], "Already defined lower bound in index range. Can't add \"a\" >= 1.0."],
  [[bound("Lt", "a", 5), bound("Lt", "a", "x")], "Already defined upper bound in index range. Can't add \"a\" < \"x\"."],
  [[bound("Eq", "a", 5), bound("Eq", "a", 2)], "Already defined equality bound in index range. Can't add \"a\" == 2.0."],
  [[bound("Gt", "a", 5), bound("Eq", "a", 2)], "Already defined inequality bound in index range. Can't add \"a\" == 2.0."],
  [[bound("Gt", "a", 5), bound("Lt", "b", 2)], 'Upper and lower bounds in `range` can only be applied to a single index field. This query against index items.by_ab attempted to set a range bound on both "a" and "b".'],
])("a range that the index cannot serve is refused with Convex's text (%#)", (range, text) => {
  expect(() => indexRange(index, range)).toThrow(text);
});

test("equalities may be written in any order", () => {
  expect(indexRange(index, [bound("Eq", "b", 2), bound("Eq", "a", 1)])).toEqual(indexRange(index, [bound("Eq", "a", 1), bound("Eq", "b", 2)]));
});

test("rows with equal fields lie in the order of their ids, and can be paged by them", async () => {
  await using store = new TestStore();
  await store.mutate((tx) => {
    for (let count = 0; count < 8; count += 1) tx.insert("", "t", {});
  });
  const all = await store.query((tx) => collect(tx, tableScan("t")));
  for (const { _id: id = null, _creationTime: created = null } of all) {
    const read = (type: RangeBound["type"]) => store.query((tx) => collect(tx, {
      source: { type: "IndexRange", indexName: "t.by_creation_time", range: [bound("Eq", "_creationTime", created), bound(type, "_id", id)], order: null },
      operators: [],
    }));
    const same = all.filter((row) => row._creationTime === created);
    const place = same.findIndex((row) => row._id === id);
    expect(await read("Eq")).toEqual([same[place]]);
    expect(await read("Gt")).toEqual(same.slice(place + 1));
    expect(await read("Gte")).toEqual(same.slice(place));
    expect(await read("Lt")).toEqual(same.slice(0, place));
    expect(await read("Lte")).toEqual(same.slice(0, place + 1));
  }
});

test("an index that does not exist is named; a table that does not exist is empty", async () => {
  await using store = new TestStore();
  await store.mutate((tx) => tx.insert("", "t", {}));
  const range = (indexName: string): QueryJson => ({ source: { type: "IndexRange", indexName, range: [], order: null }, operators: [] });
  await expect(store.query((tx) => tx.query("", range("t.by_x")))).rejects.toThrow("Index t.by_x not found.");
  await expect(store.query((tx) => tx.query("", range("none.by_x")))).rejects.toThrow("Index none.by_x not found.");
  expect(await store.query((tx) => collect(tx, range("none.by_id")))).toEqual([]);
  expect(await store.query((tx) => collect(tx, tableScan("none")))).toEqual([]);
});

const int = (value: bigint): JsonValue => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return { $integer: bytes.toString("base64") };
};

test("comparisons of a filter are those of the total order, a missing field being the least", () => {
  const operators = { $eq: (o: number) => o === 0, $neq: (o: number) => o !== 0, $lt: (o: number) => o < 0, $lte: (o: number) => o <= 0, $gt: (o: number) => o > 0, $gte: (o: number) => o >= 0 };
  fc.assert(fc.property(encodedValue, fc.option(encodedValue), fc.constantFrom(...Object.keys(operators)), ({ json }, other, name) => {
    const document: JsonObject = other === null ? {} : { x: { y: other.json } };
    // The name was taken from the table's own keys.
    const expected = operators[name as keyof typeof operators](compareValues(other?.json, json));
    expect(compileFilter({ [name]: [{ $field: "x.y" }, { $literal: json }] })(document)).toBe(expected);
  }));
});

test.each<[JsonValue, boolean]>([
  [{ $eq: [{ $add: [{ $field: "n" }, { $literal: 2 }] }, { $literal: 5 }] }, true],
  [{ $eq: [{ $mod: [{ $field: "n" }, { $literal: 2 }] }, { $literal: 1 }] }, true],
  [{ $eq: [{ $div: [{ $field: "big" }, { $literal: int(2n) }] }, { $literal: int(3n) }] }, true],
  [{ $lt: [{ $neg: { $field: "n" } }, { $literal: 0 }] }, true],
  [{ $and: [{ $eq: [{ $field: "n" }, { $literal: 3 }] }, { $not: { $field: "off" } }] }, true],
  [{ $or: [{ $field: "off" }, { $field: "missing" }, { $literal: "" }] }, false],
])("filter %j gives %s", (expression, expected) => {
  expect(compileFilter(expression)({ n: 3, big: int(7n), off: false })).toBe(expected);
});

test.each<[JsonValue, string]>([
  [{ $add: [{ $literal: 1 }, { $literal: int(1n) }] }, "Cannot add 1.0 (type float64) and 1 (type int64)"],
  [{ $mul: [{ $literal: "a" }, { $literal: 1 }] }, 'Cannot multiply "a" (type string) and 1.0 (type float64)'],
  [{ $div: [{ $literal: int(1n) }, { $literal: int(0n) }] }, "Division by zero"],
  [{ $add: [{ $literal: int(2n ** 63n - 1n) }, { $literal: int(1n) }] }, "does not fit into a 64-bit signed integer"],
])("arithmetic that cannot be done fails: %j", (expression, text) => {
  expect(() => compileFilter(expression)({})).toThrow(text);
});

const options = (more: Partial<PaginateOptions> = {}): PaginateOptions => ({ cursor: null, endCursor: null, journal: null, pageSize: 3, ...more });

test("pages of any size, filtered or not, in either order, put together are the whole query", async () => {
  await using store = new TestStore();
  await store.mutate((tx) => { for (let n = 0; n < 25; n++) tx.insert("", "t", { n: n % 7 }); });
  await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 30 }), fc.constantFrom("asc" as const, "desc" as const), fc.integer({ min: 0, max: 8 }), async (pageSize, order, below) => {
    const query: QueryJson = { source: { type: "FullTableScan", tableName: "t", order }, operators: [{ filter: { $lt: [{ $field: "n" }, { $literal: below }] } }] };
    await store.query((tx) => {
      const found: JsonObject[] = [];
      for (let cursor: string | null = null; ;) {
        const page = tx.paginate("", query, options({ cursor, pageSize }));
        expect(page.page.length).toBeLessThanOrEqual(pageSize);
        found.push(...page.page);
        cursor = page.continueCursor;
        if (page.isDone) break;
      }
      expect(found).toEqual(collect(tx, query));
    });
  }), { numRuns: 40 });
});

test("a page run again with its journal ends where it ended, whatever was inserted; its neighbour begins there", async () => {
  await using store = new TestStore();
  await store.schema([{ tableName: "t", indexes: [{ indexDescriptor: "by_n", fields: ["n"] }] }]);
  const query: QueryJson = { source: { type: "IndexRange", indexName: "t.by_n", range: [], order: null }, operators: [] };
  const numbers = (page: { page: readonly JsonObject[] }): JsonValue[] => page.page.map(({ n }) => n!);
  await store.mutate((tx) => { for (const n of [10, 20, 30, 40, 50]) tx.insert("", "t", { n }); });
  const first = await store.query((tx) => tx.paginate("", query, options()));
  await store.mutate((tx) => { for (const n of [5, 15, 35]) tx.insert("", "t", { n }); });
  const again = await store.query((tx) => tx.paginate("", query, options({ journal: first.continueCursor })));
  expect(numbers(again)).toEqual([5, 10, 15, 20, 30]);
  expect(again.continueCursor).toBe(first.continueCursor);
  const second = await store.query((tx) => tx.paginate("", query, options({ cursor: first.continueCursor })));
  expect(numbers(second)).toEqual([35, 40, 50]);
});

test("a page split at its splitCursor is two pages that are the one", async () => {
  await using store = new TestStore();
  await store.mutate((tx) => { for (let n = 0; n < 9; n++) tx.insert("", "t", { n }); });
  await store.query((tx) => {
    const query = tableScan("t");
    const whole = tx.paginate("", query, options({ pageSize: 8 }));
    const left = tx.paginate("", query, options({ endCursor: whole.splitCursor }));
    const right = tx.paginate("", query, options({ cursor: whole.splitCursor, endCursor: whole.continueCursor }));
    expect([...left.page, ...right.page]).toEqual(whole.page);
    expect(left.page.length).toBe(4);
    expect(right.continueCursor).toBe(whole.continueCursor);
  });
});

test("a row limit stops a page early and asks for a split; nearing it recommends one", async () => {
  await using store = new TestStore();
  await store.mutate((tx) => { for (let n = 0; n < 10; n++) tx.insert("", "t", { n }); });
  await store.query((tx) => {
    const stopped = tx.paginate("", tableScan("t"), options({ pageSize: 9, maximumRowsRead: 4 }));
    expect([stopped.page.length, stopped.pageStatus, stopped.isDone]).toEqual([4, "SplitRequired", false]);
    expect(tx.paginate("", tableScan("t"), options({ pageSize: 9, maximumRowsRead: 11 })).pageStatus).toBe("SplitRecommended");
    expect(tx.paginate("", tableScan("t"), options({ pageSize: 3, maximumRowsRead: 11 })).pageStatus).toBe(null);
  });
});

test("a cursor of another query, or no cursor, is an InvalidCursor that the client knows", async () => {
  await using store = new TestStore();
  await store.mutate((tx) => { for (let n = 0; n < 5; n++) tx.insert("", "t", { n }); });
  const { continueCursor } = await store.query((tx) => tx.paginate("", tableScan("t"), options()));
  for (const cursor of ["", "nonsense", continueCursor]) {
    await expect(store.query((tx) => tx.paginate("", tableScan("t", [{ filter: { $literal: true } }]), options({ cursor })))).rejects.toMatchObject({
      message: "InvalidCursor: Tried to run a query starting from a cursor, but it looks like this cursor is from a different query.",
      data: { isConvexSystemError: true, paginationError: "InvalidCursor" },
    });
  }
});

test("page sizes have bounds", async () => {
  await using store = new TestStore();
  await expect(store.query((tx) => tx.paginate("", tableScan("t"), options({ pageSize: 0 })))).rejects.toThrow("Must request at least 1 document while paginating");
  await expect(store.query((tx) => tx.paginate("", tableScan("t"), options({ pageSize: 32_001 })))).rejects.toThrow("Requested too many items: 32001");
});

test("who stops reading early depends on what was read, and no further", async () => {
  await using store = new TestStore();
  await store.schema([{ tableName: "t", indexes: [{ indexDescriptor: "by_n", fields: ["n"] }] }]);
  await store.mutate((tx) => { for (const n of [10, 20, 30]) tx.insert("", "t", { n }); });
  const query: QueryJson = { source: { type: "IndexRange", indexName: "t.by_n", range: [], order: null }, operators: [{ limit: 2 }] };
  const { readSet } = await store.runner.query(async (tx) => collect(tx, query));
  const since = store.runner.latestTs;
  await store.mutate((tx) => tx.insert("", "t", { n: 25 }));
  await store.mutate((tx) => tx.insert("", "t", { n: 15 }));
  expect(store.runner.commitsAfter(since)!.map((commit) => touches(readSet, commit))).toEqual([false, true]);
});
