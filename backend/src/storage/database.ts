import type { Ports } from "../ports.ts";
import type { Timestamp } from "../transaction/types.ts";
import { invariant } from "../errors.ts";
import { Catalog } from "./catalog.ts";
import { DocumentStore } from "./documentStore.ts";
import { NO_FLUSH, openCommitLog, type CommitLog } from "./commitLog.ts";
import { claimFolder, inUse, writeFormatFile, type ClaimedFolder } from "./folder.ts";
import { ensureLayout } from "./layout.ts";
import { VectorCache } from "../search/vectorCache.ts";
import { RequestLog } from "./requestLog.ts";
import { Sqlite, StorageError } from "./sqlite.ts";

/** `full`: an acknowledged commit survives a power cut. `fast`: it survives the death of the process only. */
export type Durability = "full" | "fast";

export interface DatabaseOptions {
  /** The data folder; made when missing. One process at a time may have it open. */
  readonly dir: string;
  /** @default "full" */
  readonly durability?: Durability;
  readonly ports: Ports;
  /** What makes commits durable. @default the log of SQLite, or nothing when `durability` is `fast` */
  readonly openLog?: (databaseFile: string) => CommitLog;
  /** Page cache, MiB. @default 64 */
  readonly cacheMiB?: number;
  /** Most pages (2 KiB) the file may have; reaching it is the same as a full disk. @default SQLite's own limit */
  readonly maxPages?: number;
}

/**
 * Of a new database. A small commit changes a little of each of five pages and writes them whole: half of SQLite's usual
 * page is nearly half the work. A document of many pages is read somewhat more slowly.
 */
const PAGE_BYTES = 2048;

/** Pages in the log before they are moved into the database file: fewer, longer pauses than SQLite's 1000. */
const CHECKPOINT_PAGES = 8000;

/** Index entries that one step of garbage collection deletes; a step takes a few milliseconds. */
const GARBAGE_STEP = 2000;

/**
 * Opens a data folder, or makes one. Costs the same for any amount of documents: only the catalog is read.
 *
 * @throws StorageError naming the folder or file: in use, newer format, damaged, disk full. Nothing is changed then.
 * @example const database = openDatabase({ dir: ".convex-data", ports: systemPorts });
 */
export function openDatabase(options: DatabaseOptions): Database {
  const folder = claimFolder(options.dir);
  let sqlite: Sqlite | undefined;
  try {
    sqlite = new Sqlite(folder.databaseFile);
    lock(sqlite, folder.dir);
    sqlite.exec(
      `PRAGMA synchronous = FULL; PRAGMA cache_size = -${(options.cacheMiB ?? 64) * 1024}; ` +
        `PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}; PRAGMA journal_size_limit = 67108864; PRAGMA temp_store = MEMORY` +
        (options.maxPages === undefined ? "" : `; PRAGMA max_page_count = ${options.maxPages}`),
    );
    ensureLayout(sqlite);
    // Makes the names of the files durable too, the log's among them.
    writeFormatFile(folder.dir);
    // From now on commits are flushed through the CommitLog; SQLite itself still flushes around checkpoints.
    sqlite.exec("PRAGMA synchronous = NORMAL");
    const { openLog = options.durability === "fast" ? () => NO_FLUSH : openCommitLog } = options;
    return new Database(sqlite, { folder, log: openLog(sqlite.file), ports: options.ports });
  } catch (error) {
    sqlite?.close();
    folder.release();
    throw error;
  }
}

