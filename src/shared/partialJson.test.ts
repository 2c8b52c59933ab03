import fc from "fast-check";
import { expect, test } from "vitest";
import { parsePartialJson } from "./partialJson.js";

test("a whole JSON text gives its value, and every beginning of one gives a value or nothing, never an error", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 2 }), fc.nat(200), (value, length) => {
      const text = JSON.stringify(value);
      expect(parsePartialJson(text)).toEqual(JSON.parse(text));
      expect(() => parsePartialJson(text.slice(0, length))).not.toThrow();
    }),
  );
});

test("what a beginning shows of an object's strings is a beginning of them", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom("city", "unit"), fc.string({ unit: "grapheme" })), fc.nat(100), (value, length) => {
      const shown = parsePartialJson(JSON.stringify(value).slice(0, length));
      for (const [key, text] of Object.entries(shown ?? {})) expect(value[key]?.startsWith(String(text).replace(/[\ud800-\udbff]$/, ""))).toBe(true);
    }),
  );
});
