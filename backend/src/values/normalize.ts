import { UserError } from "../errors.ts";
import { isRecord, setField, type JsonObject, type JsonValue } from "./json.ts";
import { documentSize } from "./size.ts";

/** What a place may hold beside ordinary values. */
export interface NormalizeOptions {
  /** Takes `{"$commitTs": null}`, which a mutation may write. Default false. */
  readonly commitTs?: boolean;
}

export const MAX_VALUE_NESTING = 64;
export const MAX_DOCUMENT_NESTING = 16;
export const MAX_ARRAY_LENGTH = 8192;
export const MAX_OBJECT_FIELDS = 1024;
export const MAX_FIELD_NAME_LENGTH = 1024;
export const MAX_DOCUMENT_BYTES = 1024 * 1024;

const FIELD_NAME = /^(?!\$)[ -~]*$/;
const BASE64_OF_8 = /^[A-Za-z0-9+/]{10}[AEIMQUYcgkosw048]=$/;
const BASE64_TEXT = /^[A-Za-z0-9+/]*={0,2}$/;
const eight = Buffer.alloc(8);

/**
 * Checks JSON from a client or a function against Convex's rules and gives it in canonical encoding: fields sorted,
 * numbers that JSON cannot hold as `$float`. Parts that are canonical already are shared with `raw`, not copied.
 * Throws a `UserError` with Convex's text.
 */
export function normalizeValue(raw: unknown, options: NormalizeOptions = {}): JsonValue {
  try {
    return normalize(raw, 1, options.commitTs === true);
  } catch (error) {
    throw error instanceof Located ? error.toUserError() : error;
  }
}

/** {@link normalizeValue}, for a place that must hold an object: arguments, a document. */
export function normalizeObject(raw: unknown, options: NormalizeOptions = {}): JsonObject {
  const value = normalizeValue(raw, options);
  // A special form of a value is no object of fields; `$` can only be its first and only field.
  if (!isRecord(value) || isForm(value)) {
    throw new UserError("InvalidObject", `Expected an object, got ${describe(raw)}`);
  }
  return value;
}

function isForm(value: JsonObject): boolean {
  for (const first in value) return first.charCodeAt(0) === 36;
  return false;
}

/** {@link normalizeValue}, where `{"$undefined": null}` stands for a missing field: filters and index bounds. */
export function normalizeOrUndefined(raw: unknown): JsonValue | undefined {
  return isUndefinedForm(raw) ? undefined : normalizeValue(raw);
}

/** The fields of a patch. A field whose value is undefined is to be removed. */
export function normalizePatch(raw: unknown, options: NormalizeOptions = {}): { [field: string]: JsonValue | undefined } {
  if (!isRecord(raw)) throw new UserError("InvalidObject", `Expected an object, got ${describe(raw)}`);
  const kept: Record<string, unknown> = {};
  const removed: string[] = [];
  for (const field of Object.keys(raw)) {
    if (isUndefinedForm(raw[field])) removed.push(checkFieldName(field));
    else Object.defineProperty(kept, field, { value: raw[field], enumerable: true, configurable: true, writable: true });
  }
  const patch: { [field: string]: JsonValue | undefined } = { ...normalizeObject(kept, options) };
  for (const field of removed) {
    Object.defineProperty(patch, field, { value: undefined, enumerable: true, configurable: true, writable: true });
  }
  return patch;
}

/** {@link normalizeObject} with the limits of a stored document; `_id` and `_creationTime` may be absent. */
export function normalizeDocument(raw: unknown, options: NormalizeOptions = {}): JsonObject {
  const document = normalizeObject(raw, options);
  checkDocumentLimits(document);
  return document;
}

/** The size of a canonical document. Throws when it is larger than 1 MiB or nested deeper than 16 levels. */
export function checkDocumentLimits(document: JsonObject): number {
  const size = documentSize(document);
  if (size > MAX_DOCUMENT_BYTES) {
    throw new UserError("ValueTooLarge", `Value is too large (${formatBytes(size)} > maximum size 1 MiB)`);
  }
  const nesting = nestingOf(document);
  if (nesting > MAX_DOCUMENT_NESTING) {
    throw new UserError("DocumentTooNested", tooNested("Document", nesting, MAX_DOCUMENT_NESTING));
  }
  return size;
}

/** Levels of arrays and objects; 0 for a scalar. */
export function nestingOf(value: JsonValue | undefined): number {
  if (typeof value !== "object" || value === null) return 0;
  let deepest = 0;
  if (Array.isArray(value)) {
    for (const item of value) deepest = Math.max(deepest, nestingOf(item));
    return deepest + 1;
  }
  for (const field in value) {
    if (field.charCodeAt(0) === 36) return 0;
    deepest = Math.max(deepest, nestingOf(value[field]));
  }
  return deepest + 1;
}

