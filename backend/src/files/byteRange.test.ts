import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseRange, type RangeRequest } from "./byteRange.ts";

const size = fc.integer({ min: 0, max: 50 });
/** The answer that selects these consecutive positions. */
const selecting = (positions: number[]): RangeRequest =>
  positions.length === 0 ? { kind: "unsatisfiable" } : { kind: "part", range: { start: positions[0]!, end: positions.at(-1)! } };

test("a range selects the bytes that slice would select", () => {
  fc.assert(fc.property(size, fc.nat(60), fc.nat(60), (sizeBytes, a, b) => {
    const [start, end] = a <= b ? [a, b] : [b, a];
    const file = Array.from({ length: sizeBytes }, (_, i) => i);
    const expected = file.slice(start, end + 1);
    const got = parseRange(`bytes=${start}-${end}`, sizeBytes);
    expect(got).toEqual(selecting(expected));
  }));
});

test("an open range runs to the end, a suffix range selects the last bytes", () => {
  fc.assert(fc.property(size, fc.nat(60), (sizeBytes, n) => {
    const file = Array.from({ length: sizeBytes }, (_, i) => i);
    for (const [header, expected] of [[`bytes=${n}-`, file.slice(n)], [`bytes=-${n}`, n === 0 ? [] : file.slice(-n)]] as const) {
      const got = parseRange(header, sizeBytes);
      expect(got).toEqual(selecting(expected));
    }
  }));
});

test("what is no byte range means the whole file; several ranges are refused", () => {
  for (const header of [null, "", "items=0-5", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-2", "bytes 0-5"]) {
    expect(parseRange(header, 10)).toEqual({ kind: "whole" });
  }
  expect(parseRange("bytes=0-1,3-4", 10)).toEqual({ kind: "unsatisfiable" });
});

test("no header makes the parser throw or leave the file", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.string().map((s) => `bytes=${s}`)), size, (header, sizeBytes) => {
    const got = parseRange(header, sizeBytes);
    if (got.kind !== "part") return;
    expect(got.range.start).toBeGreaterThanOrEqual(0);
    expect(got.range.start).toBeLessThanOrEqual(got.range.end);
    expect(got.range.end).toBeLessThan(sizeBytes);
  }));
});
