import { UserError } from "../errors.ts";

const eight = Buffer.alloc(8);
const EIGHT_BYTES = /^[A-Za-z0-9+/]{10}[AEIMQUYcgkosw048]=$/;

/** A commit timestamp as the protocol writes it: base64 of the unsigned 64-bit number, low byte first. */
export function encodeTs(ts: bigint): string {
  eight.writeBigUInt64LE(ts, 0);
  return eight.toString("base64");
}

/** Reads what {@link encodeTs} wrote. Throws a `UserError` for anything else. */
export function decodeTs(text: string): bigint {
  if (!EIGHT_BYTES.test(text)) {
    throw new UserError("InvalidTimestamp", `Not a timestamp (base64 of 8 bytes): ${JSON.stringify(text.slice(0, 40))}`);
  }
  eight.write(text, "base64");
  return eight.readBigUInt64LE(0);
}
