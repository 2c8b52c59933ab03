import { Base64 } from "convex/values";
import { isRecord, type JsonRecord } from "./json.js";

/** What stands before a key that Convex would refuse, percent-encoded. */
const ESCAPE = "~esc:";

/**
 * The field that holds, as JSON text, what Convex cannot: other fields of its object or, when it has none beside it, a
 * whole value. No escaped key has a `$`.
 */
const AS_TEXT = `${ESCAPE}$json`;

/** The only field of an object that stands for bytes within such a text, in base64. */
const AS_BASE64 = `${ESCAPE}$bytes`;

// What Convex takes.
const MAX_KEY_LENGTH = 1024;
const MAX_FIELDS = 1024;
const MAX_ITEMS = 8192;

/**
 * Levels of arrays and objects that a stored value has at most. Convex takes 16 in a document, and the deepest place of
 * one lies in its fifth: what a tool gave, in a result, in the row of the message that calls. One is left over.
 */
const STORED_LEVELS = 11;

/** Levels that a value has at most that a function returns: Convex takes 64, and it may lie deep in an answer. */
const RETURNED_LEVELS = 48;

/** A value as Convex stores it: JSON and bytes. */
export type ConvexJson =
  | null
  | boolean
  | number
  | string
  | ArrayBuffer
  | ConvexJson[]
  | { [key: string]: ConvexJson };

/**
 * A value a tool or a model gave, as something Convex stores: what JSON would make of it, bytes kept as bytes.
 * Keys that Convex refuses (`$ref`, non-ASCII) are escaped, and what is nested too deep or has too many items or fields
 * is kept as text, so that no save fails because of them. {@link fromConvexJson} undoes both.
 */
export function toConvexJson(value: unknown): ConvexJson {
  return toStorable(toPlain(value), STORED_LEVELS);
}

/** As {@link toConvexJson}, for what a function returns and nobody stores: it may be nested deeper. */
export function toReturnedJson(value: unknown): ConvexJson {
  return toStorable(toPlain(value), RETURNED_LEVELS);
}

/** A JSON object from outside (metadata of a provider, a chunk), made storable. */
export function toConvexRecord(value: object): JsonRecord {
  // An object stays an object, and what comes from a provider or the SDK as JSON holds no bytes.
  return toConvexJson(value) as JsonRecord;
}

/** The value {@link toConvexJson} was given, as far as JSON keeps it. What holds nothing escaped is handed back as it is. */
export function fromConvexJson(value: unknown): unknown {
  if (typeof value !== "object" || value === null || value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) {
    const items = value.map(fromConvexJson);
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  let isChanged = false;
  let held: { value: unknown } | undefined;
  const entries: [string, unknown][] = [];
  for (const [key, item] of Object.entries(value)) {
    if (key === AS_TEXT) held = fromText(item);
    if (key === AS_TEXT && held !== undefined) continue;
    const entry: [string, unknown] = [unescapeKey(key), fromConvexJson(item)];
    isChanged ||= entry[0] !== key || entry[1] !== item;
    entries.push(entry);
  }
  if (held === undefined) return isChanged ? Object.fromEntries(entries) : value;
  if (!isRecord(held.value) || entries.length === 0) return held.value;
  return Object.fromEntries([...entries, ...Object.entries(held.value)]);
}

/** A value as JSON sees it, bytes aside: `toJSON` was asked, and what JSON cannot say is null. */
type Plain = null | boolean | number | string | ArrayBuffer | readonly unknown[] | Readonly<Record<string, unknown>>;

function toPlain(value: unknown): Plain {
  switch (typeof value) {
    case "string":
      return wellFormed(value);
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) ? value : null;
    case "bigint":
      return value.toString();
    case "object":
      return value === null ? null : objectToPlain(value);
    default:
      return null;
  }
}

function objectToPlain(value: object): Plain {
  if (value instanceof ArrayBuffer || isList(value)) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice().buffer;
  if ("toJSON" in value && typeof value.toJSON === "function") return toPlain(value.toJSON());
  // Of any other object its own fields count.
  return value as Readonly<Record<string, unknown>>;
}

const isList = (value: object): value is readonly unknown[] => Array.isArray(value);

const isContainer = (value: Plain): value is readonly unknown[] | Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !(value instanceof ArrayBuffer);

