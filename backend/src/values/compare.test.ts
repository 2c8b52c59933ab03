import { compareValues as convexCompare } from "convex/values";
import fc from "fast-check";
import { expect, test } from "vitest";
import { compareStrings, compareValues } from "./compare.ts";
import { compareKeys, encodeKey, keySuccessor } from "./keys.ts";
import { codePoint, encodedValue } from "./testing/arbitraries.ts";

const sign = (order: number) => Math.sign(order);

/** The `$float` form of the bits `high:low`. */
function float(high: number, low: number): { $float: string } {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(low, 0);
  bytes.writeUInt32LE(high, 4);
  return { $float: bytes.toString("base64") };
}

test("values are ordered as the convex package orders them", () => {
  fc.assert(
    fc.property(encodedValue, encodedValue, (a, b) => {
      expect(sign(compareValues(a.json, b.json))).toBe(sign(convexCompare(a.value, b.value)));
    }),
    { numRuns: 2000 },
  );
});

test("a missing value is lower than every other, and equal to $undefined", () => {
  fc.assert(fc.property(encodedValue, ({ json }) => void expect(compareValues(undefined, json)).toBeLessThan(0)));
  expect(compareValues(undefined, { $undefined: null })).toBe(0);
});

test("the bytes of keys are ordered as the lists of values they encode", () => {
  const list = fc.array(fc.option(encodedValue, { nil: undefined }), { maxLength: 3 }).map((items) => items.map((item) => item?.json));
  fc.assert(
    fc.property(list, list, (a, b) => {
      let expected = 0;
      for (let index = 0; index < Math.min(a.length, b.length) && expected === 0; index++) expected = compareValues(a[index], b[index]);
      expect(sign(compareKeys(encodeKey(a), encodeKey(b)))).toBe(sign(expected || a.length - b.length));
    }),
    { numRuns: 3000 },
  );
});

test("every key that continues a prefix lies between the prefix and its successor", () => {
  fc.assert(
    fc.property(fc.array(encodedValue, { minLength: 1, maxLength: 2 }), fc.array(encodedValue, { maxLength: 2 }), (head, tail) => {
      const prefix = encodeKey(head.map((item) => item.json));
      const key = encodeKey([...head, ...tail].map((item) => item.json));
      const successor = keySuccessor(prefix);
      expect(compareKeys(prefix, key)).toBeLessThanOrEqual(0);
      expect(compareKeys(key, successor)).toBeLessThan(0);
    }),
  );
});

test("a key that does not continue a prefix lies outside the prefix and its successor", () => {
  const tuple = fc.array(encodedValue, { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(tuple, tuple, (head, other) => {
      const continues = head.every((item, i) => other[i] !== undefined && compareValues(item.json, other[i].json) === 0);
      const prefix = encodeKey(head.map((item) => item.json));
      const key = encodeKey(other.map((item) => item.json));
      const inside = compareKeys(prefix, key) <= 0 && compareKeys(key, keySuccessor(prefix)) < 0;
      expect(inside).toBe(continues);
    }),
    { numRuns: 2000 },
  );
  // A string that goes on after a zero character shares all bytes of the shorter string's key.
  expect(compareKeys(encodeKey(["a\0"]), keySuccessor(encodeKey(["a"])))).toBeGreaterThan(0);
});

test("NaNs are ordered by sign and payload, outside all numbers", () => {
  const ascending = [
    float(0xfff8_0000, 1), float(0xfff8_0000, 0), float(0xfff0_0000, 0), -1e308, -1, -5e-324, float(0x8000_0000, 0),
    0, 5e-324, 1, 1e308, float(0x7ff0_0000, 0), float(0x7ff8_0000, 0), float(0x7ff8_0000, 1),
  ];
  for (const [i, a] of ascending.entries()) {
    for (const [j, b] of ascending.entries()) {
      expect(sign(compareValues(a, b))).toBe(sign(i - j));
      expect(sign(compareKeys(encodeKey([a]), encodeKey([b])))).toBe(sign(i - j));
    }
  }
});

test("strings longer than any buffer keep their order in keys", () => {
  const long = "\0é😀".repeat(100_000);
  expect(compareKeys(encodeKey([long]), encodeKey([long + "\0"]))).toBeLessThan(0);
  expect(compareKeys(encodeKey([long + "a"]), encodeKey([long + "b"]))).toBeLessThan(0);
});

test("text is ordered by code points", () => {
  fc.assert(
    fc.property(fc.string({ unit: codePoint }), fc.string({ unit: codePoint }), (a, b) => {
      expect(sign(compareStrings(a, b))).toBe(sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
    }),
  );
});
