import { getField, specialKey, type JsonObject, type JsonValue } from "./json.ts";

/** Characters of an id and of its field name with their overhead, for a document that has none yet. */
const ID_FIELD_BYTES = 38;
const CREATION_TIME_FIELD_BYTES = 23;

/** Bytes of a canonical value as Convex counts them towards its limits; undefined counts 0. */
export function valueSize(value: JsonValue | undefined): number {
  switch (typeof value) {
    case "undefined": return 0;
    case "boolean": return 1;
    case "number": return 9;
    case "string": return 2 + Buffer.byteLength(value);
    default: return value === null ? 1 : Array.isArray(value) ? arraySize(value) : objectSize(value);
  }
}

function arraySize(items: readonly JsonValue[]): number {
  let size = 2;
  for (const item of items) size += valueSize(item);
  return size;
}

function objectSize(value: JsonObject): number {
  const special = specialKey(value);
  if (special !== null) return specialSize(special, value[special]);
  let size = 2;
  // Field names are ASCII, so their length is their size.
  for (const field in value) size += field.length + 1 + valueSize(value[field]);
  return size;
}

function specialSize(special: string, payload: JsonValue | undefined): number {
  if (special === "$undefined") return 0;
  if (special !== "$bytes" || typeof payload !== "string") return 9;
  const padding = payload.endsWith("==") ? 2 : payload.endsWith("=") ? 1 : 0;
  return 2 + (payload.length / 4) * 3 - padding;
}

/** Bytes of a document; `_id` and `_creationTime` count even where the object does not have them yet. */
export function documentSize(document: JsonObject): number {
  return valueSize(document)
    + (getField(document, "_id") === undefined ? ID_FIELD_BYTES : 0)
    + (getField(document, "_creationTime") === undefined ? CREATION_TIME_FIELD_BYTES : 0);
}
