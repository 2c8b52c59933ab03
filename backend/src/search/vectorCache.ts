import type { Sqlite } from "../storage/sqlite.ts";
import type { VectorIndex } from "../storage/catalog.ts";

/** A vector of an index as stored. */
export interface VectorRow { rid: number; id: string; vector: Uint8Array<ArrayBuffer>; filters: string }

/** The vectors of one index side by side in memory. Slot `i` is `data[i * dimensions …]`. */
export interface VectorBlock {
  readonly dimensions: number;
  data: Float32Array;
  readonly ids: string[];
  /** Per slot, one key per filter field. */
  readonly filters: (readonly string[])[];
}

interface Entry {
  readonly block: VectorBlock;
  readonly rids: number[];
  readonly slots: Map<number, number>;
  /** Rows to read again before the next search. */
  readonly stale: Set<number>;
}

/** Memory for vectors, all indexes together. An index that does not fit is read from disk at each search. */
const MAX_BYTES = 256 * 1024 * 1024;
const LOAD_ROWS = 1000;
const SELECT = "SELECT rid, id, vector, filters FROM vectors";

/** Keeps the vectors of recently searched indexes in memory, up to date with the database. */
export class VectorCache {
  readonly #sqlite: Sqlite;
  readonly #maxBytes: number;
  /** Least recently searched first. */
  readonly #entries = new Map<number, Entry>();

  constructor(sqlite: Sqlite, maxBytes = MAX_BYTES) {
    this.#sqlite = sqlite;
    this.#maxBytes = maxBytes;
  }

  /** A row of an index was written, or its write was undone. */
  noteWrite(idx: number, rid: number): void {
    this.#entries.get(idx)?.stale.add(rid);
  }

  /** Forgets everything: the database is not what it was. */
  clear(): void {
    this.#entries.clear();
  }

  /** An index's vectors as they are in the database now; null when they are too many to be kept in memory. */
  block(index: VectorIndex): VectorBlock | null {
    const entry = this.#entries.get(index.idx) ?? this.#load(index);
    if (entry === null) return null;
    for (const rid of entry.stale) this.#refresh(index, entry, rid);
    entry.stale.clear();
    this.#entries.delete(index.idx);
    this.#entries.set(index.idx, entry);
    return entry.block;
  }

  /** All rows of an index, some at a time, for one that is not kept in memory. */
  *rows(index: VectorIndex): Generator<VectorRow> {
    const statement = this.#sqlite.prepare<VectorRow>(`${SELECT} WHERE idx = ? AND rid > ? ORDER BY rid LIMIT ${LOAD_ROWS}`);
    for (let last = 0; ;) {
      const rows = statement.all(index.idx, last);
      yield* rows;
      const next = rows.at(-1);
      if (next === undefined) return;
      last = next.rid;
    }
  }

  #load(index: VectorIndex): Entry | null {
    const { dimensions } = index;
    const count = this.#sqlite.prepare<{ count: number }>("SELECT count(*) AS count FROM vectors WHERE idx = ?").get(index.idx)?.count ?? 0;
    const bytes = count * dimensions * 4;
    if (bytes > this.#maxBytes) return null;
    for (const [idx, entry] of this.#entries) {
      if (this.#bytes() + bytes <= this.#maxBytes) break;
      if (entry.block.data.length > 0) this.#entries.delete(idx);
    }
    const entry: Entry = {
      block: { dimensions, data: new Float32Array(count * dimensions), ids: [], filters: [] }, rids: [], slots: new Map(), stale: new Set(),
    };
    for (const row of this.rows(index)) put(entry, row);
    return entry;
  }

  #bytes(): number {
    let bytes = 0;
    for (const { block } of this.#entries.values()) bytes += block.data.byteLength;
    return bytes;
  }

  #refresh(index: VectorIndex, entry: Entry, rid: number): void {
    const row = this.#sqlite.prepare<VectorRow>(`${SELECT} WHERE idx = ? AND rid = ?`).get(index.idx, rid);
    if (row === undefined) remove(entry, rid);
    else put(entry, row);
  }
}

/** The numbers of a stored vector. */
export function floatsOf(vector: Uint8Array<ArrayBuffer>): Float32Array {
  // SQLite hands out blobs in buffers of their own, which begin at 0; a copy is aligned in any case.
  return vector.byteOffset % 4 === 0 ? new Float32Array(vector.buffer, vector.byteOffset, vector.byteLength / 4) : new Float32Array(vector.slice().buffer);
}

/** Reads the filter keys of a stored vector. */
export function filtersOf(row: VectorRow): readonly string[] {
  // Written by vectorIndexing from a string[].
  return JSON.parse(row.filters) as string[];
}

function put(entry: Entry, row: VectorRow): void {
  const { block, rids, slots } = entry;
  let slot = slots.get(row.rid);
  if (slot === undefined) {
    slot = rids.length;
    slots.set(row.rid, slot);
    if ((slot + 1) * block.dimensions > block.data.length) {
      const larger = new Float32Array(Math.max(16, slot * 2) * block.dimensions);
      larger.set(block.data);
      block.data = larger;
    }
  }
  block.data.set(floatsOf(row.vector), slot * block.dimensions);
  rids[slot] = row.rid;
  block.ids[slot] = row.id;
  block.filters[slot] = filtersOf(row);
}

/** Moves the last slot into the place of the one that goes. */
function remove(entry: Entry, rid: number): void {
  const { block, rids, slots } = entry;
  const slot = slots.get(rid);
  if (slot === undefined) return;
  slots.delete(rid);
  const lastRid = rids.pop();
  const lastId = block.ids.pop();
  const lastFilters = block.filters.pop();
  if (lastRid === undefined || lastId === undefined || lastFilters === undefined || lastRid === rid) return;
  const from = rids.length * block.dimensions;
  block.data.copyWithin(slot * block.dimensions, from, from + block.dimensions);
  rids[slot] = lastRid;
  block.ids[slot] = lastId;
  block.filters[slot] = lastFilters;
  slots.set(lastRid, slot);
}
