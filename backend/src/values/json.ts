import { UserError } from "../errors.ts";

/**
 * Inside the backend a Convex value stays in Convex's JSON encoding from end to end: what a client sends, what a
 * function's syscall carries, what SQLite stores and what a subscriber receives are the same text. Values JSON cannot
 * hold are one-key objects: `$integer` (int64), `$float` (NaN, infinities, -0) and `$bytes`. User field names never
 * start with `$`, so the forms are unambiguous. A pending commit timestamp is `{"$commitTs": null}`.
 */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;

/** An object of Convex values: arguments, a document, a nested object. */
export interface JsonObject {
  [field: string]: JsonValue;
}

/** Convex's types, in the order in which E.3 sorts them. */
export type ValueKind =
  | "undefined" | "null" | "int64" | "float64" | "boolean" | "string" | "bytes" | "array" | "object";

/** The form that stands for "no value" in filters, index bounds and patches. */
export const UNDEFINED_FORM: JsonObject = { $undefined: null };

const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);
const DOLLAR = 36;

// Eight bytes that every conversion reuses; each conversion is done with them before it returns.
const eight = Buffer.alloc(8);

/**
 * The `$` name of a special form (`$integer`, `$float`, …), or null for an object of the user's fields. Expects a
 * value in canonical encoding, where a `$` name stands alone.
 */
export function specialKey(value: JsonObject): string | null {
  for (const field in value) return field.charCodeAt(0) === DOLLAR ? field : null;
  return null;
}

/** Whether a canonical value is an object of fields: not null, an array, or a special form. */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && specialKey(value) === null;
}

/** Whether parsed JSON is an object of any sort; special forms included, arrays and null not. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The type of a canonical value. A pending commit timestamp counts as int64. */
export function kindOf(value: JsonValue | undefined): ValueKind {
  switch (typeof value) {
    case "undefined": return "undefined";
    case "boolean": return "boolean";
    case "number": return "float64";
    case "string": return "string";
    default: return value === null ? "null" : Array.isArray(value) ? "array" : kindOfObject(value);
  }
}

function kindOfObject(value: JsonObject): ValueKind {
  switch (specialKey(value)) {
    case "$integer": case "$commitTs": return "int64";
    case "$float": return "float64";
    case "$bytes": return "bytes";
    case "$undefined": return "undefined";
    default: return "object";
  }
}

/** Text of a special form's payload; `""` where there is none. */
function payload(value: JsonObject, key: string): string {
  const text = value[key];
  return typeof text === "string" ? text : "";
}

/** Whether a canonical value is an int64, a pending commit timestamp included. */
export function isInteger(value: JsonValue | undefined): value is JsonObject {
  return kindOf(value) === "int64";
}

/** Number of an int64 form. A pending commit timestamp is the largest int64, as Convex compares it. */
export function asBigInt(value: JsonObject): bigint {
  if ("$commitTs" in value) return MAX_INT64;
  eight.write(payload(value, "$integer"), "base64");
  return eight.readBigInt64LE(0);
}

/** The form of an int64. Throws a `UserError` outside -2^63 … 2^63-1. */
export function fromBigInt(value: bigint): JsonObject {
  if (value < MIN_INT64 || value > MAX_INT64) {
    throw new UserError("InvalidInteger", `BigInt ${value} does not fit into a 64-bit signed integer.`);
  }
  eight.writeBigInt64LE(value, 0);
  return { $integer: eight.toString("base64") };
}

/** Whether a canonical value is a float64, plain or as a `$float` form. */
export function isFloat(value: JsonValue | undefined): value is number | JsonObject {
  return kindOf(value) === "float64";
}

/** Number of a float64 in either encoding. */
export function floatOf(value: number | JsonObject): number {
  if (typeof value === "number") return value;
  eight.write(payload(value, "$float"), "base64");
  return eight.readDoubleLE(0);
}

/** IEEE 754 bits of a float64 as a signed number. Unlike {@link floatOf}, tells one NaN from another. */
export function floatBits(value: number | JsonObject): bigint {
  if (typeof value === "number") eight.writeDoubleLE(value, 0);
  else eight.write(payload(value, "$float"), "base64");
  return eight.readBigInt64LE(0);
}

/** A float64 in canonical encoding: `$float` for NaN, infinities and -0, else the number. */
export function fromFloat(value: number): JsonValue {
  if (Number.isFinite(value) && !Object.is(value, -0)) return value;
  eight.writeDoubleLE(value, 0);
  return { $float: eight.toString("base64") };
}

/** Whether a canonical value is a byte string. */
export function isBytes(value: JsonValue | undefined): value is JsonObject {
  return kindOf(value) === "bytes";
}

/** Content of a bytes form. */
export function bytesOf(value: JsonObject): Uint8Array {
  return Buffer.from(payload(value, "$bytes"), "base64");
}

/** The form of a byte string. */
export function fromBytes(bytes: Uint8Array): JsonObject {
  return { $bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64") };
}

/** Turns `{"$undefined": null}` into `undefined`; any other value is returned as it is. */
export function definedOrNothing(value: JsonValue): JsonValue | undefined {
  return kindOf(value) === "undefined" ? undefined : value;
}

/** Sets a field even where its name is `__proto__`, which plain assignment would take for the prototype. */
export function setField(target: JsonObject, field: string, value: JsonValue): void {
  if (field !== "__proto__") target[field] = value;
  else Object.defineProperty(target, field, { value, enumerable: true, configurable: true, writable: true });
}

/** Own field of an object, or undefined; never something inherited (`constructor`, `toString`). */
export function getField(object: JsonObject, field: string): JsonValue | undefined {
  return Object.hasOwn(object, field) ? object[field] : undefined;
}

/** The field at a dotted path (`a.b.c`), or undefined where a step is missing or not an object. */
export function getFieldPath(document: JsonObject, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = document;
  for (const field of path) {
    if (!isObject(value)) return undefined;
    value = getField(value, field);
  }
  return value;
}

/** Whether a pending commit timestamp occurs anywhere in a canonical value. */
export function hasCommitTs(value: JsonValue): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some(hasCommitTs);
  const special = specialKey(value);
  return special === null ? Object.values(value).some(hasCommitTs) : special === "$commitTs";
}

/** Replaces every pending commit timestamp by `ts`; returns the very same value where there is none. */
export function resolveCommitTs(value: JsonValue, ts: bigint): JsonValue {
  if (!hasCommitTs(value)) return value;
  if (Array.isArray(value)) return value.map((item) => resolveCommitTs(item, ts));
  if (!isObject(value)) return fromBigInt(ts);
  const resolved: JsonObject = {};
  for (const [field, item] of Object.entries(value)) setField(resolved, field, resolveCommitTs(item, ts));
  return resolved;
}

/** Parses JSON text from outside. Throws a `UserError` with code `BadJsonBody`. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown; // `any` narrowed to unknown: nothing is assumed about it
  } catch (cause) {
    throw new UserError("BadJsonBody", `Not valid JSON: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
