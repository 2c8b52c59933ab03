import { invariant } from "../errors.ts";
import type { DatabaseIndex } from "../storage/catalog.ts";
import type { FoundDocument, ReadDocument } from "../storage/documentStore.ts";
import { documentKey, nextKey } from "../storage/indexKeys.ts";
import type { KeyRange } from "../transaction/types.ts";
import { decodeId } from "../values/ids.ts";
import { parseDocument } from "./cursor.ts";
import { TakenBack, type RowSource } from "./hiddenWrites.ts";
import type { Access } from "./plan.ts";
import type { UsageMeter } from "../transaction/limits.ts";
import type { ExecutionState } from "../transaction/state.ts";

/** Rows of the first batch when nobody says how many are wanted, and of the largest batch. */
const FIRST_BATCH = 64;
const LARGEST_BATCH = 1024;

/** A batch should not hold more than about this, whatever the size of the documents. */
const BATCH_BYTES = 1024 * 1024;

/** A row whose key is worked out from its text when somebody asks. */
class FoundRow implements ReadDocument {
  readonly size: number;
  readonly json: string;
  // Not a `#` field: making one for each row costs as much as the row.
  private readonly index: DatabaseIndex;

  constructor([size, json]: FoundDocument, index: DatabaseIndex) {
    this.size = size;
    this.json = json;
    this.index = index;
  }

  get key(): Uint8Array {
    const document = parseDocument(this.json);
    const id = String(document["_id"]);
    const decoded = decodeId(id);
    invariant(decoded !== null, `document ${id} has an id`);
    return documentKey(this.index, document, { id, internalId: decoded.internalId });
  }
}

/**
 * Reads an interval of an index in batches, by key, so that no SQLite cursor stays open while the execution writes.
 * After a write of the execution itself the rest of a batch is read again: a scan sees the writes made before each
 * `next()`.
 */
export class IndexScan implements RowSource {
  readonly #state: ExecutionState;
  readonly #index: DatabaseIndex;
  readonly #order: "asc" | "desc";
  readonly #range: KeyRange;
  readonly #isMetered: boolean;
  #rows: readonly FoundDocument[] = [];
  #at = 0;
  #batch: number;
  #version: number;
  #last: FoundRow | null = null;
  #started = false;
  /** The batch at hand is the last one there is. */
  #isFinal = false;
  #exhausted = false;

  /** `expected`: how many rows the reader will take at most, when that is known. */
  constructor(state: ExecutionState, source: { index: DatabaseIndex; range: KeyRange; order: "asc" | "desc"; isMetered: boolean }, expected?: number) {
    this.#state = state;
    this.#index = source.index;
    this.#order = source.order;
    this.#range = source.range;
    this.#isMetered = source.isMetered;
    this.#batch = Math.max(1, Math.min(expected ?? FIRST_BATCH, LARGEST_BATCH));
    this.#version = state.version;
  }

  next(): ReadDocument | null {
    if (this.#exhausted) return null;
    if (!this.#started) {
      this.#started = true;
      if (this.#isMetered) this.#state.meter.add("databaseQueries", 1);
    }
    if (this.#version !== this.#state.version || (this.#at === this.#rows.length && !this.#isFinal)) this.#fetch();
    const found = this.#rows[this.#at++];
    if (found === undefined) {
      this.#exhausted = true;
      return null;
    }
    const row = new FoundRow(found, this.#index);
    this.#last = row;
    if (this.#isMetered) {
      this.#state.meter.addRead(row.size + found[2]);
    }
    return row;
  }

  scanned(): { index: number; range: KeyRange } | null {
    if (!this.#started) return null;
    if (this.#exhausted) return { index: this.#index.idx, range: this.#range };
    if (this.#last === null) return null;
    const { from, to } = this.#range;
    const last = this.#last.key;
    const range = this.#order === "asc" ? { from, to: nextKey(last) } : { from: last, to };
    return { index: this.#index.idx, range };
  }

  #fetch(): void {
    this.#version = this.#state.version;
    const { from, to } = this.#range;
    const last = this.#last === null ? null : this.#last.key;
    const rest = last === null ? this.#range : this.#order === "asc" ? { from: nextKey(last), to } : { from, to: last };
    const limit = this.#batch;
    this.#rows = this.#state.timed((database) => database.documents.find(this.#index.idx, rest, { order: this.#order, limit }));
    this.#at = 0;
    this.#isFinal = this.#rows.length < limit;
    let bytes = 0;
    for (const [size] of this.#rows) bytes += size;
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
  const isMetered = !table.name.startsWith("_");
  const written = new Set(state.hidden?.written(table));
  if (state.hidden === null || written.size === 0) return new IndexScan(state, { index, range, order, isMetered }, options.expected);
  const rows = new IndexScan(state, { index, range, order, isMetered: false }, options.expected);
  const isWritten = (row: ReadDocument): boolean => written.has(String(parseDocument(row.json)["_id"]));
  const seen = new TakenBack(rows, { earlier: state.hidden.documents(table, index, { range, order }), isWritten, order });
  return isMetered ? new Metered(seen, state.meter) : seen;
}

/** Counts the rows of a source as read: those that come out of it, whatever it looked at itself. */
class Metered implements RowSource {
  readonly #rows: RowSource;
  readonly #meter: UsageMeter;
  #started = false;

  constructor(rows: RowSource, meter: UsageMeter) {
    this.#rows = rows;
    this.#meter = meter;
  }

  next(): ReadDocument | null {
    if (!this.#started) this.#meter.add("databaseQueries", 1);
    this.#started = true;
    const row = this.#rows.next();
    if (row === null) return null;
    this.#meter.addRead(row.size + row.key.length);
    return row;
  }

  scanned(): ReturnType<RowSource["scanned"]> {
    return this.#rows.scanned();
  }
}

/** A source without rows, for a table that does not exist. */
export const NO_ROWS: RowSource = { next: () => null, scanned: () => null };
