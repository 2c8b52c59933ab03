import { asBigInt, floatBits, specialKey, type JsonObject, type JsonValue } from "./json.ts";
import { sortedFields } from "./compare.ts";

/**
 * Index keys: byte strings that `memcmp` orders as {@link compareValues} orders the tuples they encode. Each value is
 * a tag byte and a body that no other body of the same tag is a prefix of, save for strings and bytes, whose zero
 * bytes are followed by 0xFF and whose end is a zero byte.
 */
const UNDEFINED = 1;
const NULL = 3;
const INT_ZERO = 8;
const FLOAT = 13;
const FALSE = 14;
const TRUE = 15;
const STRING = 16;
const BYTES = 17;
const ARRAY = 18;
const OBJECT = 21;
const END = 0;
const ESCAPE = 0xff;

/** A larger buffer than this is given back after the call that needed it. */
const KEPT_BYTES = 256 * 1024;
/** Up to here a loop over characters beats the call into native code. */
const SHORT_STRING = 48;

// Encoding is synchronous and never re-entered, so one buffer serves every call.
let buffer = Buffer.allocUnsafe(1024);
let view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
/** The same bytes; its `slice` copies. */
let bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
let length = 0;

function useBuffer(next: Buffer<ArrayBuffer>): void {
  buffer = next;
  view = new DataView(next.buffer, next.byteOffset, next.byteLength);
  bytes = new Uint8Array(next.buffer, next.byteOffset, next.byteLength);
}

function reserve(bytes: number): void {
  if (length + bytes <= buffer.length) return;
  const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, length + bytes));
  buffer.copy(larger, 0, 0, length);
  useBuffer(larger);
}

/**
 * The index key of a tuple of canonical values; undefined is a missing field. A tuple's key is a prefix of the keys of
 * all tuples that begin with it.
 */
export function encodeKey(values: readonly (JsonValue | undefined)[]): Uint8Array {
  return encodeKeyWith(values, NOTHING);
}

const NOTHING = new Uint8Array(0);

/** {@link encodeKey}, and these bytes after it. */
export function encodeKeyWith(values: readonly (JsonValue | undefined)[], end: Uint8Array): Uint8Array {
  length = 0;
  for (let i = 0; i < values.length; i++) writeValue(values[i]);
  reserve(end.length);
  bytes.set(end, length);
  const key = bytes.slice(0, length + end.length);
  if (buffer.length > KEPT_BYTES) useBuffer(Buffer.allocUnsafe(1024));
  return key;
}

/**
 * The exclusive end of the range of keys whose tuples begin with the tuple of `key`: greater than all of them, and not
 * greater than any other key that is.
 */
export function keySuccessor(key: Uint8Array): Uint8Array {
  // After a whole tuple comes a tag (1…21). What else may follow these bytes is the 0xFF after a zero inside a longer
  // string, which belongs to another tuple, a greater one.
  const successor = new Uint8Array(key.length + 1);
  successor.set(key);
  successor[key.length] = ESCAPE;
  return successor;
}

/** Order of two keys, byte by byte; a prefix comes first. */
export function compareKeys(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b);
}

function writeTag(tag: number): void {
  reserve(1);
  buffer[length++] = tag;
}

function writeValue(value: JsonValue | undefined): void {
  switch (typeof value) {
    case "undefined": return writeTag(UNDEFINED);
    case "boolean": return writeTag(value ? TRUE : FALSE);
    case "number": return writeNumber(value);
    case "string": return writeString(value);
    default: return value === null ? writeTag(NULL) : Array.isArray(value) ? writeArray(value) : writeObject(value);
  }
}

function writeNumber(value: number): void {
  reserve(9);
  buffer[length] = FLOAT;
  view.setFloat64(length + 1, value);
  orderFloat();
}

/** Makes the eight big-endian float bytes after the tag sort as the float does. */
function orderFloat(): void {
  const high = view.getInt32(length + 1);
  if (high >= 0) {
    view.setInt32(length + 1, high ^ 0x8000_0000);
  } else {
    view.setInt32(length + 1, ~high);
    view.setInt32(length + 5, ~view.getInt32(length + 5));
  }
  length += 9;
}

function writeString(value: string): void {
  reserve(value.length * 3 + 2);
  buffer[length++] = STRING;
  if (value.length > SHORT_STRING || !writeAscii(value)) {
    const start = length;
    length += buffer.write(value, length, "utf8");
    escapeZeros(start);
  }
  writeTag(END);
}

/** Writes a string of U+0001…U+007F; false, with nothing written, when it holds anything else. */
function writeAscii(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code === 0 || code > 127) return false;
    buffer[length + i] = code;
  }
  length += value.length;
  return true;
}

/** Puts the escape byte behind each zero byte from `start` to the end of what is written. */
function escapeZeros(start: number): void {
  let zeros = 0;
  for (let at = buffer.indexOf(0, start); at >= 0 && at < length; at = buffer.indexOf(0, at + 1)) zeros++;
  if (zeros === 0) return;
  reserve(zeros);
  let from = length;
  length += zeros;
  for (let to = length; zeros > 0;) {
    const byte = buffer[--from] ?? 0;
    if (byte === 0) {
      buffer[--to] = ESCAPE;
      zeros--;
    }
    buffer[--to] = byte;
  }
}

function writeBytes(base64: string): void {
  reserve(base64.length + 2);
  buffer[length++] = BYTES;
  const start = length;
  length += buffer.write(base64, length, "base64");
  escapeZeros(start);
  writeTag(END);
}

/** int64: the tag gives the sign and the number of bytes (8, 4, 2 or 1); zero is a tag alone. */
function writeInteger(value: bigint): void {
  reserve(9);
  const tag = length++;
  if (value === 0n) {
    buffer[tag] = INT_ZERO;
    return;
  }
  const size = integerSize(value);
  const step = size === 1 ? 1 : size === 2 ? 2 : size === 4 ? 3 : 4;
  buffer[tag] = value < 0n ? INT_ZERO - step : INT_ZERO + step;
  if (size === 8) {
    view.setBigInt64(length, value);
  } else {
    // Fits 32 bits here; the low `size` bytes of the two's complement, high byte first.
    const small = Number(value);
    for (let i = 0; i < size; i++) buffer[length + i] = (small >> (8 * (size - 1 - i))) & 255;
  }
  length += size;
}

function integerSize(value: bigint): 1 | 2 | 4 | 8 {
  if (value >= -0x80n && value <= 0x7fn) return 1;
  if (value >= -0x8000n && value <= 0x7fffn) return 2;
  return value >= -0x8000_0000n && value <= 0x7fff_ffffn ? 4 : 8;
}

function writeArray(items: readonly JsonValue[]): void {
  writeTag(ARRAY);
  for (const item of items) writeValue(item);
  writeTag(END);
}

function writeObject(value: JsonObject): void {
  const special = specialKey(value);
  if (special !== null) return writeSpecial(special, value);
  writeTag(OBJECT);
  for (const field of sortedFields(value)) {
    writeString(field);
    writeValue(value[field]);
  }
  writeTag(END);
}

function writeSpecial(special: string, value: JsonObject): void {
  const payload = value[special];
  if (special === "$bytes" && typeof payload === "string") return writeBytes(payload);
  if (special === "$undefined") return writeTag(UNDEFINED);
  if (special !== "$float") return writeInteger(asBigInt(value));
  reserve(9);
  buffer[length] = FLOAT;
  view.setBigInt64(length + 1, floatBits(value));
  orderFloat();
}
