import { getConvexSize, getDocumentSize, jsonToConvex, type JSONValue, type Value } from "convex/values";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UserError } from "../errors.ts";
import type { JsonObject, JsonValue } from "./json.ts";
import {
  checkDocumentLimits, formatBytes, normalizeDocument, normalizeObject, normalizeOrUndefined, normalizePatch, normalizeValue,
} from "./normalize.ts";
import { documentSize, valueSize } from "./size.ts";
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

test("a document without system fields counts them all the same", () => {
  const documents: JsonObject[] = [{}, { a: "é" }, { _id: "x", a: 1 }, { _creationTime: 1 }, { _id: "x", _creationTime: 1 }];
  for (const document of documents) {
    expect(documentSize(document)).toBe(getDocumentSize(document as Record<string, Value>));
  }
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
    ["bytes that are not base64", { $bytes: "!" }, "not standard base64"],
    ["a Set", { $set: [] }, "no longer supported"],
    ["undefined", { $undefined: null }, "not a valid Convex value"],
  ];
  test.each(cases)("%s", (_name, raw, message) => expect(() => normalizeValue(raw)).toThrow(message));

  test("a string with half a character names its place", () => {
    expect(() => normalizeValue({ messages: [{ text: "😀 ok \ud83d!" }] })).toThrow(
      /lone surrogate U\+D83D at index 6.*\nPath: \.messages\[0\]\.text$/,
    );
  });

  test("a pending commit timestamp where none may be written", () => {
    expect(() => normalizeValue({ at: { $commitTs: null } })).toThrow("unresolved");
    expect(normalizeValue({ at: { $commitTs: null } }, { commitTs: true })).toEqual({ at: { $commitTs: null } });
  });

  test("a special form or an array where an object of fields must be", () => {
    for (const raw of [{ $integer: "AAAAAAAAAAA=" }, [], null, "x"]) expect(() => normalizeObject(raw)).toThrow("Expected an object");
  });

  test("numbers that JSON text can overflow to", () => {
    expect(() => normalizeValue(JSON.parse("[1e999]"))).toThrow("Number out of range");
  });

  test("64 levels of values pass, 16 of documents", () => {
    expect(normalizeValue(nested(64))).toEqual(nested(64));
    expect(() => normalizeDocument({ a: nested(16) })).toThrow("Document is too nested");
    expect(normalizeDocument({ a: nested(15) })).toEqual({ a: nested(15) });
  });

  test("a document over 1 MiB names its size and the limit", () => {
    expect(() => checkDocumentLimits({ text: "x".repeat(1024 * 1024) })).toThrow("maximum size 1 MiB");
    expect(formatBytes(1024 * 1024)).toBe("1 MiB");
  });
});

test("negative zero is written as Convex writes it", () => {
  expect(normalizeValue(JSON.parse("-0"))).toEqual({ $float: "AAAAAAAAAIA=" });
});

test("a patch keeps apart fields to set and fields to remove", () => {
  const patch = normalizePatch(JSON.parse('{"b":{"$undefined":null},"__proto__":1,"a":{"z":1,"y":2}}'));
  expect(Object.keys(patch).sort()).toEqual(["__proto__", "a", "b"]);
  expect(patch["b"]).toBeUndefined();
  expect(JSON.stringify(patch["a"])).toBe('{"y":2,"z":1}');
  expect(() => normalizePatch({ a: { b: { $undefined: null } } })).toThrow("not a valid Convex value");
  expect(normalizeOrUndefined({ $undefined: null })).toBeUndefined();
  expect(normalizeOrUndefined({ a: 1 })).toEqual({ a: 1 });
});

/** The canonical value, or the failure that the client would see. */
function attempt(raw: unknown): JsonValue | UserError {
  try {
    return normalizeValue(raw);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

test("any JSON at all is either normalized to a fixed point or refused with a message", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (raw) => {
      const once = attempt(raw);
      fc.pre(!(once instanceof UserError));
      expect(JSON.stringify(attempt(once))).toBe(JSON.stringify(once));
    }),
  );
});
