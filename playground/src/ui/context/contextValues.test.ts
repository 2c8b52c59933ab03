import fc from "fast-check";
import { expect, test } from "vitest";
import { CONTEXT_NAMES, readChanges, readValue, realChanges, toContextOptions, valuesOf, type ContextValues } from "./contextValues";

const values = fc.record<ContextValues>({
  recentMessages: fc.nat(1000), excludeToolMessages: fc.boolean(), textSearch: fc.boolean(), vectorSearch: fc.boolean(), limit: fc.nat(100),
  before: fc.nat(100), after: fc.nat(100), vectorScoreThreshold: fc.integer({ min: -100, max: 100 }).map((hundredths) => hundredths / 100), searchOtherThreads: fc.boolean(),
});

test("options that go through the API or through an address come back as they were", () => {
  fc.assert(fc.property(values, (given) => {
    expect(valuesOf(toContextOptions(given))).toEqual(given);
    expect(readChanges((name) => String(given[name]))).toEqual(given);
  }));
});

test("what an agent leaves open is the library's default", () => {
  expect(valuesOf()).toMatchObject({ recentMessages: 100, excludeToolMessages: true, limit: 10, before: 2, after: 1, textSearch: false });
  expect(valuesOf({ recentMessages: 3, searchOptions: { limit: 7 } })).toMatchObject({ recentMessages: 3, limit: 7, before: 2 });
});

test("what cannot be meant is left out, and what the agent says anyway is no change", () => {
  for (const text of ["", " ", "many", "-1", "1.5", "9999"]) expect(readValue("recentMessages", text)).toBeUndefined();
  expect([readValue("vectorScoreThreshold", "2"), readValue("textSearch", "yes")]).toEqual([undefined, undefined]);
  expect(realChanges({ recentMessages: 100, limit: 3 }, valuesOf())).toEqual({ limit: 3 });
  expect(CONTEXT_NAMES.toSorted()).toEqual(Object.keys(valuesOf()).toSorted());
});
