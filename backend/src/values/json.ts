/**
 * Inside the backend a Convex value stays in Convex's JSON encoding from end to end: what a client sends, what a
 * function's syscall carries, what SQLite stores and what a subscriber receives are the same text. Values JSON cannot
 * hold are one-key objects: `$integer` (int64), `$float` (NaN, infinities, -0) and `$bytes`. User field names never
 * start with `$`, so the forms are unambiguous.
 */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;

/** An object of Convex values: arguments, a document, a nested object. */
export interface JsonObject {
  [field: string]: JsonValue;
}
