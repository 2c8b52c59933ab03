import { getConvexSize, jsonToConvex, type JSONValue } from "convex/values";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkDocumentSize, formatBytes, normalizeDocument, normalizeValue } from "./normalize.ts";
import { valueSize } from "./size.ts";
import { encodedValue } from "./testing/arbitraries.ts";

test("what the convex package encodes passes unchanged and decodes to the same value", () => {
  fc.assert(
    fc.property(encodedValue, ({ value, json }) => {
      const normalized = normalizeValue(json);
      expect(JSON.stringify(normalized)).toBe(JSON.stringify(json));
      expect(jsonToConvex(normalized as JSONValue)).toEqual(value);
    }),
  );
});

test("sizes are those that the convex package counts", () => {
  fc.assert(fc.property(encodedValue, ({ value, json }) => void expect(valueSize(json)).toBe(getConvexSize(value))));
});

test("fields are sorted, so that equal values have equal texts", () => {
  expect(JSON.stringify(normalizeValue({ b: 1, a: { d: null, c: "x" } }))).toBe('{"a":{"c":"x","d":null},"b":1}');
});

test("a field named __proto__ is a field like any other", () => {
  expect(JSON.stringify(normalizeValue(JSON.parse('{"__proto__":{"x":1}}')))).toBe('{"__proto__":{"x":1}}');
});

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

describe("what is not a Convex value is refused with the rule and the limit", () => {
  const cases: [string, unknown, string][] = [
    ["a lone surrogate", "a\ud800", "lone surrogate"],
    ["a reserved field", { $x: 1, y: 2 }, "starts with a '$'"],
    ["a field that is not ASCII", { é: 1 }, "non-control ASCII"],
    ["a long array", Array.from({ length: 8193 }, () => 0), "8193 > maximum length 8192"],
    ["many fields", Object.fromEntries(Array.from({ length: 1025 }, (_, index) => [`f${index}`, 0])), "1025 > maximum number 1024"],
    ["deep nesting", nested(65), "maximum nesting 64"],
    ["an ordinary float in $float", { $float: Buffer.from(new Float64Array([1.5]).buffer).toString("base64") }, "should be encoded as a number"],
    ["a short int64", { $integer: "AAAA" }, "Received 3 bytes, expected 8"],
    ["bytes that are not base64", { $bytes: "!" }, "not base64"],
    ["a Set", { $set: [] }, "no longer supported"],
    ["undefined", { $undefined: null }, "not a valid Convex value"],
  ];
  test.each(cases)("%s", (_name, raw, message) => expect(() => normalizeValue(raw)).toThrow(message));

  test("64 levels of values pass, 16 of documents", () => {
    expect(normalizeValue(nested(64))).toEqual(nested(64));
    expect(() => normalizeDocument({ a: nested(16) })).toThrow("Document is too nested");
    expect(normalizeDocument({ a: nested(15) })).toEqual({ a: nested(15) });
  });

  test("a document over 1 MiB names its size and the limit", () => {
    expect(() => checkDocumentSize({ text: "x".repeat(1024 * 1024) })).toThrow("maximum size 1 MiB");
    expect(formatBytes(1024 * 1024)).toBe("1 MiB");
  });
});
