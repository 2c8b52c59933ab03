import { asBigInt, bytesOf, floatBits, specialKey, type JsonObject, type JsonValue } from "./json.ts";

const FLOAT_RANK = 3;

/** Position of a value's type in the order of types. */
function rankOf(value: JsonValue | undefined): number {
  switch (typeof value) {
    case "undefined": return 0;
    case "number": return FLOAT_RANK;
    case "boolean": return 4;
    case "string": return 5;
    default: return value === null ? 1 : Array.isArray(value) ? 7 : rankOfObject(value);
  }
}

function rankOfObject(value: JsonObject): number {
  switch (specialKey(value)) {
    case "$undefined": return 0;
    case "$integer": case "$commitTs": return 2;
    case "$float": return FLOAT_RANK;
    case "$bytes": return 6;
    default: return 9;
  }
}

/**
 * Convex's total order of values, on canonical encodings: negative, zero or positive. undefined < null < int64 <
 * float64 < boolean < string (by code points) < bytes < array < object. Zero only for equal values.
 */
export function compareValues(a: JsonValue | undefined, b: JsonValue | undefined): number {
  if (typeof a === "string" && typeof b === "string") return compareStrings(a, b);
  if (typeof a === "number" && typeof b === "number") return compareFloats(a, b);
  const rank = rankOf(a);
  const difference = rank - rankOf(b);
  if (difference !== 0) return difference;
  if (typeof a === "boolean") return Number(a) - Number(b);
  if (Array.isArray(a) && Array.isArray(b)) return compareArrays(a, b);
  if (rank === FLOAT_RANK) return compareNumbers(orderedBits(a), orderedBits(b));
  return isForm(a) && isForm(b) ? compareForms(a, b) : 0;
}

/** Whether two values are equal in Convex's order; -0 and 0, or 1 and 1n, are not. */
export function valuesEqual(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  return compareValues(a, b) === 0;
}

function isForm(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function compareForms(a: JsonObject, b: JsonObject): number {
  switch (rankOfObject(a)) {
    case 0: return 0;
    case 2: return compareNumbers(asBigInt(a), asBigInt(b));
    case 6: return Buffer.compare(bytesOf(a), bytesOf(b));
    default: return compareObjects(a, b);
  }
}

function compareNumbers<N extends number | bigint>(a: N, b: N): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareFloats(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : compareNumbers(orderedBits(a), orderedBits(b));
}

/** Bits of a float as a signed number that sorts like the float: negatives are mirrored below zero. */
function orderedBits(value: JsonValue | undefined): bigint {
  if (typeof value !== "number" && !isForm(value)) return 0n;
  const bits = floatBits(value);
  return bits < 0n ? -(bits & 0x7fff_ffff_ffff_ffffn) - 1n : bits;
}

/** Compares as UTF-8 bytes would: UTF-16 units, except that surrogates are above U+E000…U+FFFF. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const xPair = x >= 0xd800 && x <= 0xdfff;
    const yPair = y >= 0xd800 && y <= 0xdfff;
    return xPair === yPair ? x - y : xPair ? 1 : -1;
  }
  return a.length - b.length;
}

function compareArrays(a: readonly JsonValue[], b: readonly JsonValue[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const order = compareValues(a[i], b[i]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Field names in order. JavaScript itself puts names like `10` first, so stored order is not enough. */
export function sortedFields(value: JsonObject): string[] {
  const fields = Object.keys(value);
  for (let i = 1; i < fields.length; i++) {
    if ((fields[i - 1] ?? "") > (fields[i] ?? "")) return fields.sort();
  }
  return fields;
}

function compareObjects(a: JsonObject, b: JsonObject): number {
  const aFields = sortedFields(a);
  const bFields = sortedFields(b);
  const length = Math.min(aFields.length, bFields.length);
  for (let i = 0; i < length; i++) {
    const aField = aFields[i] ?? "";
    const bField = bFields[i] ?? "";
    const order = compareStrings(aField, bField) || compareValues(a[aField], b[bField]);
    if (order !== 0) return order;
  }
  return aFields.length - bFields.length;
}
