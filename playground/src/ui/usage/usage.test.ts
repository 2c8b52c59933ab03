import type { UsageRow } from "convex-agent";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chartOf, dayNames, GROUPINGS, startOfDays, sumAll, sumBy } from "./aggregate";
import { linesOf, readLines, withNewModels } from "./priceLines";
import { costOf, formatMoney, parseAmount, parsePrices } from "./prices";
import { readPages } from "./useUsageRows";

const row = fc.record({
  day: fc.constantFrom("2026-11-20", "2026-11-21"),
  userId: fc.option(fc.constantFrom("ann", "bob"), { nil: undefined }),
  agentName: fc.option(fc.constantFrom("Guide", "Banker"), { nil: undefined }),
  model: fc.option(fc.constantFrom("m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8"), { nil: undefined }),
  promptTokens: fc.nat(1e6), completionTokens: fc.nat(1e6), cachedInputTokens: fc.nat(1e5), messages: fc.nat(100), reasoningTokens: fc.nat(100),
}).map((fields): UsageRow => ({ ...fields, totalTokens: fields.promptTokens + fields.completionTokens }));
const prices = { m1: { input: 2, output: 8 }, m2: { input: 1, output: 1, cachedInput: 0 } };

describe("sums of usage", () => {
  test("by whatever they are grouped, the groups come to the whole", () => {
    fc.assert(fc.property(fc.array(row), fc.constantFrom(...GROUPINGS), (rows, grouping) => {
      const sums = sumBy(rows, { grouping, measure: "tokens", prices });
      const all = sumAll(rows, prices);
      for (const field of ["messages", "promptTokens", "completionTokens", "totalTokens", "reasoningTokens", "cachedInputTokens"] as const) {
        expect(sums.reduce((sum, group) => sum + group[field], 0)).toBe(all[field]);
      }
      expect(sums.reduce((sum, { cost = 0 }) => sum + cost, 0)).toBeCloseTo(all.cost ?? 0, 6);
      expect(all.hasUnpriced).toBe(rows.some(({ model }) => model !== "m1" && model !== "m2"));
    }));
  });

  test("the groups stand in the order of what is measured; one without a price stands last", () => {
    const of = (model: string, tokens: number): UsageRow => ({ day: "2026-11-20", model, messages: 1, promptTokens: tokens, completionTokens: 0, totalTokens: tokens, reasoningTokens: 0, cachedInputTokens: 0 });
    const rows = [of("m9", 30), of("m2", 20), of("m1", 15)];
    const names = (measure: "tokens" | "cost") => sumBy(rows, { grouping: "model", measure, prices }).map(({ label }) => label);
    expect(names("tokens")).toEqual(["m9", "m2", "m1"]);
    expect(names("cost")).toEqual(["m1", "m2", "m9"]);
  });

  test("the chart's bars come to the whole, whatever it is split by and however many series there are", () => {
    const days = ["2026-11-19", "2026-11-20", "2026-11-21"];
    fc.assert(fc.property(fc.array(row), fc.constantFrom("userId" as const, "agentName" as const, "model" as const, "kind" as const), fc.constantFrom("tokens" as const, "cost" as const), (rows, grouping, measure) => {
      const chart = chartOf(rows, { grouping, measure, prices, days });
      expect(chart.days.map(({ day }) => day)).toEqual(days);
      expect(chart.series.length).toBeLessThanOrEqual(6);
      const drawn = chart.days.reduce((sum, day) => sum + chart.series.reduce((of, { field }) => of + (day[field] ?? 0), 0), 0);
      const all = sumAll(rows, prices);
      expect(drawn).toBeCloseTo(measure === "cost" ? (all.cost ?? 0) : all.promptTokens + all.completionTokens, 6);
    }));
  });

  test("days are those of UTC, up to and with today", () => {
    const nowMs = Date.UTC(2026, 10, 21, 23, 59);
    expect(dayNames(3, nowMs)).toEqual(["2026-11-19", "2026-11-20", "2026-11-21"]);
    expect(startOfDays(1, nowMs)).toBe(Date.UTC(2026, 10, 21));
  });
});

describe("prices", () => {
  test("a million tokens cost what the table says; cached input its own price; an unknown model nothing that is known", () => {
    const tokens = { promptTokens: 1_000_000, completionTokens: 500_000, cachedInputTokens: 0 };
    expect(costOf(prices, "m1", tokens)).toBe(6);
    expect(costOf(prices, "m2", { ...tokens, cachedInputTokens: 1_000_000 })).toBe(0.5);
    expect([costOf(prices, "m9", tokens), costOf(prices, undefined, tokens), costOf(prices, "toString", tokens)]).toEqual([undefined, undefined, undefined]);
  });

  test("a table that is kept comes back; what is no price is left out", () => {
    expect(parsePrices(JSON.stringify({ ...prices, bad: { input: "2" }, worse: null, negative: { input: -1, output: 1 } }))).toEqual(prices);
    for (const text of [null, "", "no json", "[]", "3"]) expect(parsePrices(text)).toEqual({});
  });

  test("models that come after the dialog has opened get a line; what was typed stays, an empty line gives way", () => {
    const empty = linesOf({}, []);
    expect(withNewModels(empty, ["m1", "m2"]).map(({ model }) => model)).toEqual(["m1", "m2"]);
    const typed = linesOf({}, ["m1"]).map((line) => ({ ...line, input: "2", output: "8" }));
    const all = withNewModels(typed, ["m1", "m2"]);
    expect(all.map(({ model, input }) => [model, input])).toEqual([["m1", "2"], ["m2", ""]]);
    expect(new Set(all.map(({ id }) => id)).size).toBe(2);
    expect(readLines(all)).toEqual({ m1: { input: 2, output: 8 } });
  });

  test("amounts are read with point or comma, and shown with as many digits as say something", () => {
    expect(["2.5", " 2,5 ", "0", "", "-1", "two"].map(parseAmount)).toEqual([2.5, 2.5, 0, null, null, null]);
    expect([0, 1234.5, 0.5, 0.0123, 0.00004].map(formatMoney)).toEqual(["$0", "$1,234.50", "$0.50", "$0.012", "$0.00004"]);
  });
});

describe("pages of usage", () => {
  const page = (name: string, next: string | null) => ({ rows: [{ day: name, messages: 1, promptTokens: 1, completionTokens: 0, totalTokens: 1, reasoningTokens: 0, cachedInputTokens: 0 }], isDone: next === null, continueCursor: next ?? "end" });
  const pages: Record<string, ReturnType<typeof page>> = { "": page("first", "b"), b: page("second", "c"), c: page("third", null) };

  test("are followed one after the other, each asked for when the one before says where it begins", () => {
    const here = new Set<string>();
    let asked: string[] = [""];
    const steps: [string[], boolean][] = [];
    for (let round = 0; round < 5; round++) {
      const { rows, wanted, isLoading } = readPages(asked, (cursor) => (here.has(cursor) ? pages[cursor] : undefined));
      steps.push([rows.map(({ day }) => day), isLoading]);
      for (const cursor of wanted) here.add(cursor);
      asked = wanted;
    }
    expect(steps).toEqual([[[], true], [["first"], true], [["first", "second"], true], [["first", "second", "third"], false], [["first", "second", "third"], false]]);
    expect(asked).toEqual(["", "b", "c"]);
  });

  test("that lead in a circle end", () => {
    expect(readPages(["", "b"], () => page("again", "")).wanted).toEqual([""]);
  });
});
