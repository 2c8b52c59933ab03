import { UserError } from "../errors.ts";
import { decodeFloat64, isObject, type JsonObject, type JsonValue } from "./json.ts";
import { documentSize } from "./size.ts";

// Limits of Convex; source: convex-protocol E.4.
const MAX_VALUE_NESTING = 64;
const MAX_DOCUMENT_NESTING = 16;
const MAX_ARRAY_LENGTH = 8192;
const MAX_OBJECT_FIELDS = 1024;
const MAX_FIELD_NAME_LENGTH = 1024;
const MAX_DOCUMENT_BYTES = 1024 * 1024;

/** What may stand where: results and arguments nest deeper than documents, patches may hold `$undefined`. */
export interface NormalizeOptions {
  /** Deepest nesting of arrays and objects. */
  readonly maxNesting?: number;
  /** Lets `{"$undefined": null}` pass (filters, index bounds, patches). */
  readonly allowUndefined?: boolean;
}

function refuse(message: string): never {
  throw new UserError("InvalidValue", message);
}

/**
 * A value from outside (a client's JSON, a function's result) in canonical encoding: object fields sorted, special
 * forms checked. Throws a `UserError` that names the rule and the limit when it is not a Convex value.
 *
 * Strings with lone surrogates are refused: they have no UTF-8, so storing them would change them silently.
 */
export function normalizeValue(raw: unknown, options: NormalizeOptions = {}): JsonValue {
  return normalize(raw, 0, { maxNesting: options.maxNesting ?? MAX_VALUE_NESTING, allowUndefined: options.allowUndefined ?? false });
}

/** A document's fields in canonical encoding, within the limits of stored documents. */
export function normalizeDocument(raw: unknown): JsonObject {
  const value = normalize(raw, 0, { maxNesting: MAX_DOCUMENT_NESTING, allowUndefined: false });
  if (!isObject(value) || isSpecial(value)) refuse("A document must be an object of fields.");
  return value;
}

/** Throws when a whole document (with system fields) is larger than Convex stores. */
export function checkDocumentSize(document: JsonObject): void {
  const size = documentSize(document);
  if (size <= MAX_DOCUMENT_BYTES) return;
  refuse(`Value is too large (${formatBytes(size)} > maximum size ${formatBytes(MAX_DOCUMENT_BYTES)})`);
}

/** `1 MiB`, `1.25 MiB`, `512 B`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB"];
  let amount = bytes;
  let unit = 0;
  while (amount >= 1024 && unit < units.length - 1) {
    amount /= 1024;
    unit++;
  }
  return `${Number.isInteger(amount) ? amount : amount.toFixed(2)} ${units[unit]}`;
}

type Limits = Required<NormalizeOptions>;

function normalize(raw: unknown, depth: number, limits: Limits): JsonValue {
  switch (typeof raw) {
    case "string":
      return raw.isWellFormed() ? raw : refuse("String holds a lone surrogate (half of a character), which has no UTF-8 encoding");
    case "boolean":
      return raw;
    case "number":
      return Number.isFinite(raw) && !Object.is(raw, -0) ? raw : refuse(`${raw} is not JSON; a float like this is written as {"$float": …}`);
    case "object":
      break;
    default:
      return refuse(`A value of type ${typeof raw} is not a Convex value`);
  }
  if (raw === null) return null;
  if (depth >= limits.maxNesting && !isSpecial(raw)) tooNested(limits.maxNesting);
  return Array.isArray(raw) ? normalizeArray(raw, depth, limits) : normalizeObject(raw, depth, limits);
}

function tooNested(maxNesting: number): never {
  const what = maxNesting === MAX_DOCUMENT_NESTING ? "Document" : "Value";
  refuse(`${what} is too nested (nested ${maxNesting + 1} levels deep > maximum nesting ${maxNesting})`);
}

function normalizeArray(raw: readonly unknown[], depth: number, limits: Limits): JsonValue[] {
  if (raw.length > MAX_ARRAY_LENGTH) refuse(`Array length is too long (${raw.length} > maximum length ${MAX_ARRAY_LENGTH})`);
  return raw.map((item) => normalize(item, depth + 1, limits));
}

function normalizeObject(raw: object, depth: number, limits: Limits): JsonObject {
  if (isSpecial(raw)) return normalizeSpecial(raw, limits);
  const fields = Object.keys(raw);
  if (fields.length > MAX_OBJECT_FIELDS) refuse(`Object has too many fields (${fields.length} > maximum number ${MAX_OBJECT_FIELDS})`);
  const result: JsonObject = {};
  for (const field of fields.sort()) {
    checkFieldName(field);
    // Own enumerable fields of an untrusted JSON object; each is checked below.
    const value: unknown = Reflect.get(raw, field);
    Object.defineProperty(result, field, { value: normalize(value, depth + 1, limits), enumerable: true, writable: true, configurable: true });
  }
  return result;
}

function checkFieldName(field: string): void {
  if (field.length > MAX_FIELD_NAME_LENGTH) refuse(`Field name ${field.slice(0, 40)}… exceeds maximum field name length ${MAX_FIELD_NAME_LENGTH}`);
  for (let index = 0; index < field.length; index++) {
    const code = field.charCodeAt(index);
    if (code < 32 || code > 126) {
      refuse(`Field name ${JSON.stringify(field)} has invalid character ${JSON.stringify(field.charAt(index))}: Field names can only contain non-control ASCII characters`);
    }
  }
  if (field.startsWith("$")) refuse(`Field name ${field} starts with a '$', which is reserved.`);
}

/** One key that begins with `$`: int64, float64, bytes, commit timestamp or undefined. */
function isSpecial(raw: object): raw is JsonObject {
  for (const key in raw) return key.charCodeAt(0) === 36 && Object.keys(raw).length === 1;
  return false;
}

function normalizeSpecial(raw: JsonObject, { allowUndefined }: Limits): JsonObject {
  const [entry] = Object.entries(raw);
  if (entry === undefined) return raw;
  const [kind, inner] = entry;
  switch (kind) {
    case "$integer":
      return { $integer: canonicalBase64(inner, { field: kind, bytes: 8 }) };
    case "$bytes":
      return { $bytes: canonicalBase64(inner, { field: kind, bytes: null }) };
    case "$float": {
      const encoded = canonicalBase64(inner, { field: kind, bytes: 8 });
      const float = decodeFloat64(encoded);
      if (Number.isFinite(float) && !Object.is(float, -0)) refuse(`Float ${float} should be encoded as a number`);
      return { $float: encoded };
    }
    case "$commitTs":
      return inner === null ? { $commitTs: null } : refuse("Malformed $commitTs field: its value must be null");
    case "$undefined":
      if (inner !== null || !allowUndefined) refuse("undefined is not a valid Convex value here");
      return { $undefined: null };
    case "$set":
    case "$map":
      return refuse(`Received a ${kind === "$set" ? "Set" : "Map"}, which is no longer supported as a Convex type.`);
    default:
      return refuse(`Field name ${kind} starts with a '$', which is reserved.`);
  }
}

function canonicalBase64(inner: JsonValue | undefined, { field, bytes }: { field: string; bytes: number | null }): string {
  if (typeof inner !== "string") return refuse(`Malformed ${field} field: expected base64 text`);
  const decoded = Buffer.from(inner, "base64");
  const canonical = decoded.toString("base64");
  if (canonical !== inner) refuse(`Malformed ${field} field: not base64`);
  if (bytes !== null && decoded.length !== bytes) refuse(`Received ${decoded.length} bytes, expected ${bytes} for ${field}`);
  return canonical;
}
