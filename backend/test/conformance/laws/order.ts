import { compareValues, convexToJson, type Value } from "convex/values";
import fc from "fast-check";
import { expect } from "vitest";
import { convexValue } from "../../../src/values/testing/arbitraries.ts";
import type { Law } from "../law.ts";
import type { Target } from "../targets.ts";

/** One value at least of every type, and the borders between them. */
const ladder: readonly Value[] = [
  null, -(2n ** 63n), -1n, 0n, 1n, 2n ** 63n - 1n, -Infinity, -1.5, 0, 5e-324, 1, Infinity, false, true, "", "A", "a", "aa", "b", "é", "😀",
  new Uint8Array([]).buffer, new Uint8Array([0]).buffer, new Uint8Array([0, 1]).buffer, new Uint8Array([255]).buffer, [], [null], [null, 1], [1], ["a"], [[]], {}, { a: 1 }, { a: 1, b: 2 }, { b: 1 },
];

const shown = (values: readonly unknown[]): string[] => values.map((value) => JSON.stringify(convexToJson(value as Value)));

async function inIndexOrder(t: Target, order: "asc" | "desc"): Promise<unknown[]> {
  const rows = (await t.query("documents:list", { table: "things", index: "by_value", order })) as { value: unknown }[];
  return rows.map(({ value }) => value);
}

export const orderLaws: readonly Law[] = [
  {
    states: "an index orders values of every type",
    holds: async (t) => {
      const shuffled = ladder.map((value, at) => ({ value, at: (at * 7) % ladder.length })).sort((a, b) => a.at - b.at).map(({ value }) => ({ value }));
      await t.mutation("documents:insertAll", { table: "things", documents: shuffled });
      expect(shown(await inIndexOrder(t, "asc"))).toEqual(shown(ladder));
      expect(shown(await inIndexOrder(t, "desc"))).toEqual(shown(ladder.toReversed()));
    },
  },
  {
    states: "a missing value comes before all others",
    holds: async (t) => {
      await t.mutation("documents:insertAll", { table: "things", documents: [{ n: 1, value: null }, { n: 2 }] });
      expect(await t.query("documents:list", { table: "things", index: "by_value" })).toMatchObject([{ n: 2 }, { n: 1 }]);
    },
  },
  {
    states: "an index range cuts the order at its bounds, whatever the type",
    holds: async (t) => {
      await t.mutation("documents:insertAll", { table: "things", documents: ladder.map((value) => ({ value })) });
      const found: number[][] = [];
      for (const bound of ladder) {
        const range = async (method: string) => ((await t.query("documents:list", { table: "things", index: "by_value", range: [[method, "value", bound]] })) as unknown[]).length;
        found.push([await range("eq"), await range("lt"), await range("gte")]);
      }
      expect(found).toEqual(ladder.map((_bound, at) => [1, at, ladder.length - at]));
    },
  },
  {
    states: "any values come in the order that `compareValues` of the client package gives",
    convexTestDiffers: "compares NaN and negative zero as JavaScript does",
    holds: async (t) => {
      const values = fc.sample(convexValue, { numRuns: 150, seed: 11 });
      await t.mutation("documents:insertAll", { table: "things", documents: values.map((value) => ({ value })) });
      const found = (await inIndexOrder(t, "asc")) as Value[];
      expect(found.length).toBe(values.length);
      for (const [at, value] of found.entries()) if (at > 0) expect(compareValues(found[at - 1], value)).toBeLessThanOrEqual(0);
    },
  },
];
