import fc from "fast-check";
import type { Value } from "convex/values";
import type { JsonValue } from "../json.ts";
import { convexToJson } from "convex/values";

/** Any code point that text can have: no halves of pairs. */
export const codePoint = fc.oneof(fc.nat(0x7f), fc.nat(0xd7ff), fc.integer({ min: 0xe000, max: 0x10ffff })).map((code) => String.fromCodePoint(code));

const text = fc.oneof(fc.string({ unit: "grapheme", maxLength: 6 }), fc.constantFrom("", "a", "a\0", "a\0b", "\0", "é", "\uffff", "😀"));
// JavaScript lists names like `10` before all others, whatever their order of insertion.
const fieldName = fc.oneof(fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_ ]{0,4}$/), fc.constantFrom("", "!", "2", "10", "constructor", "~"));

const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.double(),
    fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 1, -1),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.constantFrom(0n, 1n, -1n, 255n, 256n, -256n),
    text,
    fc.uint8Array({ maxLength: 4 }).map((bytes) => bytes.slice().buffer),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fieldName, tie("value"), { maxKeys: 3, noNullPrototype: true }),
  ),
}));

/** Any Convex value, as the `convex` package holds it. */
export const convexValue: fc.Arbitrary<Value> = value;

/** The same, beside its JSON encoding by the `convex` package. */
export const encodedValue: fc.Arbitrary<{ value: Value; json: JsonValue }> = value.map((item) => ({
  value: item,
  // The package's JSON type differs from ours in name only.
  json: convexToJson(item) as JsonValue,
}));
