import fc from "fast-check";
import { expect, test } from "vitest";
import { estimateTextTokens, estimateTokens, holdsFiles } from "./estimateTokens.js";

test("prose takes a quarter of its letters, a script of syllables a token for each", () => {
  expect(estimateTextTokens("The weather in Oslo is fine today, they say.")).toBe(11);
  expect(estimateTextTokens("今日は天気がいい")).toBe(8);
  expect(estimateTextTokens("привет")).toBe(3);
  expect(estimateTextTokens("")).toBe(0);
});

test("an estimate never shrinks when text is added", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (before, after) => {
    expect(estimateTextTokens(before + after)).toBeGreaterThanOrEqual(estimateTextTokens(before));
  }));
});

test("the data of a file counts nothing, and is told of", () => {
  const file = [{ type: "text", text: "What is this?" }, { type: "image", image: "A".repeat(10_000) }];
  expect(estimateTokens(file)).toBeLessThan(20);
  expect([holdsFiles(file), holdsFiles("What?"), holdsFiles([{ type: "text", text: "a" }])]).toEqual([true, false, false]);
});