/** A size for people, in binary units: `1.5 MiB`, `16 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB"];
  let unit = 0;
  let scaled = bytes;
  for (; scaled >= 1024 && unit < units.length - 1; unit++) scaled /= 1024;
  return `${Number.isInteger(scaled) ? scaled : scaled.toFixed(2)} ${units[unit]}`;
}

function isUndefinedForm(raw: unknown): boolean {
  return isRecord(raw) && raw["$undefined"] === null && Object.keys(raw).length === 1;
}

/** A failure that collects the path to its place while it travels up. */
class Located extends Error {
  path = "";
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
  toUserError(): UserError {
    return new UserError(this.code, this.path === "" ? this.message : `${this.message}\nPath: ${this.path}`);
  }
}

function tooNested(what: string, nesting: number, limit: number): string {
  return `${what} is too nested (nested ${nesting} levels deep > maximum nesting ${limit})`;
}

function describe(raw: unknown): string {
  return raw === null ? "null" : Array.isArray(raw) ? "an array" : isRecord(raw) ? "another value" : `a ${typeof raw}`;
}

function normalize(raw: unknown, depth: number, commitTs: boolean): JsonValue {
  switch (typeof raw) {
    case "string": return checkText(raw);
    case "boolean": return raw;
    case "number": return normalizeNumber(raw);
    case "object":
      if (raw === null) return null;
      if (Array.isArray(raw)) return normalizeArray(raw, depth, commitTs);
      return isRecord(raw) ? normalizeRecord(raw, depth, commitTs) : null;
    default: throw new UserError("InvalidValue", `${typeof raw} is not a valid Convex value.`);
  }
}

/** JavaScript strings can hold half of a character; UTF-8, and so a stored value, cannot. */
function checkText(text: string): string {
  if (text.isWellFormed()) return text;
  const at = loneSurrogateAt(text);
  const code = text.charCodeAt(at).toString(16).toUpperCase();
  throw new Located("InvalidString", `String is not valid Unicode: lone surrogate U+${code} at index ${at}. `
    + "It is half of a character such as an emoji; was the string cut in the middle of one?");
}

function loneSurrogateAt(text: string): number {
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i) ?? 0;
    if (code > 0xffff) i++;
    else if (code >= 0xd800 && code <= 0xdfff) return i;
  }
  return -1;
}

function normalizeNumber(value: number): JsonValue {
  if (Number.isFinite(value)) return Object.is(value, -0) ? { $float: "AAAAAAAAAIA=" } : value;
  throw new UserError("InvalidNumber", `Number out of range: ${value}. NaN and infinities are written as {"$float": …}.`);
}

function normalizeArray(raw: readonly unknown[], depth: number, commitTs: boolean): JsonValue[] {
  if (depth > MAX_VALUE_NESTING) throw new UserError("ValueTooNested", tooNested("Value", depth, MAX_VALUE_NESTING));
  if (raw.length > MAX_ARRAY_LENGTH) {
    throw new UserError("ArrayTooLong", `Array length is too long (${raw.length} > maximum length ${MAX_ARRAY_LENGTH})`);
  }
  let changed: JsonValue[] | null = null;
  for (let i = 0; i < raw.length; i++) {
    const value = at(raw[i], i, depth + 1, commitTs);
    // Items before the first changed one were returned as they are: they are JsonValues.
    if (changed === null && value !== raw[i]) changed = raw.slice(0, i) as JsonValue[];
    changed?.push(value);
  }
  return changed ?? (raw as JsonValue[]); // every item was checked and found canonical
}

/** Normalizes a part; a failure inside learns the step (a field or a place) that leads to it. */
function at(raw: unknown, step: string | number, depth: number, commitTs: boolean): JsonValue {
  try {
    return normalize(raw, depth, commitTs);
  } catch (error) {
    if (error instanceof Located) error.path = (typeof step === "number" ? `[${step}]` : `.${step}`) + error.path;
    throw error;
  }
}

function normalizeRecord(raw: Record<string, unknown>, depth: number, commitTs: boolean): JsonValue {
  const fields = Object.keys(raw);
  const first = fields[0];
  if (fields.length === 1 && first !== undefined && first.charCodeAt(0) === 36) {
    checkForm(first, raw[first], commitTs);
    return raw as JsonObject; // the form was checked: one field, with text or null
  }
  if (depth > MAX_VALUE_NESTING) throw new UserError("ValueTooNested", tooNested("Value", depth, MAX_VALUE_NESTING));
  if (fields.length > MAX_OBJECT_FIELDS) {
    throw new UserError("TooManyFields", `Object has too many fields (${fields.length} > maximum number ${MAX_OBJECT_FIELDS})`);
  }
  return normalizeFields(raw, fields, depth, commitTs);
}

function normalizeFields(raw: Record<string, unknown>, fields: string[], depth: number, commitTs: boolean): JsonObject {
  let previous = "";
  let isInOrder = true;
  let changed: (JsonValue | undefined)[] | null = null;
  for (let i = 0; i < fields.length; i++) {
    const field = checkFieldName(fields[i] ?? "");
    if (field < previous) isInOrder = false;
    previous = field;
    const value = at(raw[field], field, depth + 1, commitTs);
    if (changed === null && value !== raw[field]) changed = [];
    if (changed !== null) changed[i] = value;
  }
  // Every value was checked and found canonical, so the record is a JsonObject.
  if (changed === null && isInOrder) return raw as JsonObject;
  return rebuild(raw as JsonObject, fields, changed);
}

