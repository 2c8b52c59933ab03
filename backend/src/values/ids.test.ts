import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeId, encodeId, newInternalId } from "./ids.ts";
import { codePoint } from "./testing/arbitraries.ts";

const tableNumber = fc.integer({ min: 1, max: 0xffff_ffff });
const internalId = fc.uint8Array({ minLength: 16, maxLength: 16 });

test("an id gives back the table and the bytes it was made from", () => {
  fc.assert(
    fc.property(tableNumber, internalId, (table, bytes) => {
      const id = encodeId(table, bytes);
      expect(id).toMatch(/^[0-9a-hjkmnp-tv-z]{31,37}$/);
      expect(decodeId(id)).toEqual({ tableNumber: table, internalId: new Uint8Array(bytes) });
    }),
  );
});

test("an id of the first user table is 32 characters that begin with j57", () => {
  const id = encodeId(10_001, new Uint8Array(16));
  expect(id).toHaveLength(32);
  expect(id.startsWith("j57")).toBe(true);
});

test("one changed character is no longer an id", () => {
  fc.assert(
    fc.property(internalId, fc.nat(31), fc.constantFrom(..."0123456789abcdefghjkmnpqrstvwxyz"), (bytes, position, character) => {
      const id = encodeId(10_001, bytes);
      fc.pre(id[position] !== character);
      expect(decodeId(id.slice(0, position) + character + id.slice(position + 1))).toBeNull();
    }),
  );
});

test("text that is no id decodes to null", () => {
  fc.assert(fc.property(fc.string({ unit: codePoint, maxLength: 40 }), (text) => void expect(decodeId(text)).toBeNull()));
  expect(decodeId(encodeId(10_001, new Uint8Array(16)).toUpperCase())).toBeNull();
});

test("a new id ends with the day it was made on", () => {
  const id = newInternalId({ nowMs: () => 86_400_000 * 258.5, randomBytes: (length) => new Uint8Array(length).fill(7) });
  expect([...id]).toEqual([...Array<number>(14).fill(7), 1, 2]);
});
