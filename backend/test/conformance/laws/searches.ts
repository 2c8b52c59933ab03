import { expect } from "vitest";
import type { Law } from "../law.ts";
import type { Target } from "../targets.ts";

const SEARCHES = "looks for words one by one, without ranking them";
const texts = [
  { body: "the quick brown fox", topic: "animals" }, { body: "a lazy dog sleeps", topic: "animals" }, { body: "Foxes and dogs", topic: "pairs" }, { body: "fox fox fox", topic: "pairs" },
];
/** The cosine of 45 degrees, as the app rounds it. */
const HALF_WAY = Math.round(Math.SQRT1_2 * 1000) / 1000;
const search = async (t: Target, args: object): Promise<string[]> => (await t.query("files:search", args)) as string[];
const fill = async (t: Target): Promise<unknown> => await t.mutation("documents:insertAll", { table: "texts", documents: texts });

const vectors = [
  { name: "x", at: [1, 0, 0], kind: "axis" }, { name: "y", at: [0, 1, 0], kind: "axis" }, { name: "xy", at: [1, 1, 0], kind: "plane" }, { name: "minus x", at: [-2, 0, 0], kind: "axis" },
];

export const searchLaws: readonly Law[] = [
  {
    states: "a word finds the texts that hold it, upper or lower case, and only those",
    holds: async (t) => {
      await fill(t);
      expect((await search(t, { text: "dog" })).sort()).toEqual(["Foxes and dogs", "a lazy dog sleeps"]);
      expect((await search(t, { text: "LAZY" })).sort()).toEqual(["a lazy dog sleeps"]);
      expect(await search(t, { text: "cat" })).toEqual([]);
    },
  },
  {
    states: "a filter field narrows it",
    holds: async (t) => {
      await fill(t);
      expect((await search(t, { text: "fox", topic: "animals" })).sort()).toEqual(["the quick brown fox"]);
    },
  },
  {
    states: "any of the words is enough, the last may be the beginning of one",
    convexTestDiffers: SEARCHES,
    holds: async (t) => {
      await fill(t);
      expect((await search(t, { text: "quick sle" })).sort()).toEqual(["a lazy dog sleeps", "the quick brown fox"]);
      expect((await search(t, { text: "qui fox" })).sort()).toEqual(["Foxes and dogs", "fox fox fox", "the quick brown fox"]);
    },
  },
  {
    states: "what fits best comes first",
    convexTestDiffers: SEARCHES,
    holds: async (t) => {
      const bodies = ["an owl among many other birds of the night", "owl owl", "no bird at all"];
      await t.mutation("documents:insertAll", { table: "texts", documents: bodies.map((body) => ({ body, topic: "birds" })) });
      expect(await search(t, { text: "owl" })).toEqual(["owl owl", bodies[0]]);
      expect(await search(t, { text: "owl", take: 1 })).toEqual(["owl owl"]);
    },
  },
  {
    states: "no text finds nothing",
    convexTestDiffers: "finds everything",
    holds: async (t) => {
      await fill(t);
      expect(await search(t, { text: "" })).toEqual([]);
    },
  },
  {
    states: "a search follows inserts, changes and removals",
    holds: async (t) => {
      const id = await t.mutation("documents:insert", { table: "texts", document: { body: "first words", topic: "t" } });
      expect(await search(t, { text: "first" })).toEqual(["first words"]);
      await t.mutation("documents:patch", { id, fields: { body: "second words" } });
      expect([await search(t, { text: "first" }), await search(t, { text: "second" })]).toEqual([[], ["second words"]]);
      await t.mutation("documents:remove", { id });
      expect(await search(t, { text: "second" })).toEqual([]);
    },
  },
  {
    states: "the nearest vectors come with their cosines, nearest first",
    holds: async (t) => {
      await t.mutation("documents:insertAll", { table: "vectors", documents: vectors });
      expect(await t.action("files:nearest", { at: [2, 0, 0] })).toEqual([["x", 1], ["xy", HALF_WAY], ["y", 0], ["minus x", -1]]);
      expect(await t.action("files:nearest", { at: [2, 0, 0], limit: 2 })).toEqual([["x", 1], ["xy", HALF_WAY]]);
    },
  },
  {
    states: "vectors are filtered by equality with any of several values",
    holds: async (t) => {
      await t.mutation("documents:insertAll", { table: "vectors", documents: vectors });
      expect(await t.action("files:nearest", { at: [1, 0, 0], kinds: ["plane"] })).toEqual([["xy", HALF_WAY]]);
      expect(await t.action("files:nearest", { at: [1, 0, 0], kinds: ["plane", "axis"], limit: 2 })).toEqual([["x", 1], ["xy", HALF_WAY]]);
    },
  },
];