/** Above this many fields the built-in sort, which first makes room for its work, is faster. */
const FEW_FIELDS = 12;

function inOrder(fields: readonly string[]): readonly string[] {
  if (fields.length > FEW_FIELDS) return fields.toSorted();
  const sorted: string[] = [];
  for (const field of fields) {
    let at = sorted.length;
    for (let before = sorted[at - 1]; before !== undefined && before > field; before = sorted[at - 1]) sorted[at--] = before;
    sorted[at] = field;
  }
  return sorted;
}

/** A copy with fields in order, where `changed` (by position in `fields`) replaces the values it has. */
function rebuild(raw: JsonObject, fields: readonly string[], changed: readonly (JsonValue | undefined)[] | null): JsonObject {
  const result: JsonObject = {};
  if (changed === null) {
    for (const field of inOrder(fields)) setField(result, field, raw[field] ?? null);
    return result;
  }
  const order = fields.map((field, position) => ({ field, position }));
  order.sort((a, b) => (a.field < b.field ? -1 : 1));
  for (const { field, position } of order) setField(result, field, changed[position] ?? raw[field] ?? null);
  return result;
}

/** Names that were checked before: a look here is cheaper than the check. */
const knownNames = new Set<string>();
const MAX_KNOWN_NAMES = 2000;

function checkFieldName(field: string): string {
  if (knownNames.has(field)) return field;
  if (field.length > MAX_FIELD_NAME_LENGTH) {
    throw new UserError("InvalidField", `Field name ${field.slice(0, 64)}… exceeds maximum field name length ${MAX_FIELD_NAME_LENGTH}.`);
  }
  if (FIELD_NAME.test(field)) {
    if (knownNames.size < MAX_KNOWN_NAMES) knownNames.add(field);
    return field;
  }
  if (field.startsWith("$")) {
    throw new UserError("InvalidField", `Field name ${field} starts with a '$', which is reserved.`);
  }
  const wrong = [...field].find((character) => character < " " || character > "~") ?? "";
  throw new UserError("InvalidField", `Field name ${field.toWellFormed()} has invalid character '${wrong.toWellFormed()}': Field names can only contain non-control ASCII characters`);
}

function checkForm(form: string, payload: unknown, commitTs: boolean): void {
  switch (form) {
    case "$integer": return check8Bytes(form, payload);
    case "$float": return checkFloatForm(payload);
    case "$bytes": return checkBase64(payload);
    case "$commitTs": return checkCommitTs(payload, commitTs);
    case "$set": throw new UserError("InvalidValue", "Received a Set which is no longer supported as a Convex type.");
    case "$map": throw new UserError("InvalidValue", "Received a Map which is no longer supported as a Convex type.");
    case "$undefined": throw new UserError("InvalidValue", "undefined is not a valid Convex value. To learn about Convex's supported types, see https://docs.convex.dev/using/types.");
    default: throw new UserError("InvalidField", `Field name ${form} starts with a '$', which is reserved.`);
  }
}

function checkCommitTs(payload: unknown, allowed: boolean): void {
  if (payload !== null) throw new UserError("InvalidValue", "Malformed $commitTs field: expected null");
  if (!allowed) throw new UserError("InvalidValue", "A commit timestamp is unresolved until its mutation commits; it can only be written to the database.");
}

function check8Bytes(form: string, payload: unknown): asserts payload is string {
  if (typeof payload !== "string") throw new UserError("InvalidValue", `Malformed ${form} field: expected base64 text`);
  if (BASE64_OF_8.test(payload)) return;
  checkBase64(payload, form);
  throw new UserError("InvalidValue", `Received ${Buffer.byteLength(payload, "base64")} bytes, expected 8 for ${form}`);
}

function checkBase64(payload: unknown, form = "$bytes"): asserts payload is string {
  if (typeof payload !== "string") throw new UserError("InvalidValue", `Malformed ${form} field: expected base64 text`);
  if (payload.length % 4 === 0 && BASE64_TEXT.test(payload) && canonicalEnd(payload)) return;
  throw new UserError("InvalidValue", `Malformed ${form} field: not standard base64 with padding`);
}

/** Whether the last group of four has no stray bits below its last byte. */
function canonicalEnd(base64: string): boolean {
  const last = base64.slice(-4);
  return !last.endsWith("=") || Buffer.from(last, "base64").toString("base64") === last;
}

function checkFloatForm(payload: unknown): void {
  check8Bytes("$float", payload);
  eight.write(payload, "base64");
  const value = eight.readDoubleLE(0);
  if (!Number.isFinite(value) || Object.is(value, -0)) return;
  throw new UserError("InvalidValue", `Float ${value} should be encoded as a number`);
}
