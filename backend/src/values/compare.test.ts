import { compareValues as convexCompare } from "convex/values";
import fc from "fast-check";
import { expect, test } from "vitest";
import { compareText, compareValues } from "./compare.ts";
import { compareKeys, encodeKey, keySuccessor } from "./keys.ts";
import { encodedValue } from "./testing/arbitraries.ts";

const sign = (order: number) => Math.sign(order);

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
      expect(successor === null || compareKeys(key, successor) < 0).toBe(true);
    }),
  );
  expect(keySuccessor(new Uint8Array([1, 255]))).toEqual(new Uint8Array([2]));
  expect(keySuccessor(new Uint8Array([255]))).toBeNull();
});

test("text is ordered by code points", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (a, b) => {
      expect(sign(compareText(a, b))).toBe(sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
    }),
  );
});
