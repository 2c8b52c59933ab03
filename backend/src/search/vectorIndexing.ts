import { encodeKey } from "../values/keys.ts";
import { getFieldPath, type JsonObject, type JsonValue } from "../values/json.ts";
import type { Database } from "../storage/database.ts";
import type { Table, VectorIndex } from "../storage/catalog.ts";

interface RowChange {
  readonly rid: number;
  readonly id: string;
  readonly before: JsonObject | null;
  readonly after: JsonObject | null;
}

/** Brings all vector indexes of a table up to date. */
export function updateVectorIndexes(database: Database, table: Table, change: RowChange): void {
  for (const index of table.vectorIndexes) updateVectorIndex(database, index, change);
}

/**
 * Brings one vector index up to date. It holds the vectors with length 1, so that a dot product is the cosine; a
 * document whose field is no vector of the index's dimensions is not in it.
 */
export function updateVectorIndex(database: Database, index: VectorIndex, change: RowChange): void {
  const { rid, id, before, after } = change;
  const path = index.vectorField.split(".");
  const numbers = after === null ? null : vectorOf(getFieldPath(after, path), index.dimensions);
  if (after !== null && numbers !== null) {
    database.sqlite
      .prepare("INSERT OR REPLACE INTO vectors(idx, rid, id, vector, filters) VALUES (?, ?, ?, ?, ?)")
      .run(index.idx, rid, id, new Uint8Array(unit(numbers).buffer), JSON.stringify(filterKeys(index, after)));
  } else if (before !== null && vectorOf(getFieldPath(before, path), index.dimensions) !== null) {
    database.sqlite.prepare("DELETE FROM vectors WHERE idx = ? AND rid = ?").run(index.idx, rid);
  } else {
    return;
  }
  database.vectors.noteWrite(index.idx, rid);
}

function vectorOf(value: JsonValue | undefined, dimensions: number): readonly number[] | null {
  if (!Array.isArray(value) || value.length !== dimensions) return null;
  // Checked element by element: an array of plain numbers.
  return value.every((item) => typeof item === "number") ? (value as number[]) : null;
}

/** The vector with length 1; one of zeros stays as it is. */
export function unit(numbers: readonly number[]): Float32Array<ArrayBuffer> {
  let squares = 0;
  for (const number of numbers) squares += number * number;
  const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares);
  const result = new Float32Array(numbers.length);
  for (let i = 0; i < numbers.length; i++) result[i] = (numbers[i] ?? 0) * scale;
  return result;
}

function filterKeys(index: VectorIndex, document: JsonObject): string[] {
  return index.filterFields.map((field) => filterKey(getFieldPath(document, field.split("."))));
}

/** Text that stands for a value when filters are compared; equal exactly for equal values. */
export function filterKey(value: JsonValue | undefined): string {
  return Buffer.from(encodeKey([value])).toString("base64");
}
