import fc from "fast-check";
import { expect, test } from "vitest";
import { cutForEmbedding, embeddedText } from "./embedText.js";

/** Texts about as long as what is embedded at most, with characters of two units and halves of them at any place. */
const text = fc
  .tuple(fc.constantFrom("", " ", "x", "😀", "\ud83d", "\ude00"), fc.integer({ min: 9_990, max: 10_002 }), fc.array(fc.constantFrom("a", " ", "😀", "\ud83d", "\ude00"), { maxLength: 20 }))
  .map(([unit, length, end]) => unit.repeat(length / (unit.length || 1)) + end.join(""));

test("whatever the text, what is searched by and embedded is well-formed and the beginning of it", () =>
  fc.assert(
    fc.property(fc.oneof(text, fc.string({ unit: "binary" })), (given) => {
      const cut = cutForEmbedding(given);
      expect(cut.isWellFormed()).toBe(true);
      expect(given.trim().toWellFormed().startsWith(cut)).toBe(true);
      expect(cut.length).toBeGreaterThanOrEqual(Math.min(given.trim().length, 9_999));
      expect(embeddedText({ role: "user", content: given })).toBe(cut);
    }),
  ));

test("an emoji at the cut is left out", () => {
  expect(cutForEmbedding(`${"x".repeat(9_999)}😀 and more`)).toBe("x".repeat(9_999));
});
