/** A value that JSON can hold; a missing field may be `undefined`. */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonRecord;

/** An object of JSON values. */
export interface JsonRecord {
  [field: string]: JsonValue | undefined;
}

/** True for objects that are neither null nor arrays. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
