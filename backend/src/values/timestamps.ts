import { UserError } from "../errors.ts";

const eight = Buffer.alloc(8);
/** The newest timestamps: each is written several times, in an answer and in the Transitions around it. */
const written = new Map<bigint, string>();
const MAX_WRITTEN = 64;
const EIGHT_BYTES = /^[A-Za-z0-9+/]{10}[AEIMQUYcgkosw048]=$/;

/** A commit timestamp as the protocol writes it: base64 of the unsigned 64-bit number, low byte first. */
export function encodeTs(ts: bigint): string {
  let text = written.get(ts);
  if (text !== undefined) return text;
  eight.writeBigUInt64LE(ts, 0);
  text = eight.toString("base64");
  if (written.size >= MAX_WRITTEN) written.clear();
  written.set(ts, text);
  return text;
}

/** Reads what {@link encodeTs} wrote. Throws a `UserError` for anything else. */
export function decodeTs(text: string): bigint {
  if (!EIGHT_BYTES.test(text)) {
    throw new UserError("InvalidTimestamp", `Not a timestamp (base64 of 8 bytes): ${JSON.stringify(text.slice(0, 40))}`);
  }
  eight.write(text, "base64");
  return eight.readBigUInt64LE(0);
}
