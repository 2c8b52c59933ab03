import type { ScannedDocument } from "../storage/documentStore.ts";
import { nextKey } from "../storage/indexKeys.ts";
import type { KeyRange } from "../transaction/types.ts";
import { parseDocument } from "./cursor.ts";
import { TakenBack, type RowSource } from "./hiddenWrites.ts";
import type { Access } from "./plan.ts";
import type { ExecutionState } from "../transaction/state.ts";

/** Rows of the first batch when nobody says how many are wanted, and of the largest batch. */
const FIRST_BATCH = 64;
const LARGEST_BATCH = 1024;

/** A batch should not hold more than about this, whatever the size of the documents. */
const BATCH_BYTES = 1024 * 1024;

/**
 * Reads an interval of an index in batches, by key, so that no SQLite cursor stays open while the execution writes.
 * After a write of the execution itself the rest of a batch is read again: a scan sees the writes made before each
 * `next()`.
 */
export class IndexScan implements RowSource {
  readonly #state: ExecutionState;
  readonly #index: number;
  readonly #order: "asc" | "desc";
  readonly #range: KeyRange;
  readonly #isMetered: boolean;
  #rows: readonly ScannedDocument[] = [];
  #at = 0;
  #batch: number;
  #version: number;
  #last: Uint8Array | null = null;
  #started = false;
  /** The batch at hand is the last one there is. */
  #isFinal = false;
  #exhausted = false;

  /** `expected`: how many rows the reader will take at most, when that is known. */
  constructor(state: ExecutionState, source: { index: number; range: KeyRange; order: "asc" | "desc"; isMetered: boolean }, expected?: number) {
    this.#state = state;
    this.#index = source.index;
    this.#order = source.order;
    this.#range = source.range;
    this.#isMetered = source.isMetered;
    this.#batch = Math.max(1, Math.min(expected ?? FIRST_BATCH, LARGEST_BATCH));
    this.#version = state.version;
  }

  next(): ScannedDocument | null {
    if (this.#exhausted) return null;
    if (!this.#started) {
      this.#started = true;
      if (this.#isMetered) this.#state.meter.add("databaseQueries", 1);
    }
    if (this.#version !== this.#state.version || (this.#at === this.#rows.length && !this.#isFinal)) this.#fetch();
    const row = this.#rows[this.#at++];
    if (row === undefined) {
      this.#exhausted = true;
      return null;
    }
    this.#last = row.key;
    if (this.#isMetered) {
      this.#state.meter.add("documentsRead", 1);
      this.#state.meter.add("bytesRead", row.size + row.key.length);
    }
    return row;
  }

  scanned(): { index: number; range: KeyRange } | null {
    if (!this.#started) return null;
    if (this.#exhausted) return { index: this.#index, range: this.#range };
    if (this.#last === null) return null;
    const { from, to } = this.#range;
    const range = this.#order === "asc" ? { from, to: nextKey(this.#last) } : { from: this.#last, to };
    return { index: this.#index, range };
  }

  #fetch(): void {
    this.#version = this.#state.version;
    const { from, to } = this.#range;
    const rest = this.#last === null ? this.#range : this.#order === "asc" ? { from: nextKey(this.#last), to } : { from, to: this.#last };
    const limit = this.#batch;
    this.#rows = this.#state.database.documents.scan(this.#index, rest, { order: this.#order, limit });
    this.#at = 0;
    this.#isFinal = this.#rows.length < limit;
    const bytes = this.#rows.reduce((sum, row) => sum + row.size, 0);
    const fitting = bytes === 0 ? LARGEST_BATCH : Math.ceil((BATCH_BYTES * this.#rows.length) / bytes);
    this.#batch = Math.max(1, Math.min(limit * 4, LARGEST_BATCH, fitting));
  }
}

/**
 * Opens what a scan reads, as the execution may see it.
 *
 * @param options `range`: a part of the access's range. `expected`: how many rows will be taken at most.
 */
export function openScan(state: ExecutionState, access: Extract<Access, { kind: "scan" }>, options: { range?: KeyRange; expected: number | undefined }): RowSource {
  const { table, index, order } = access;
  const range = options.range ?? access.range;
  // Reads of system tables are the backend's own work more often than the user's: they do not count.
  const rows = new IndexScan(state, { index: index.idx, range, order, isMetered: !table.name.startsWith("_") }, options.expected);
  const written = new Set(state.hidden?.written(table));
  if (state.hidden === null || written.size === 0) return rows;
  const isWritten = (row: ScannedDocument): boolean => written.has(String(parseDocument(row.json)["_id"]));
  return new TakenBack(rows, { earlier: state.hidden.documents(table, index, { range, order }), isWritten, order });
}

/** A source without rows, for a table that does not exist. */
export const NO_ROWS: RowSource = { next: () => null, scanned: () => null };
