import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeTs, encodeTs } from "./timestamps.ts";

test("a timestamp survives its text, over the whole range of 64 bits", () => {
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (ts) => void expect(decodeTs(encodeTs(ts))).toBe(ts)));
});

test("zero and one are written low byte first", () => {
  expect(encodeTs(0n)).toBe("AAAAAAAAAAA=");
  expect(encodeTs(1n)).toBe("AQAAAAAAAAA=");
});

test("text that is no timestamp is refused", () => {
  for (const text of ["", "AAAA", "AAAAAAAAAAB=", "AAAAAAAAAAAA", "!AAAAAAAAAA="]) expect(() => decodeTs(text)).toThrow("Not a timestamp");
});
