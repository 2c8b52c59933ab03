import fc from "fast-check";
import { expect, test } from "vitest";
import { toJson, toLiteral } from "./literal";

test("a literal is the value, whatever the value", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    // oxlint-disable-next-line no-implied-eval -- What is written is run: that is what is tested.
    expect(new Function(`return ${toLiteral(value)}`)()).toEqual(value);
  }));
});

test("JSON for a file keeps bytes, however many", () => {
  const bytes = new Uint8Array(300_000).fill(65).buffer;
  expect(JSON.parse(toJson({ bytes })).bytes.$bytes).toBe(btoa("A".repeat(300_000)));
});
