import { encodeKey, encodeKeyWith, keySuccessor } from "../values/keys.ts";
import { getFieldPath, type JsonObject, type JsonValue } from "../values/json.ts";
import type { KeyRange } from "../transaction/types.ts";
import type { DatabaseIndex } from "./catalog.ts";

/**
 * Key layout. `by_id`: the id as a value. Any other index: the fields' values, then a tag and the 16 bytes of the
 * internal id. The tag is above every value's tag and below the byte that ends a prefix range.
 */
const ID_TAG = 0x16;
const ID_BYTES = 16;

/** The smallest key there can be: the start of every index. */
export const FIRST_KEY = new Uint8Array(0);

/** Key of a document in `by_id`. */
export function idKey(id: string): Uint8Array {
  return encodeKey([id]);
}

/** Key of a document in one of its table's indexes. */
export function documentKey(index: DatabaseIndex, document: JsonObject, identity: { id: string; internalId: Uint8Array }): Uint8Array {
  if (index.name === "by_id") return idKey(identity.id);
  return encodeKeyWith(index.paths.map((path) => getFieldPath(document, path)), endOf(identity.internalId));
}

// Copied into each key at once.
const end = new Uint8Array(1 + ID_BYTES);
end[0] = ID_TAG;

/** The end of every key but those of `by_id`: what the rows with equal fields are ordered by. */
function endOf(internalId: Uint8Array): Uint8Array {
  end.set(internalId, 1);
  return end;
}

/** Whether two versions of one document have the same key; cheaper than making both. May say no for equal keys. */
export function sameKey(index: DatabaseIndex, before: JsonObject, after: JsonObject): boolean {
  return index.paths.every((path) => getFieldPath(before, path) === getFieldPath(after, path));
}

/** The end of every key but those of `by_id`: what the rows with equal fields are ordered by. */
export function withId(values: Uint8Array, internalId: Uint8Array): Uint8Array {
  const key = new Uint8Array(values.length + 1 + ID_BYTES);
  key.set(values);
  key[values.length] = ID_TAG;
  key.set(internalId, values.length + 1);
  return key;
}

/** The first key after `key`. */
export function nextKey(key: Uint8Array): Uint8Array {
  const next = new Uint8Array(key.length + 1);
  next.set(key);
  return next;
}

/** The range that holds exactly this key. */
export function pointRange(key: Uint8Array): KeyRange {
  return { from: key, to: nextKey(key) };
}

/** Whether a range is what {@link pointRange} makes. */
export function isPoint(range: KeyRange): boolean {
  const { from, to } = range;
  if (to === null || to.length !== from.length + 1 || to[from.length] !== 0) return false;
  return Buffer.compare(to.subarray(0, from.length), from) === 0;
}

/** The keys whose tuples begin with these values. */
export function prefixRange(values: readonly (JsonValue | undefined)[]): KeyRange {
  if (values.length === 0) return { from: FIRST_KEY, to: null };
  const from = encodeKey(values);
  return { from, to: keySuccessor(from) };
}

/** Stands for the existence of a table with this name or number, under the catalog's own index number. */
export function tableKey(component: string, nameOrNumber: string | number): Uint8Array {
  return encodeKey([component, nameOrNumber]);
}

