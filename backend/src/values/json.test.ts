import { convexToJson, type Value } from "convex/values";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  asBigInt, bytesOf, floatBits, floatOf, fromBigInt, fromBytes, fromFloat, getFieldPath, kindOf, parseJson, resolveCommitTs,
} from "./json.ts";
import { encodedValue } from "./testing/arbitraries.ts";

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

test("special forms are those of the convex package, and give back what they hold", () => {
  fc.assert(fc.property(int64, (value) => {
    expect(fromBigInt(value)).toEqual(convexToJson(value));
    expect(asBigInt(fromBigInt(value))).toBe(value);
  }));
  fc.assert(fc.property(fc.double(), (value) => {
    const encoded = fromFloat(value);
    expect(encoded).toEqual(convexToJson(value));
    if (typeof encoded !== "number" && !(typeof encoded === "object" && encoded !== null && !Array.isArray(encoded))) throw new Error("not a float");
    expect(floatOf(encoded)).toBe(value);
    expect(floatBits(encoded)).toBe(new BigInt64Array(new Float64Array([value]).buffer)[0]);
  }));
  fc.assert(fc.property(fc.uint8Array(), (value) => {
    expect(fromBytes(value)).toEqual(convexToJson(value.slice().buffer));
    expect([...bytesOf(fromBytes(value))]).toEqual([...value]);
  }));
  expect(() => fromBigInt(2n ** 63n)).toThrow("does not fit into a 64-bit signed integer");
});

function kindOfValue(value: Value): string {
  if (value === null) return "null";
  if (value instanceof ArrayBuffer) return "bytes";
  if (Array.isArray(value)) return "array";
  return { bigint: "int64", number: "float64", boolean: "boolean", string: "string", object: "object" }[typeof value as string] ?? "?";
}

test("the kind of an encoded value is the kind of the value", () => {
  fc.assert(fc.property(encodedValue, ({ value, json }) => void expect(kindOf(json)).toBe(kindOfValue(value))));
});

test("a path finds own fields only, and stops at what has no fields", () => {
  const document = { a: { b: 1 }, n: { $integer: "AAAAAAAAAAA=" }, list: [1] };
  expect(getFieldPath(document, ["a", "b"])).toBe(1);
  for (const path of [["a", "c"], ["n", "$integer"], ["list", "0"], ["toString"], ["a", "b", "c"], ["__proto__"]]) {
    expect(getFieldPath(document, path)).toBeUndefined();
  }
});

test("a pending commit timestamp is resolved wherever it stands, and nothing else is copied", () => {
  const plain = { a: [1, { b: "x" }] };
  expect(resolveCommitTs(plain, 5n)).toBe(plain);
  expect(resolveCommitTs({ a: [{ $commitTs: null }], b: 1 }, 5n)).toEqual({ a: [fromBigInt(5n)], b: 1 });
});

test("text that is not JSON is the client's failure", () => {
  expect(() => parseJson("{")).toThrow(/^Not valid JSON/);
  expect(parseJson("[1]")).toEqual([1]);
});
