import { isObject, type JsonObject, type JsonValue } from "../values/json.ts";
import type { ComponentPath, Transaction, TransactionRunner } from "../transaction/types.ts";
import type { Order, RangeBound } from "../query/types.ts";

/** As much of the transaction runner as keepers of system tables need. */
export type Store = Pick<TransactionRunner, "query" | "mutate" | "onCommit">;

/** The rows of one index range of a system table: equalities on the first fields, then bounds on the next one. */
export interface RowRange {
  readonly componentPath: ComponentPath;
  /** `table.index` */
  readonly index: string;
  readonly bounds?: readonly RangeBound[];
  readonly order?: Order;
  readonly limit?: number;
}

/** A bound that fixes a field. */
export function equal(fieldPath: string, value: JsonValue): RangeBound {
  return { type: "Eq", fieldPath, value };
}

/** Reads at most `limit` rows of a range, in index order. Without a limit the range must be small by its nature. */
export function readRows(tx: Transaction, range: RowRange): JsonObject[] {
  const cursor = tx.query(range.componentPath, {
    source: { type: "IndexRange", indexName: range.index, range: range.bounds ?? [], order: range.order ?? "asc" },
    operators: range.limit === undefined ? [] : [{ limit: range.limit }],
  });
  try {
    const rows: JsonObject[] = [];
    for (let row = cursor.next(); row !== null; row = cursor.next()) rows.push(row);
    return rows;
  } finally {
    cursor.close();
  }
}

/** The first row of a range, or null. */
export function readRow(tx: Transaction, range: Omit<RowRange, "limit">): JsonObject | null {
  return readRows(tx, { ...range, limit: 1 })[0] ?? null;
}

/** A field that the writer of this table always sets to a string. */
export function stringField(row: JsonObject, field: string): string {
  const value = row[field];
  if (typeof value !== "string") throw fieldError(row, field, "a string");
  return value;
}

/** A field that the writer of this table always sets to a finite number. */
export function numberField(row: JsonObject, field: string): number {
  const value = row[field];
  if (typeof value !== "number") throw fieldError(row, field, "a number");
  return value;
}

/** A field that the writer of this table always sets to an object. */
export function objectField(row: JsonObject, field: string): JsonObject {
  const value = row[field];
  if (!isObject(value)) throw fieldError(row, field, "an object");
  return value;
}

function fieldError(row: JsonObject, field: string, expected: string): Error {
  return new Error(`Invariant: system row ${JSON.stringify(row._id)} should have ${expected} in "${field}"`);
}