/** Takes SQLite's exclusive lock on the file, which ends with this process however it ends. */
function lock(sqlite: Sqlite, dir: string): void {
  try {
    // In this order: a log opened under the exclusive mode needs no shared-memory file.
    sqlite.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; BEGIN IMMEDIATE; COMMIT`);
  } catch (error) {
    if (error instanceof StorageError && error.failure === "in-use") throw inUse(dir, error);
    throw error;
  }
}

/**
 * The next commit timestamp: wall clock in nanoseconds, but always after `lastTs`, even when the wall clock went back.
 */
export function nextCommitTs(ports: Pick<Ports, "nowMs">, lastTs: Timestamp): Timestamp {
  const wall = wallNs(ports);
  return wall > lastTs ? wall : lastTs + 1n;
}

/** The wall clock, nanoseconds since the Unix epoch, in steps of a microsecond. */
export function wallNs(ports: Pick<Ports, "nowMs">): Timestamp {
  return BigInt(Math.floor(ports.nowMs() * 1000)) * 1000n;
}

/**
 * An open data folder: one SQLite connection, the catalog, the documents, the clock. At most one transaction at a
 * time; the transaction runner is its only user besides start-up code.
 */
export class Database {
  readonly dir: string;
  readonly sqlite: Sqlite;
  readonly catalog: Catalog;
  readonly documents: DocumentStore;
  readonly requests: RequestLog;
  readonly vectors: VectorCache;
  readonly ports: Ports;
  readonly #folder: ClaimedFolder;
  readonly #log: CommitLog;
  #failure: StorageError | null = null;
  #latestTs: Timestamp;
  #counts: Map<number, number>;
  #changedCounts = new Set<number>();

  constructor(sqlite: Sqlite, { folder, log, ports }: { folder: ClaimedFolder; log: CommitLog; ports: Ports }) {
    this.dir = folder.dir;
    this.sqlite = sqlite;
    this.ports = ports;
    this.#folder = folder;
    this.#log = log;
    this.catalog = new Catalog(sqlite);
    this.documents = new DocumentStore(sqlite);
    this.requests = new RequestLog(sqlite);
    this.vectors = new VectorCache(sqlite);
    this.#latestTs = readTimestamp(sqlite);
    this.#counts = this.documents.counts();
  }

  /** Timestamp of the newest durable commit; 0 in an empty folder. */
  get latestTs(): Timestamp {
    return this.#latestTs;
  }

  /** Number of documents of a table, own uncommitted writes included. */
  count(tbl: number): number {
    return this.#counts.get(tbl) ?? 0;
  }

  /** Changes a table's count; it is stored with the next commit. */
  addToCount(tbl: number, delta: number): void {
    this.#counts.set(tbl, this.count(tbl) + delta);
    this.#changedCounts.add(tbl);
  }

  /** Why nothing more can be read or written, until a restart tells what was saved; null while all is well. */
  get failure(): StorageError | null {
    return this.#failure;
  }

  begin(): void {
    const failure = this.sqlite.corruption ?? this.#failure;
    if (failure !== null) throw failure;
    this.sqlite.prepare("BEGIN IMMEDIATE").run();
  }

  /** Makes everything since {@link Database.begin} durable. When it throws, call {@link Database.rollback}. */
  commit(ts: Timestamp): void {
    invariant(ts > this.#latestTs, `commit at ${ts} after ${this.#latestTs}`);
    for (const tbl of this.#changedCounts) {
      if (this.catalog.tableOfTbl(tbl) !== undefined) this.documents.setCounter(tbl, this.count(tbl));
    }
    this.documents.setCounter(0, ts);
    this.requests.tidy();
    this.sqlite.prepare("COMMIT").run();
    try {
      this.#log.flush();
    } catch (error) {
      // What the disk refused once it may forget and then accept: later flushes would prove nothing.
      this.#failure = error instanceof StorageError ? error : new StorageError("io", `${this.sqlite.file}: a commit could not be made durable`, error);
      throw this.#failure;
    }
    this.#changedCounts.clear();
    this.#latestTs = ts;
  }

  /** Ends a transaction all of whose writes were undone. */
  commitNothing(): void {
    this.sqlite.prepare("COMMIT").run();
  }

  /** Undoes everything since {@link Database.begin}. */
  rollback(): void {
    // SQLite has rolled back by itself when the disk was full.
    if (this.sqlite.inTransaction) this.sqlite.prepare("ROLLBACK").run();
    this.catalog.reload();
    this.requests.reload();
    this.#counts = this.documents.counts();
    this.#changedCounts.clear();
    this.vectors.clear();
  }

  /**
   * Deletes some entries of dropped indexes, in a transaction of its own. False: nothing is left to delete.
   */
  collectGarbage(): boolean {
    const row = this.sqlite.prepare<{ idx: number; kind: string }>("SELECT idx, kind FROM garbage LIMIT 1").get();
    if (row === undefined) return false;
    this.begin();
    try {
      if (!this.#deleteSome(row.idx, row.kind)) this.sqlite.prepare("DELETE FROM garbage WHERE idx = ?").run(row.idx);
      this.sqlite.prepare("COMMIT").run();
    } catch (error) {
      this.rollback();
      throw error;
    }
    return true;
  }

  /** Flushes and lets another process open the folder. Idempotent. */
  close(): void {
    this.#log.close();
    this.sqlite.close();
    this.#folder.release();
  }

  #deleteSome(idx: number, kind: string): boolean {
    const tables = kind === "database" ? ["index_entries"] : kind === "text" ? ["postings", "search_documents", "search_stats"] : ["vectors"];
    const primaryKeys: Readonly<Record<string, string>> = {
      index_entries: "idx, key", postings: "idx, term, rid", search_documents: "idx, rid", search_stats: "idx", vectors: "idx, rid",
    };
    for (const table of tables) {
      const key = primaryKeys[table];
      const some = this.sqlite.prepare<{ one: number }>(`SELECT 1 AS one FROM ${table} WHERE idx = ? LIMIT 1`).get(idx);
      if (some === undefined) continue;
      this.sqlite.prepare(`DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE idx = ?1 LIMIT ?2)`).run(idx, GARBAGE_STEP);
      return true;
    }
    return false;
  }
}

function readTimestamp(sqlite: Sqlite): Timestamp {
  // As text: a JavaScript number cannot hold 64 bits.
  const row = sqlite.prepare<{ ts: string }>("SELECT CAST(value AS TEXT) AS ts FROM counters WHERE id = 0").get();
  invariant(row !== undefined, `${sqlite.file} has no clock`);
  return BigInt(row.ts);
}
