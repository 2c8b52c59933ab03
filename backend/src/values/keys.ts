import { compareText } from "./compare.ts";
import { isObject, MAX_INT64, specialForm, type JsonObject, type JsonValue } from "./json.ts";

/*
 * Index keys: bytes whose plain comparison is the order of the values. A value is a tag (the order of types) and its
 * content; strings and bytes end in 0x00 and write an inner 0x00 as 0x00 0xFF; arrays and objects end in 0x00, which
 * is lower than every tag. So no key is a proper prefix of another unless it has fewer values.
 * Source: convex-protocol E.3.
 */
const END = 0;
const TAG_UNDEFINED = 1;
const TAG_NULL = 3;
const TAG_INT64 = 5;
const TAG_FLOAT64 = 13;
const TAG_FALSE = 14;
const TAG_TRUE = 15;
const TAG_STRING = 16;
const TAG_BYTES = 17;
const TAG_ARRAY = 18;
const TAG_OBJECT = 21;

// One scratch buffer for all keys: encoding is synchronous and hands out a copy.
let scratch = Buffer.alloc(1024);
let length = 0;

function reserve(extra: number): void {
  if (length + extra <= scratch.length) return;
  const larger = Buffer.alloc(Math.max(scratch.length * 2, length + extra));
  scratch.copy(larger, 0, 0, length);
  scratch = larger;
}

function putByte(byte: number): void {
  reserve(1);
  scratch[length++] = byte;
}

function putInt64(value: bigint): void {
  reserve(9);
  scratch[length++] = TAG_INT64;
  // Adding 2^63 makes the order of signed numbers the order of unsigned ones.
  scratch.writeBigUInt64BE(BigInt.asUintN(64, value + 0x8000_0000_0000_0000n), length);
  length += 8;
}

function putFloat64Bits(): void {
  // Sign bit set: all bits flipped; clear: the sign bit flipped.
  const start = length - 8;
  const flip = (scratch[start] ?? 0) & 0x80 ? 0xff : 0x80;
  scratch[start] = (scratch[start] ?? 0) ^ flip;
  if (flip !== 0xff) return;
  for (let index = start + 1; index < length; index++) scratch[index] = ~(scratch[index] ?? 0);
}

function putFloat64(value: number): void {
  reserve(9);
  scratch[length++] = TAG_FLOAT64;
  scratch.writeDoubleBE(value, length);
  length += 8;
  putFloat64Bits();
}

function putEncodedFloat64(base64: string): void {
  reserve(9);
  scratch[length++] = TAG_FLOAT64;
  scratch.set(Buffer.from(base64, "base64").toReversed(), length);
  length += 8;
  putFloat64Bits();
}

function putText(text: string): void {
  reserve(text.length * 3 + 1);
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit === 0 || unit > 127) return putBytes(Buffer.from(text.slice(index), "utf8"));
    scratch[length++] = unit;
  }
  putByte(END);
}

function putBytes(bytes: Uint8Array): void {
  reserve(bytes.length * 2 + 1);
  for (const byte of bytes) {
    scratch[length++] = byte;
    if (byte === 0) scratch[length++] = 0xff;
  }
  scratch[length++] = END;
}

function putObject(object: JsonObject): void {
  const form = specialForm(object);
  if (form === null) {
    putByte(TAG_OBJECT);
    for (const field of Object.keys(object).sort(compareText)) {
      // A tag before the name tells "one more field" from the end.
      putByte(TAG_STRING);
      putText(field);
      putValue(object[field]);
    }
    return putByte(END);
  }
  switch (form.kind) {
    case "undefined":
      return putByte(TAG_UNDEFINED);
    case "int64":
      return putInt64(form.value);
    case "commitTs":
      return putInt64(MAX_INT64);
    case "float64":
      return putEncodedFloat64(String(object.$float));
    case "bytes":
      putByte(TAG_BYTES);
      return putBytes(form.value);
  }
}

function putValue(value: JsonValue | undefined): void {
  if (value === undefined) return putByte(TAG_UNDEFINED);
  if (value === null) return putByte(TAG_NULL);
  switch (typeof value) {
    case "string":
      putByte(TAG_STRING);
      return putText(value);
    case "number":
      return putFloat64(value);
    case "boolean":
      return putByte(value ? TAG_TRUE : TAG_FALSE);
    default:
      if (isObject(value)) return putObject(value);
      putByte(TAG_ARRAY);
      for (const item of value) putValue(item);
      return putByte(END);
  }
}

/**
 * The key of an index entry: comparing keys byte by byte orders them as `compareValues` orders the values one after
 * another. A shorter list of values is a prefix of every longer one that continues it.
 *
 * @example encodeKey(["general", 3, undefined])
 */
export function encodeKey(values: readonly (JsonValue | undefined)[]): Uint8Array {
  length = 0;
  for (const value of values) putValue(value);
  return Uint8Array.prototype.slice.call(scratch, 0, length);
}

/** The smallest key above every key that begins with `prefix`; null when there is none (an empty prefix). */
export function keySuccessor(prefix: Uint8Array): Uint8Array | null {
  for (let end = prefix.length; end > 0; end--) {
    const last = prefix[end - 1];
    if (last === undefined || last === 0xff) continue;
    const successor = Uint8Array.prototype.slice.call(prefix, 0, end);
    successor[end - 1] = last + 1;
    return successor;
  }
  return null;
}

/** Byte order of two keys: negative, 0 or positive. */
export function compareKeys(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b);
}
