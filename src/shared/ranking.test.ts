import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fuseRankings, searchWords } from "./ranking.js";

const ranking = fc.uniqueArray(fc.constantFrom(..."abcdefghij"), { maxLength: 10 });

describe("fuseRankings", () => {
  test("holds every item once, and one list alone keeps its order", () => {
    fc.assert(fc.property(ranking, ranking, (a, b) => {
      expect([...fuseRankings([a, b])].sort()).toEqual([...new Set([...a, ...b])].sort());
      expect(fuseRankings([a])).toEqual(a);
      expect(fuseRankings([a, []])).toEqual(a);
    }));
  });

  test("an item that is no worse in any list and better in one comes first", () => {
    fc.assert(fc.property(ranking, ranking, (a, b) => {
      const fused = fuseRankings([a, b]);
      const rank = (list: readonly string[], item: string) => (list.includes(item) ? list.indexOf(item) : Infinity);
      const isBetter = (x: string, y: string) =>
        rank(a, x) <= rank(a, y) && rank(b, x) <= rank(b, y) && (rank(a, x) < rank(a, y) || rank(b, x) < rank(b, y));
      const wrong = fused.flatMap((x) => fused.filter((y) => isBetter(x, y) && fused.indexOf(x) > fused.indexOf(y)).map((y) => [x, y]));
      expect(wrong).toEqual([]);
    }));
  });

  test("what both lists have stands before what only one has at the same ranks", () => {
    expect(fuseRankings([["a", "both"], ["b", "both"]])[0]).toBe("both");
  });
});

describe("searchWords", () => {
  test("at most sixteen words, each once, in their order, and all of a short text", () => {
    fc.assert(fc.property(fc.array(fc.stringMatching(/^[a-z]{1,12}$/)), (words) => {
      const found = searchWords(words.join(", ")).split(" ").filter(Boolean);
      const unique = [...new Set(words)];
      expect(found.length).toBe(Math.min(unique.length, 16));
      expect(found).toEqual(unique.filter((word) => found.includes(word)));
    }));
  });

  test("the long words of a long text, which say what it is about", () => {
    const text = `Hi, I am at it and it is so on as we go: by me, do we or do you have an ${"espresso"} for my friend?`;
    expect(searchWords(text)).toContain("espresso");
    expect(searchWords("¿Qué? 漢字, naïve_test!")).toBe("qué 漢字 naïve test");
    expect(searchWords("… !?")).toBe("");
  });
});
