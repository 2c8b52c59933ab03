import { invariant, UserError } from "../errors.ts";
import type { Ports } from "../ports.ts";

/** What an id says: the number of its table in its component, and 16 bytes that name the document. */
export interface DecodedId {
  readonly tableNumber: number;
  readonly internalId: Uint8Array;
}

const INTERNAL_BYTES = 16;
const FOOTER_BYTES = 2;
const MIN_CHARS = 31;
const MAX_CHARS = 37;
const MS_PER_DAY = 86_400_000;
const MAX_TABLE_NUMBER = 0xffff_ffff;

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const NOT_A_DIGIT = 255;
const digitOf = new Uint8Array(128).fill(NOT_A_DIGIT);
const charOf = new Uint8Array(32);
for (let digit = 0; digit < 32; digit++) {
  charOf[digit] = ALPHABET.charCodeAt(digit);
  digitOf[ALPHABET.charCodeAt(digit)] = digit;
}

// Scratch of encode and decode: 5 bytes of table number at most, the internal id, the footer.
const bytes = new Uint8Array(5 + INTERNAL_BYTES + FOOTER_BYTES);
const chars = Buffer.alloc(MAX_CHARS);

/** Fletcher-16 of the first `length` scratch bytes: first sum in the low half, second in the high half. */
function checksum(length: number): number {
  let first = 0;
  let second = 0;
  for (let i = 0; i < length; i++) {
    first = (first + (bytes[i] ?? 0)) & 255;
    second = (second + first) & 255;
  }
  return first | (second << 8);
}

/**
 * The text of a document id: base32 of the table number (varint), the internal id and a checksum. 32 characters for
 * usual table numbers.
 */
export function encodeId(tableNumber: number, internalId: Uint8Array): string {
  invariant(tableNumber >= 1 && tableNumber <= MAX_TABLE_NUMBER, `table number ${tableNumber} is not a positive uint32`);
  invariant(internalId.length === INTERNAL_BYTES, `internal id of ${internalId.length} bytes`);
  let length = 0;
  let rest = tableNumber;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes[length++] = (rest & 127) | 128;
  bytes[length++] = rest;
  bytes.set(internalId, length);
  length += INTERNAL_BYTES;
  const sum = checksum(length);
  bytes[length++] = sum & 255;
  bytes[length++] = sum >> 8;
  return base32(length);
}

function base32(length: number): string {
  let written = 0;
  let pending = 0;
  let bits = 0;
  for (let i = 0; i < length; i++) {
    pending = ((pending << 8) | (bytes[i] ?? 0)) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) chars[written++] = charOf[(pending >> (bits - 5)) & 31] ?? 0;
  }
  if (bits > 0) chars[written++] = charOf[(pending << (5 - bits)) & 31] ?? 0;
  return chars.toString("latin1", 0, written);
}

/** Reads an id. Null unless `text` is exactly what {@link encodeId} writes for some document. */
export function decodeId(text: string): DecodedId | null {
  if (text.length < MIN_CHARS || text.length > MAX_CHARS) return null;
  const length = unbase32(text);
  if (length < 0) return null;
  let tableNumber = 0;
  let scale = 1;
  let at = 0;
  for (;; at++) {
    const byte = bytes[at] ?? 0;
    tableNumber += (byte & 127) * scale;
    if (byte < 128) break;
    scale *= 128;
    if (at === 4) return null;
  }
  // A varint that ends in a zero byte has a shorter form; that one is the id.
  if (tableNumber === 0 || tableNumber > MAX_TABLE_NUMBER || (at > 0 && bytes[at] === 0)) return null;
  at += 1;
  if (length !== at + INTERNAL_BYTES + FOOTER_BYTES) return null;
  const sum = checksum(length - FOOTER_BYTES);
  if (bytes[length - 2] !== (sum & 255) || bytes[length - 1] !== sum >> 8) return null;
  return { tableNumber, internalId: bytes.slice(at, at + INTERNAL_BYTES) };
}

/** Reads an id. @throws UserError for text that is no id */
export function mustDecodeId(id: string): DecodedId {
  const decoded = decodeId(id);
  if (decoded !== null) return decoded;
  const why = id.length < MIN_CHARS || id.length > MAX_CHARS ? `Invalid ID length ${id.length}` : "Invalid ID";
  throw new UserError("InvalidId", `Unable to decode ID: ${why}`);
}

/** Decodes into the scratch bytes; the number of bytes, or -1 for a foreign character or stray bits at the end. */
function unbase32(text: string): number {
  let length = 0;
  let pending = 0;
  let bits = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const digit = code < 128 ? (digitOf[code] ?? NOT_A_DIGIT) : NOT_A_DIGIT;
    if (digit === NOT_A_DIGIT) return -1;
    pending = ((pending << 5) | digit) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[length++] = (pending >> bits) & 255;
    }
  }
  return bits >= 5 || (pending & ((1 << bits) - 1)) !== 0 ? -1 : length;
}

/** A fresh internal id: 14 unpredictable bytes, then the day since the Unix epoch, high byte first. */
export function newInternalId(ports: Pick<Ports, "nowMs" | "randomBytes">): Uint8Array {
  const id = new Uint8Array(INTERNAL_BYTES);
  id.set(ports.randomBytes(INTERNAL_BYTES - 2));
  const day = Math.floor(ports.nowMs() / MS_PER_DAY);
  id[14] = (day >> 8) & 255;
  id[15] = day & 255;
  return id;
}
