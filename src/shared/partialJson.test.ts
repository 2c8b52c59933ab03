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

/** Whether `shown` is `whole` cut off: texts and arrays are beginnings, objects have their first fields, the rest is equal. */
function isPrefixValue(shown: unknown, whole: unknown): boolean {
  if (typeof shown === "string" && typeof whole === "string") return whole.startsWith(shown);
  if (Array.isArray(shown) && Array.isArray(whole)) return shown.length <= whole.length && shown.every((item, index) => isPrefixValue(item, whole[index]));
  if (typeof shown === "object" && typeof whole === "object" && shown !== null && whole !== null && !Array.isArray(shown) && !Array.isArray(whole)) {
    const fields = new Map<string, unknown>(Object.entries(whole));
    return Object.entries(shown).every(([name, value]) => fields.has(name) && isPrefixValue(value, fields.get(name)));
  }
  return Object.is(shown, whole);
}

test("every beginning of an object's or array's text shows a prefix value of the whole, and never less than before", () => {
  const value = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 3 }, fc.string(), fc.boolean(), fc.constant(null), fc.array(tie("value"), { maxLength: 4 }), fc.dictionary(fc.string(), tie("value"), { maxKeys: 4 })),
  })).value;
  const law =
    fc.property(fc.oneof(fc.array(value), fc.dictionary(fc.string(), value)), (whole) => {
      const text = JSON.stringify(whole);
      const parsed: unknown = JSON.parse(text);
      const shown = Array.from(text, (_, index) => parsePartialJson(text.slice(0, index))).filter((value) => value !== undefined);
      return [...shown, parsed].every((value, index, all) => index === 0 || isPrefixValue(all[index - 1], value));
    });
  expect(fc.check(law).counterexample).toBeNull();
});
