import { expect } from "vitest";
import { accepted, refusal, type Law } from "../law.ts";
import type { Target } from "../targets.ts";

const OWN_WORDS = "refuses in its own words";
const things = async (t: Target, ...documents: object[]): Promise<string[]> => (await t.mutation("documents:insertAll", { table: "things", documents })) as string[];
const numbers = async (t: Target, args: object): Promise<unknown[]> => ((await t.query("documents:list", { table: "things", ...args })) as { n: unknown }[]).map(({ n }) => n);
const rows = [{ group: "a", n: 1 }, { group: "a", n: 2 }, { group: "a", n: 3 }, { group: "b", n: 2 }, { n: 5 }, { group: "b" }];

export const databaseLaws: readonly Law[] = [
  {
    states: "an inserted document is got back with its id and its time",
    holds: async (t) => {
      const [id] = await things(t, { group: "a", value: { list: [1, "x", null] } });
      expect(await t.query("documents:get", { id })).toEqual({ _id: id, _creationTime: expect.any(Number), group: "a", value: { list: [1, "x", null] } });
      expect(await t.query("documents:get", { id, table: "things" })).toMatchObject({ _id: id });
    },
  },
  {
    states: "a removed document is null, and cannot be changed or removed again",
    holds: async (t) => {
      const [id] = await things(t, { group: "a" });
      await t.mutation("documents:remove", { id });
      expect(await t.query("documents:get", { id })).toBeNull();
      await expect(t.mutation("documents:patch", { id, fields: {} })).rejects.toBeInstanceOf(Error);
      await expect(t.mutation("documents:replace", { id, document: {} })).rejects.toBeInstanceOf(Error);
      await expect(t.mutation("documents:remove", { id })).rejects.toBeInstanceOf(Error);
    },
  },
  {
    states: "writing to a missing document is refused by its id",
    convexTestDiffers: OWN_WORDS,
    holds: async (t) => {
      const [id] = await things(t, { group: "a" });
      await t.mutation("documents:remove", { id });
      expect(await refusal(t.mutation("documents:patch", { id, fields: {} }))).toContain(`Update on nonexistent document ID ${String(id)}`);
      expect(await refusal(t.mutation("documents:remove", { id }))).toContain(`Delete on nonexistent document ID ${String(id)}`);
    },
  },
  {
    states: "patch merges, drops what is undefined and keeps the rest; replace keeps nothing but id and time",
    holds: async (t) => {
      const [id] = await things(t, { group: "a", n: 1, value: { old: true } });
      const before = (await t.query("documents:get", { id })) as { _creationTime: number };
      await t.mutation("documents:patch", { id, fields: { n: 2, value: { fresh: true } }, drop: ["group"] });
      expect(await t.query("documents:get", { id })).toEqual({ ...before, group: undefined, n: 2, value: { fresh: true } });
      await t.mutation("documents:replace", { id, document: { group: "z" } });
      expect(await t.query("documents:get", { id })).toEqual({ _id: id, _creationTime: before._creationTime, group: "z" });
    },
  },
  {
    states: "a transaction sees its own writes, in indexes too; one that throws leaves nothing",
    holds: async (t) => {
      expect(await t.mutation("documents:writeAndRead", { group: "g", fail: false })).toEqual([2]);
      await expect(t.mutation("documents:writeAndRead", { group: "g", fail: true })).rejects.toThrow("rolled back after 2");
      expect(await numbers(t, {})).toEqual([2]);
    },
  },
  {
    states: "an index range gives what lies in it, by index order",
    holds: async (t) => {
      await things(t, ...rows);
      const inA = [["eq", "group", "a"]];
      const list = async (range: unknown[], order?: string) => await numbers(t, { index: "by_group_n", range, ...(order === undefined ? {} : { order }) });
      expect(await list(inA)).toEqual([1, 2, 3]);
      expect(await list(inA, "desc")).toEqual([3, 2, 1]);
      expect(await list([...inA, ["gt", "n", 1]])).toEqual([2, 3]);
      expect(await list([...inA, ["gte", "n", 2], ["lt", "n", 3]])).toEqual([2]);
      expect(await list([...inA, ["gt", "n", 1], ["lte", "n", 3]])).toEqual([2, 3]);
      expect(await list([...inA, ["eq", "n", 2]])).toEqual([2]);
      expect(await list([["gt", "group", "a"]])).toEqual([undefined, 2]);
      expect(await list([["lt", "group", "b"]])).toEqual([5, 1, 2, 3]);
      expect(await list([])).toEqual([5, 1, 2, 3, undefined, 2]);
      expect(await list([...inA, ["gt", "n", 3], ["lt", "n", 1]])).toEqual([]);
    },
  },
  {
    states: "a missing field is found as undefined",
    convexTestDiffers: "is told of undefined only where arguments can carry it",
    holds: async (t) => {
      await things(t, ...rows);
      expect(await numbers(t, { index: "by_group_n", range: [["lt", "group", "a"]] })).toEqual([5]);
    },
  },
  {
    states: "an index range is written in the order of the index's fields",
    holds: async (t) => {
      const wrong = [[["eq", "n", 1]], [["gt", "group", "a"], ["eq", "n", 1]], [["gt", "group", "a"], ["gt", "n", 1]], [["gt", "group", "a"], ["gte", "group", "b"]]];
      expect(await accepted(wrong, (range) => t.query("documents:list", { table: "things", index: "by_group_n", range }))).toEqual([]);
      await expect(t.query("documents:list", { table: "things", index: "nowhere" })).rejects.toBeInstanceOf(Error);
    },
  },
  {
    states: "a wrong index range is refused with the fields it has and should have",
    convexTestDiffers: OWN_WORDS,
    holds: async (t) => {
      const say = async (range: unknown[], index = "by_group_n") => await refusal(t.query("documents:list", { table: "things", index, range }));
      expect(await say([["eq", "n", 1]])).toContain('Tried to query index things.by_group_n but the query didn\'t use the index fields in order.');
      expect(await say([["eq", "other", 1]])).toContain('The index range included a comparison with "other", but things.by_group_n with fields');
      expect(await say([["gt", "group", "a"], ["gte", "group", "b"]])).toContain("Already defined lower bound in index range.");
      expect(await say([], "nowhere")).toContain("Index things.nowhere not found.");
    },
  },
  {
    states: "fields inside of objects can be indexed",
    holds: async (t) => {
      await things(t, { n: 1, value: { deep: { field: "y" } } }, { n: 2, value: { deep: { field: "x" } } }, { n: 3, value: "flat" });
      expect(await numbers(t, { index: "by_deep" })).toEqual([3, 2, 1]);
      expect(await numbers(t, { index: "by_deep", range: [["eq", "value.deep.field", "x"]] })).toEqual([2]);
    },
  },
  {
    states: "without an index documents come by time, and backwards if asked",
    holds: async (t) => {
      await things(t, { n: 3 }, { n: 1 }, { n: 2 });
      expect(await numbers(t, {})).toEqual([3, 1, 2]);
      expect(await numbers(t, { order: "desc" })).toEqual([2, 1, 3]);
      expect(await numbers(t, { index: "by_creation_time", order: "desc" })).toEqual([2, 1, 3]);
    },
  },
  {
    states: "filters compare, combine and calculate",
    holds: async (t) => {
      await things(t, ...rows);
      const n = ["field", "n"];
      const found = async (filter: unknown) => (await numbers(t, { filter })).map(String).sort();
      expect(await found(["eq", n, 2])).toEqual(["2", "2"]);
      expect(await found(["neq", n, 2])).toEqual(["1", "3", "5", "undefined"]);
      expect(await found(["and", ["gte", n, 2], ["lt", n, 5]])).toEqual(["2", "2", "3"]);
      expect(await found(["or", ["eq", n, 1], ["gt", n, 4]])).toEqual(["1", "5"]);
      expect(await found(["not", ["eq", ["field", "group"], "a"]])).toEqual(["2", "5", "undefined"]);
      expect(await found(["and", ["gt", n, 0], ["eq", ["mod", n, 2], 1]])).toEqual(["1", "3", "5"]);
      expect(await found(["and", ["gt", n, 0], ["eq", ["add", ["mul", n, 2], 1], 7]])).toEqual(["3"]);
      expect(await found(["and", ["gt", n, 0], ["eq", ["sub", n, ["div", n, 2]], 1]])).toEqual(["2", "2"]);
    },
  },
  {
    states: "a filter may negate a number",
    convexTestDiffers: "has no negation",
    holds: async (t) => {
      await things(t, { n: 1 }, { n: -2 });
      expect(await numbers(t, { filter: ["eq", ["neg", ["field", "n"]], 2] })).toEqual([-2]);
    },
  },
  {
    states: "in a filter a missing field is less than any value",
    convexTestDiffers: "compares with a missing field as JavaScript does",
    holds: async (t) => {
      await things(t, ...rows);
      expect(await numbers(t, { filter: ["lte", ["field", "n"], 1] })).toEqual([1, undefined]);
    },
  },
  {
    states: "take, first and unique stop where they should",
    holds: async (t) => {
      await things(t, ...rows);
      const at = { table: "things", index: "by_group_n" };
      expect(await t.query("documents:take", { ...at, n: 2 })).toMatchObject([{ n: 5 }, { group: "a", n: 1 }]);
      expect(await t.query("documents:take", { ...at, n: 0 })).toEqual([]);
      expect(await t.query("documents:first", { ...at, range: [["eq", "group", "b"]], order: "desc" })).toMatchObject({ n: 2 });
      expect(await t.query("documents:first", { ...at, range: [["eq", "group", "none"]] })).toBeNull();
      expect(await t.query("documents:unique", { ...at, range: [["eq", "group", "a"], ["eq", "n", 2]] })).toMatchObject({ n: 2 });
      expect(await t.query("documents:unique", { ...at, range: [["eq", "group", "none"]] })).toBeNull();
      expect(await refusal(t.query("documents:unique", { ...at, range: [["eq", "group", "a"]] }))).toContain("unique() query returned more than one result");
    },
  },
  {
    states: "normalizeId knows ids of the table, and nothing else",
    holds: async (t) => {
      const [id] = await things(t, {});
      const other = await t.mutation("documents:insert", { table: "texts", document: { body: "", topic: "" } });
      expect(await t.query("documents:normalize", { table: "things", id })).toBe(id);
      for (const wrong of [other, "", "nonsense"]) expect(await t.query("documents:normalize", { table: "things", id: wrong })).toBeNull();
    },
  },
  {
    states: "a table that was never written to is empty",
    holds: async (t) => {
      expect(await t.query("documents:list", { table: "never" })).toEqual([]);
      expect(await t.query("documents:system", { table: "_storage" })).toEqual([]);
    },
  },
  {
    states: "names of fields are checked",
    convexTestDiffers: "takes any name",
    holds: async (t) => {
      expect(await refusal(t.mutation("documents:insert", { table: "never", document: { _mine: 1 } }))).toContain("_mine");
    },
  },
];
