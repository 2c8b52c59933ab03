import type { Sqlite, Statement } from "./sqlite.ts";

/** A document as it lies in the store. */
export interface StoredDocument {
  readonly rid: number;
  /** Size as Convex counts it. */
  readonly size: number;
  /** The document's text, system fields included. */
  readonly json: string;
}

/** A document met on a scan, with the index key it was found under. */
export interface ScannedDocument extends StoredDocument {
  readonly key: Uint8Array;
}

/** Rows and index entries: no rules, no types, no limits. Every method is one SQL statement on a short path. */
export class DocumentStore {
  readonly #insert: Statement<never>;
  readonly #update: Statement<never>;
  readonly #delete: Statement<never>;
  readonly #byRid: Statement<{ size: number; json: string }>;
  readonly #byKey: Statement<StoredDocument>;
  readonly #addEntry: Statement<never>;
  readonly #addEntryIfMissing: Statement<never>;
  readonly #removeEntry: Statement<never>;
  readonly #scans: Readonly<Record<"asc" | "desc", { bounded: Statement<ScannedDocument>; open: Statement<ScannedDocument> }>>;
  readonly #setCounter: Statement<never>;
  readonly #counters: Statement<{ id: number; value: number }>;

  constructor(sqlite: Sqlite) {
    this.#insert = sqlite.prepare<never>("INSERT INTO documents(size, json) VALUES (?, ?)");
    this.#update = sqlite.prepare<never>("UPDATE documents SET size = ?, json = ? WHERE rid = ?");
    this.#delete = sqlite.prepare<never>("DELETE FROM documents WHERE rid = ?");
    this.#byRid = sqlite.prepare("SELECT size, json FROM documents WHERE rid = ?");
    this.#byKey = sqlite.prepare(
      "SELECT d.rid AS rid, d.size AS size, d.json AS json FROM index_entries e CROSS JOIN documents d ON d.rid = e.rid WHERE e.idx = ? AND e.key = ?",
    );
    this.#addEntry = sqlite.prepare<never>("INSERT INTO index_entries(idx, key, rid) VALUES (?, ?, ?)");
    this.#addEntryIfMissing = sqlite.prepare<never>("INSERT OR IGNORE INTO index_entries(idx, key, rid) VALUES (?, ?, ?)");
    this.#removeEntry = sqlite.prepare<never>("DELETE FROM index_entries WHERE idx = ? AND key = ?");
    const scan = (upper: string, order: string): Statement<ScannedDocument> =>
      sqlite.prepare(
        "SELECT e.key AS key, d.rid AS rid, d.size AS size, d.json AS json FROM index_entries e CROSS JOIN documents d ON d.rid = e.rid " +
          `WHERE e.idx = ? AND e.key >= ?${upper} ORDER BY e.key ${order} LIMIT ?`,
      );
    this.#scans = {
      asc: { bounded: scan(" AND e.key < ?", "ASC"), open: scan("", "ASC") },
      desc: { bounded: scan(" AND e.key < ?", "DESC"), open: scan("", "DESC") },
    };
    this.#setCounter = sqlite.prepare<never>("UPDATE counters SET value = ? WHERE id = ?");
    this.#counters = sqlite.prepare("SELECT id, value FROM counters WHERE id > 0");
  }

  /** Adds a row and returns its number. */
  insert(size: number, json: string): number {
    return this.#insert.run(size, json);
  }

  update(rid: number, size: number, json: string): void {
    this.#update.run(size, json, rid);
  }

  delete(rid: number): void {
    this.#delete.run(rid);
  }

  byRid(rid: number): StoredDocument | undefined {
    const row = this.#byRid.get(rid);
    return row === undefined ? undefined : { rid, ...row };
  }

  byKey(idx: number, key: Uint8Array): StoredDocument | undefined {
    return this.#byKey.get(idx, key);
  }

  addEntry(idx: number, key: Uint8Array, rid: number): void {
    this.#addEntry.run(idx, key, rid);
  }

  /** {@link addEntry}, unless the key is there. */
  addEntryIfMissing(idx: number, key: Uint8Array, rid: number): void {
    this.#addEntryIfMissing.run(idx, key, rid);
  }

  removeEntry(idx: number, key: Uint8Array): void {
    this.#removeEntry.run(idx, key);
  }

  /** Up to `limit` documents whose keys are in `[from, to)`, in key order; `to` null: to the end. */
  scan(idx: number, range: { from: Uint8Array; to: Uint8Array | null }, options: { order: "asc" | "desc"; limit: number }): ScannedDocument[] {
    const statements = this.#scans[options.order];
    if (range.to === null) return statements.open.all(idx, range.from, options.limit);
    return statements.bounded.all(idx, range.from, range.to, options.limit);
  }


  setCounter(id: number, value: number | bigint): void {
    this.#setCounter.run(value, id);
  }

  /** Document counts by table number in the store. */
  counts(): Map<number, number> {
    return new Map(this.#counters.all().map(({ id, value }) => [id, value]));
  }
}
