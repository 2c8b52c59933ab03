import { UserError } from "../errors.ts";
import { displayValue } from "../values/display.ts";
import { encodeKey, keySuccessor } from "../values/keys.ts";
import { normalizeOrUndefined } from "../values/normalize.ts";
import type { JsonValue } from "../values/json.ts";
import type { KeyRange } from "../transaction/types.ts";
import { nextKey, pointRange, prefixRange, withId } from "../storage/indexKeys.ts";
import { decodeId } from "../values/ids.ts";
import type { RangeBound } from "./types.ts";

interface Bound {
  readonly value: JsonValue | undefined;
  readonly inclusive: boolean;
}

interface Bounds {
  readonly equalities: Map<string, JsonValue | undefined>;
  field: string | null;
  lower: Bound | null;
  upper: Bound | null;
}

const COMPARATORS = { Eq: "==", Gt: ">", Gte: ">=", Lt: "<", Lte: "<=" } as const;
const ID = "_id";
const MORE = "For more information see https://docs.convex.dev/using/indexes.";

/**
 * The interval of keys that an index range means. Equalities may be written in any order but must be a prefix of the
 * index's fields; after them one field may have a lower and an upper bound. Rows with equal fields are ordered by `_id`,
 * which can be compared after all fields, though no index names it: `convex-helpers` pages that way.
 *
 * @param index `name` as in error texts (`table.index`); `fields` in order, `_creationTime` included.
 * @throws UserError with Convex's text for a range the index cannot serve.
 */
export function indexRange(index: { name: string; fields: readonly string[] }, range: readonly RangeBound[]): KeyRange {
  const bounds = collect(index.name, range);
  const used = checkFields(index, bounds);
  if (used.at(-1) === ID && index.fields.at(-1) !== ID) return idRange(used, bounds);
  const prefix = used.slice(0, bounds.equalities.size).map((field) => bounds.equalities.get(field));
  const whole = prefixRange(prefix);
  let { from, to } = whole;
  if (bounds.lower !== null) {
    const key = encodeKey([...prefix, bounds.lower.value]);
    from = bounds.lower.inclusive ? key : keySuccessor(key);
  }
  if (bounds.upper !== null) {
    const key = encodeKey([...prefix, bounds.upper.value]);
    to = bounds.upper.inclusive ? keySuccessor(key) : key;
  }
  return { from, to };
}

function idRange(used: readonly string[], bounds: Bounds): KeyRange {
  const prefix = used.slice(0, -1).map((field) => bounds.equalities.get(field));
  const fields = encodeKey(prefix);
  const keyOf = (value: JsonValue | undefined): Uint8Array => {
    const id = typeof value === "string" ? decodeId(value) : null;
    if (id === null) throw new UserError("InvalidIndexRange", `A comparison with "_id" after an index's fields needs a document's id, and ${displayValue(value)} is none.`);
    return withId(fields, id.internalId);
  };
  if (bounds.equalities.has(ID)) return pointRange(keyOf(bounds.equalities.get(ID)));
  let { from, to } = prefixRange(prefix);
  if (bounds.lower !== null) from = bounds.lower.inclusive ? keyOf(bounds.lower.value) : nextKey(keyOf(bounds.lower.value));
  if (bounds.upper !== null) to = bounds.upper.inclusive ? nextKey(keyOf(bounds.upper.value)) : keyOf(bounds.upper.value);
  return { from, to };
}

function collect(indexName: string, range: readonly RangeBound[]): Bounds {
  const bounds: Bounds = { equalities: new Map(), field: null, lower: null, upper: null };
  for (const { type, fieldPath, value: raw } of range) {
    const value = normalizeOrUndefined(raw);
    const alreadyDefined = (kind: string): UserError =>
      new UserError("AlreadyDefinedBound", `Already defined ${kind} bound in index range. Can't add ${JSON.stringify(fieldPath)} ${COMPARATORS[type]} ${displayValue(value)}.`);
    if (type === "Eq") {
      if (bounds.field === fieldPath) throw alreadyDefined("inequality");
      if (bounds.equalities.has(fieldPath)) throw alreadyDefined("equality");
      bounds.equalities.set(fieldPath, value);
      continue;
    }
    if (bounds.equalities.has(fieldPath)) throw alreadyDefined("equality");
    if (bounds.field !== null && bounds.field !== fieldPath) throw severalFields(indexName, bounds.field, fieldPath);
    bounds.field = fieldPath;
    const bound = { value, inclusive: type === "Gte" || type === "Lte" };
    if (type === "Gt" || type === "Gte") {
      if (bounds.lower !== null) throw alreadyDefined("lower");
      bounds.lower = bound;
    } else {
      if (bounds.upper !== null) throw alreadyDefined("upper");
      bounds.upper = bound;
    }
  }
  return bounds;
}

function severalFields(indexName: string, first: string, second: string): UserError {
  return new UserError(
    "BoundsOnMultipleFields",
    "Upper and lower bounds in `range` can only be applied to a single index field. " +
      `This query against index ${indexName} attempted to set a range bound on both ${JSON.stringify(first)} and ${JSON.stringify(second)}. ` +
      "Consider using `filter` instead. See https://docs.convex.dev/using/indexes for more info.",
  );
}

/** The fields of the range in index order, once they are known to be a prefix of the index. */
function checkFields(index: { name: string; fields: readonly string[] }, bounds: Bounds): string[] {
  const bounded = bounds.field === null ? [] : [bounds.field];
  const fields = index.fields.includes(ID) ? index.fields : [...index.fields, ID];
  for (const field of [...bounds.equalities.keys(), ...bounded]) {
    if (fields.includes(field)) continue;
    throw new UserError(
      "FieldNotInIndex",
      `The index range included a comparison with ${JSON.stringify(field)}, but ${index.name} with fields ${fieldList(index.fields)} doesn't index this field. ${MORE}`,
    );
  }
  const equal = [...bounds.equalities.keys()].sort((a, b) => fields.indexOf(a) - fields.indexOf(b));
  const used = [...equal, ...bounded];
  const wrong = used.find((field, position) => fields[position] !== field);
  if (wrong === undefined) return used;
  throw new UserError(
    "InvalidIndexRange",
    `Tried to query index ${index.name} but the query didn't use the index fields in order.\n` +
      `Index fields: ${fieldList(index.fields)}\nQuery fields: ${fieldList(used)}\nFirst incorrect field: ${JSON.stringify(wrong)}\n${MORE}`,
  );
}

function fieldList(fields: readonly string[]): string {
  return `[${fields.map((field) => JSON.stringify(field)).join(", ")}]`;
}
