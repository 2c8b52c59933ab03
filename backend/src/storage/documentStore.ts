import type { Sqlite, Statement } from "./sqlite.ts";

/** A document as it lies in the store. */
export interface StoredDocument {
  readonly rid: number;
  /** Size as Convex counts it. */
  readonly size: number;
  /** The document's text, system fields included. */
  readonly json: string;
}

/** A document met on a scan: its size, its text, and how long the index key is that it was found under. */
export type FoundDocument = readonly [size: number, json: string, keyBytes: number];

/** A document as a query reads it: wherever it comes from, it has a key. */
export interface ReadDocument {
  readonly size: number;
  readonly json: string;
  readonly key: Uint8Array;
}

/** A document met on a scan, with the index key it was found under. */
export interface ScannedDocument extends StoredDocument {
  readonly key: Uint8Array;
}

interface Scanner<Row> {
  all(...params: (number | Uint8Array)[]): Row[];
}

type Scans<Row> = Readonly<Record<"asc" | "desc", { bounded: Scanner<Row>; open: Scanner<Row> }>>;

interface Range {
  readonly from: Uint8Array;
  readonly to: Uint8Array | null;
}

interface ScanOptions {
  readonly order: "asc" | "desc";
  readonly limit: number;
}

function scans<Row>(columns: string, prepare: (sql: string) => Scanner<Row>): Scans<Row> {
  const scan = (upper: string, order: string): Scanner<Row> =>
    prepare(`SELECT ${columns} FROM index_entries e CROSS JOIN documents d ON d.rid = e.rid WHERE e.idx = ? AND e.key >= ?${upper} ORDER BY e.key ${order} LIMIT ?`);
  const upper = " AND e.key < ?";
  return {
    asc: { bounded: scan(upper, "ASC"), open: scan("", "ASC") },
    desc: { bounded: scan(upper, "DESC"), open: scan("", "DESC") },
  };
}

function readAll<Row>(scans: Scans<Row>, { idx, range, options }: { idx: number; range: Range; options: ScanOptions }): Row[] {
  const statements = scans[options.order];
  if (range.to === null) return statements.open.all(idx, range.from, options.limit);
  return statements.bounded.all(idx, range.from, range.to, options.limit);
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
  readonly #scans: Scans<ScannedDocument>;
  readonly #finds: Scans<FoundDocument>;
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
    this.#scans = scans<ScannedDocument>("e.key AS key, d.rid AS rid, d.size AS size, d.json AS json", (sql) => sqlite.prepare(sql));
    this.#finds = scans<FoundDocument>("d.size, d.json, length(e.key)", (sql) => sqlite.prepareArrays(sql));
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
  scan(idx: number, range: Range, options: ScanOptions): ScannedDocument[] {
    return readAll(this.#scans, { idx, range, options });
  }

  /** {@link scan} for readers that do not look at the keys: an array of bytes costs more than all else of a row. */
  find(idx: number, range: Range, options: ScanOptions): FoundDocument[] {
    return readAll(this.#finds, { idx, range, options });
  }

  setCounter(id: number, value: number | bigint): void {
    this.#setCounter.run(value, id);
  }

  /** Document counts by table number in the store. */
  counts(): Map<number, number> {
    return new Map(this.#counters.all().map(({ id, value }) => [id, value]));
  }
}
