import { asBigInt, bytesOf, floatOf, specialKey, type JsonObject, type JsonValue } from "./json.ts";
import { sortedFields } from "./compare.ts";
import type { ValidatorJson } from "../schema/types.ts";

const MAX_CHARS = 16_384;
const TRUNCATED = "[...truncated]";
const PLAIN_FIELD = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** A canonical value as Convex's error texts write it: `{name: "x", n: 1.0, big: 2}`; cut at 16 384 characters. */
export function displayValue(value: JsonValue | undefined): string {
  return cut(display(value));
}

/** A validator as Convex's error texts write it: `v.object({n: v.optional(v.float64())})`; cut like a value. */
export function printValidator(validator: ValidatorJson): string {
  return cut(print(validator));
}

function cut(text: string): string {
  if (text.length <= MAX_CHARS) return text;
  return text.slice(0, MAX_CHARS - TRUNCATED.length).toWellFormed() + TRUNCATED;
}

function display(value: JsonValue | undefined): string {
  switch (typeof value) {
    case "undefined": return "undefined";
    case "boolean": return String(value);
    case "number": return displayFloat(value);
    case "string": return JSON.stringify(value);
    default:
      if (value === null) return "null";
      return Array.isArray(value) ? `[${value.map(display).join(", ")}]` : displayObject(value);
  }
}

function displayFloat(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0.0";
  const size = Math.abs(value);
  if (size >= 1e16 || (size < 1e-5 && size > 0)) return value.toExponential().replace("+", "");
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

function displayObject(value: JsonObject): string {
  switch (specialKey(value)) {
    case "$integer": return String(asBigInt(value));
    case "$float": return displayFloat(floatOf(value));
    case "$bytes": return displayBytes(bytesOf(value));
    case "$commitTs": return "[unresolved commit timestamp]";
    case "$undefined": return "undefined";
    default: return `{${sortedFields(value).map((field) => `${displayField(field)}: ${display(value[field])}`).join(", ")}}`;
  }
}

function displayBytes(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes.subarray(0, MAX_CHARS)) {
    const plain = byte >= 32 && byte < 127 && byte !== 34 && byte !== 92;
    text += plain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`;
  }
  return `b"${text}"`;
}

function displayField(field: string): string {
  return PLAIN_FIELD.test(field) ? field : JSON.stringify(field);
}

function print(validator: ValidatorJson): string {
  switch (validator.type) {
    case "number": return "v.float64()";
    case "bigint": return "v.int64()";
    case "null": case "commitTs": case "boolean": case "string": case "bytes": case "any": return `v.${validator.type}()`;
    case "literal": return `v.literal(${printLiteral(validator.value)})`;
    case "id": return `v.id(${JSON.stringify(validator.tableName)})`;
    case "array": return `v.array(${print(validator.value)})`;
    case "record": return `v.record(${print(validator.keys)}, ${printField(validator.values)})`;
    case "object": return printObject(validator.value);
    case "union": return `v.union(${validator.value.map(print).join(", ")})`;
    default: return validator satisfies never;
  }
}

/** What JSON has no form for is told by its type alone. */
function printLiteral(value: JsonValue): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return display(value);
  return specialKey(value) === "$integer" ? "<bigint>" : "<number>";
}

function printField(field: { fieldType: ValidatorJson; optional: boolean }): string {
  return field.optional ? `v.optional(${print(field.fieldType)})` : print(field.fieldType);
}

function printObject(fields: { [field: string]: { fieldType: ValidatorJson; optional: boolean } }): string {
  const parts = Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
  return `v.object({${parts.map(([name, field]) => `${displayField(name)}: ${printField(field)}`).join(", ")}})`;
}
