import fc from "fast-check";
import { expect, test } from "vitest";
import { likeness, wordDiff } from "./wordDiff";

const text = fc.array(fc.oneof(fc.constantFrom("the ", "cat ", "dog ", "sat ", "on ", ". ", "\n"), fc.string({ unit: "grapheme", maxLength: 4 })), { maxLength: 30 }).map((words) => words.join(""));

test("the runs of each text are the text, and no two runs that follow one another are of a kind", () => {
  fc.assert(fc.property(text, text, (before, after) => {
    const runs = wordDiff(before, after);
    expect(runs.filter(({ kind }) => kind !== "added").map((run) => run.text).join("")).toBe(before);
    expect(runs.filter(({ kind }) => kind !== "removed").map((run) => run.text).join("")).toBe(after);
    expect(runs.some(({ kind }, index) => kind === runs[index + 1]?.kind)).toBe(false);
  }));
});

test("equal texts are one run, and texts without a word in common are two", () => {
  expect(wordDiff("a b", "a b")).toEqual([{ kind: "same", text: "a b" }]);
  expect(wordDiff("yes", "no")).toEqual([{ kind: "removed", text: "yes" }, { kind: "added", text: "no" }]);
  expect([likeness(wordDiff("a", "a")), likeness(wordDiff("a", "b")), likeness(wordDiff("", ""))]).toEqual([1, 0, 1]);
});

test("a changed word is a changed word", () => {
  expect(wordDiff("It is sunny in Oslo today.", "It is rainy in Oslo.")).toEqual([
    { kind: "same", text: "It is " }, { kind: "removed", text: "sunny" }, { kind: "added", text: "rainy" },
    { kind: "same", text: " in Oslo" }, { kind: "removed", text: " today" }, { kind: "same", text: "." },
  ]);
});

test("words that changed together are one change", () => {
  expect(wordDiff("I like red apples.", "I like green pears.")).toEqual([
    { kind: "same", text: "I like " }, { kind: "removed", text: "red apples" }, { kind: "added", text: "green pears" }, { kind: "same", text: "." },
  ]);
});

test("texts of a hundred thousand words are compared at once, as one that takes the place of the other", () => {
  const words = (seed: number) => Array.from({ length: 100_000 }, (_, index) => `w${(index * seed) % 997}`).join(" ");
  expect(wordDiff(words(7), words(11)).length).toBeLessThan(8);
});
