import type { JsonRecord } from "./json.js";

/** What stands before a key that Convex would refuse, percent-encoded. */
const ESCAPE = "~esc:";

/** The longest field name Convex takes. */
const MAX_KEY_LENGTH = 1024;

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
 * Keys that Convex refuses (`$ref`, non-ASCII) are escaped, so that no save fails because of them.
 */
export function toConvexJson(value: unknown): ConvexJson {
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
      return value === null ? null : objectToConvexJson(value);
    default:
      return null;
  }
}

/** A JSON object from outside (metadata of a provider, a chunk), made storable. */
export function toConvexRecord(value: object): JsonRecord {
  // An object stays an object, and what comes from a provider or the SDK as JSON holds no bytes.
  return toConvexJson(value) as JsonRecord;
}

/** The value {@link toConvexJson} was given, as far as JSON keeps it. What holds no escaped key is handed back as it is. */
export function fromConvexJson(value: unknown): unknown {
  if (typeof value !== "object" || value === null || value instanceof ArrayBuffer) return value;
  if (Array.isArray(value)) {
    const items = value.map(fromConvexJson);
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  let isChanged = false;
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => {
    const entry: [string, unknown] = [unescapeKey(key), fromConvexJson(item)];
    isChanged ||= entry[0] !== key || entry[1] !== item;
    return entry;
  });
  return isChanged ? Object.fromEntries(entries) : value;
}

function objectToConvexJson(value: object): ConvexJson {
  if (value instanceof ArrayBuffer) return value;
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice().buffer;
  }
  if (Array.isArray(value)) return value.map(toConvexJson);
  if ("toJSON" in value && typeof value.toJSON === "function") return toConvexJson(value.toJSON());
  const converted: Record<string, ConvexJson> = {};
  for (const [key, item] of Object.entries(value)) if (isKept(item)) converted[escapeKey(key)] = toConvexJson(item);
  return converted;
}

/** JSON leaves out what it cannot say. */
function isKept(item: unknown): boolean {
  return item !== undefined && typeof item !== "function" && typeof item !== "symbol";
}

function escapeKey(key: string): string {
  // Assigning to `__proto__`, as copies on the way do, loses it.
  const isReserved = key.startsWith("$") || key.startsWith(ESCAPE) || key === "__proto__";
  const isFine = /^[\x20-\x7e]+$/u.test(key) && !isReserved && key.length <= MAX_KEY_LENGTH;
  return isFine ? key : (ESCAPE + encodeURIComponent(wellFormed(key))).slice(0, MAX_KEY_LENGTH);
}

function unescapeKey(key: string): string {
  return key.startsWith(ESCAPE) ? decodeURIComponent(key.slice(ESCAPE.length)) : key;
}

/** The text with half surrogate pairs replaced: Convex stores UTF-8, which has none. */
export function wellFormed(text: string): string {
  // Looked for first: most texts have none, and each delta of a stream comes through here.
  if (!/[\ud800-\udfff]/.test(text)) return text;
  return text.replaceAll(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
}
