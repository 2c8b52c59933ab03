import fc from "fast-check";
import { expect, test } from "vitest";
import { packVector, padVector, unpackVector } from "./vectors.js";

const number = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1, max: 1 });
const pairOfVectors = fc.integer({ min: 2, max: 40 }).chain((length) => fc.tuple(fc.array(number, { minLength: length, maxLength: length }), fc.array(number, { minLength: length, maxLength: length })));

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, value, index) => sum + value * (y[index] ?? 0), 0);
  const lengths = Math.sqrt(dot(a, a)) * Math.sqrt(dot(b, b));
  return lengths === 0 ? 0 : dot(a, b) / lengths;
}

test("zeros after two vectors leave their cosine as it was", () => {
  fc.assert(fc.property(pairOfVectors, fc.nat(50), ([a, b], zeros) => {
    expect(cosine(padVector(a, a.length + zeros), padVector(b, b.length + zeros))).toBe(cosine(a, b));
  }));
});

test("a vector comes back from its bytes as its 32-bit floats, at a quarter of the size of its JSON", () => {
  fc.assert(fc.property(fc.array(fc.double({ noNaN: true, min: -1, max: 1 })), (vector) => {
    expect(unpackVector(packVector(vector))).toEqual(vector.map(Math.fround));
    expect(packVector(vector).byteLength).toBe(4 * vector.length);
  }));
});