function toStorable(value: Plain, levels: number): ConvexJson {
  if (!isContainer(value)) return value;
  return isList(value) ? listToStorable(value, levels) : recordToStorable(value, levels);
}

function listToStorable(list: readonly unknown[], levels: number): ConvexJson {
  const items = Array.from(list, toPlain);
  const fits = items.length <= MAX_ITEMS && (levels > 1 || !items.some(isContainer));
  return fits ? items.map((item) => toStorable(item, levels - 1)) : { [AS_TEXT]: toText(items) };
}

function recordToStorable(record: Readonly<Record<string, unknown>>, levels: number): ConvexJson {
  const stored: Record<string, ConvexJson> = {};
  const others: [string, Plain][] = [];
  const entries = keptEntries(record);
  const room = entries.length > MAX_FIELDS ? MAX_FIELDS - 1 : MAX_FIELDS;
  // What a thing is, is to be seen without reading its text.
  if (entries.length > MAX_FIELDS) entries.sort(([a], [b]) => Number(b === "type") - Number(a === "type"));
  for (const [index, [key, item]] of entries.entries()) {
    const name = escapeKey(key);
    const plain = toPlain(item);
    if (name === undefined || index >= room || (levels === 1 && isContainer(plain))) others.push([key, plain]);
    else stored[name] = toStorable(plain, levels - 1);
  }
  if (others.length > 0) stored[AS_TEXT] = toText(Object.fromEntries(others));
  return stored;
}

/** JSON leaves out what it cannot say. */
function keptEntries(record: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(record).filter(([, item]) => item !== undefined && typeof item !== "function" && typeof item !== "symbol");
}

/** A value as JSON text, whatever its size; {@link fromConvexJson} reads it. */
const toText = (value: Plain): string => JSON.stringify(toTextForm(value));

function toTextForm(value: Plain): unknown {
  if (value instanceof ArrayBuffer) return { [AS_BASE64]: Base64.fromByteArray(new Uint8Array(value)) };
  if (!isContainer(value)) return value;
  if (isList(value)) return value.map((item) => toTextForm(toPlain(item)));
  return Object.fromEntries(keptEntries(value).map(([key, item]) => [nameInText(key), toTextForm(toPlain(item))]));
}

/** In a text only those keys are escaped that would be taken for others. */
const nameInText = (key: string): string => (key.startsWith(ESCAPE) ? escaped(key) : wellFormed(key));

/** What a text holds; undefined when it is none that {@link toConvexJson} has made. */
function fromText(text: unknown): { value: unknown } | undefined {
  if (typeof text !== "string") return undefined;
  try {
    return { value: fromConvexJson(JSON.parse(text, (_key, item: unknown) => bytesOf(item) ?? item)) };
  } catch {
    // Not ours, so it is shown as it is: who reads a thread must not fail for one value in it.
    return undefined;
  }
}

function bytesOf(item: unknown): ArrayBuffer | undefined {
  const base64 = isRecord(item) ? item[AS_BASE64] : undefined;
  return typeof base64 === "string" ? Base64.toByteArray(base64).slice().buffer : undefined;
}

/** The key as Convex takes it; undefined when it would be too long. */
function escapeKey(key: string): string | undefined {
  // Assigning to `__proto__`, as copies on the way do, loses it.
  const isReserved = key.startsWith("$") || key.startsWith(ESCAPE) || key === "__proto__";
  const name = /^[\x20-\x7e]+$/u.test(key) && !isReserved ? key : escaped(key);
  return name.length <= MAX_KEY_LENGTH ? name : undefined;
}

const escaped = (key: string): string => ESCAPE + encodeURIComponent(wellFormed(key));

function unescapeKey(key: string): string {
  if (!key.startsWith(ESCAPE)) return key;
  try {
    return decodeURIComponent(key.slice(ESCAPE.length));
  } catch (error) {
    // Cut off within a character: long keys once were.
    if (error instanceof URIError) return key;
    throw error;
  }
}

/** The text with half surrogate pairs replaced: Convex stores UTF-8, which has none. */
export function wellFormed(text: string): string {
  // Looked for first: most texts have none, and each delta of a stream comes through here.
  if (!/[\ud800-\udfff]/.test(text)) return text;
  return text.replaceAll(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
}
