import type { Sqlite, Statement } from "./sqlite.ts";

/** Made when a folder does not have it yet. Rows are appended in the order of time. */
export const REQUEST_LOG_LAYOUT = `
  CREATE TABLE IF NOT EXISTS session_requests(rid INTEGER PRIMARY KEY, session TEXT NOT NULL, request INTEGER NOT NULL,
    created REAL NOT NULL, text TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS session_request_index(session TEXT NOT NULL, request INTEGER NOT NULL, rid INTEGER NOT NULL,
    PRIMARY KEY(session, request)) WITHOUT ROWID;
  INSERT OR IGNORE INTO counters(id, value) VALUES (-1, 0);
`;

/** The counter that holds the newest row in the index. */
const INDEXED = -1;
/** Rows that may wait for the index. A thousand rows of few clients are few pages of it; row by row they are a page each. */
const MAX_WAITING = 1024;

interface Row {
  readonly session: string;
  readonly request: number;
  readonly createdMs: number;
  readonly text: string;
}

/**
 * What clients' mutations came to, by session and request number. Rows, not documents: no function reads them. A row
 * costs a commit one page, however many clients there are: rows are indexed later, many at a time, and the newest ones
 * are found by memory.
 */
export class RequestLog {
  readonly #read: Statement<{ text: string }>;
  readonly #find: Statement<{ text: string }>;
  readonly #add: Statement<never>;
  readonly #oldest: Statement<{ rid: number; created: number }>;
  readonly #unindex: Statement<never>;
  readonly #remove: Statement<never>;
  readonly #index: Statement<never>;
  readonly #setIndexed: Statement<never>;
  readonly #indexed: Statement<{ value: number }>;
  readonly #rest: Statement<{ rid: number; session: string; request: number }>;
  /** Rows that wait for the index. Some may be gone again: an execution that was undone, old rows. */
  #waiting = new Map<string, number>();
  #indexedRid = 0;
  readonly #maxWaiting: number;

  /** `maxWaiting`: rows that may wait for the index. @default 1024 */
  constructor(sqlite: Sqlite, { maxWaiting = MAX_WAITING }: { maxWaiting?: number } = {}) {
    this.#maxWaiting = maxWaiting;
    this.#read = sqlite.prepare("SELECT text FROM session_requests WHERE rid = ? AND session = ? AND request = ?");
    this.#find = sqlite.prepare(
      "SELECT r.text AS text FROM session_request_index i CROSS JOIN session_requests r ON r.rid = i.rid WHERE i.session = ? AND i.request = ?",
    );
    this.#add = sqlite.prepare<never>("INSERT INTO session_requests(session, request, created, text) VALUES (?, ?, ?, ?)");
    // Never the newest row: row numbers go on from it.
    this.#oldest = sqlite.prepare("SELECT rid, created FROM session_requests WHERE rid < (SELECT max(rid) FROM session_requests) ORDER BY rid LIMIT ?");
    this.#unindex = sqlite.prepare<never>(
      "DELETE FROM session_request_index WHERE (session, request) IN (SELECT session, request FROM session_requests WHERE rid <= ?)",
    );
    this.#remove = sqlite.prepare<never>("DELETE FROM session_requests WHERE rid <= ?");
    this.#index = sqlite.prepare<never>(
      "INSERT OR REPLACE INTO session_request_index SELECT session, request, rid FROM session_requests WHERE rid > ? ORDER BY session, request",
    );
    this.#setIndexed = sqlite.prepare<never>("UPDATE counters SET value = coalesce((SELECT max(rid) FROM session_requests), value) WHERE id = ?");
    this.#indexed = sqlite.prepare("SELECT value FROM counters WHERE id = ?");
    this.#rest = sqlite.prepare("SELECT rid, session, request FROM session_requests WHERE rid > ?");
    this.reload();
  }

  /** Learns again what waits for the index: to be called when commits were lost. */
  reload(): void {
    this.#indexedRid = this.#indexed.get(INDEXED)?.value ?? 0;
    this.#waiting = new Map(this.#rest.all(this.#indexedRid).map(({ rid, session, request }) => [nameOf(session, request), rid]));
  }

  find(session: string, request: number): string | null {
    const rid = this.#waiting.get(nameOf(session, request));
    const row = rid === undefined ? undefined : this.#read.get(rid, session, request);
    return (row ?? this.#find.get(session, request))?.text ?? null;
  }

  /**
   * To be called only for a request that is new.
   * @throws Error for one of the newest rows: a client that calls itself new and is not must not have it done twice.
   */
  add({ session, request, createdMs, text }: Row): void {
    const name = nameOf(session, request);
    const rid = this.#waiting.get(name);
    if (rid !== undefined && this.#read.get(rid, session, request) !== undefined) throw new Error(`Request ${request} of session ${session} was carried out before`);
    this.#waiting.set(name, this.#add.run(session, request, createdMs, text));
  }

  /** Rows made before then, oldest first, at most `limit`: how many, and the newest of them. */
  before(ms: number, limit: number): { count: number; lastRid: number } {
    const rows = this.#oldest.all(limit);
    const firstYoung = rows.findIndex(({ created }) => created >= ms);
    const count = firstYoung === -1 ? rows.length : firstYoung;
    return { count, lastRid: rows[count - 1]?.rid ?? 0 };
  }

  /** Deletes a row and all that are older. */
  removeUpTo(rid: number): void {
    this.#unindex.run(rid);
    this.#remove.run(rid);
  }

  /** Indexes the rows that wait, when they are many. Part of the commit that is about to be made. */
  tidy(): void {
    if (this.#waiting.size < this.#maxWaiting) return;
    this.#index.run(this.#indexedRid);
    this.#setIndexed.run(INDEXED);
    this.reload();
  }
}

function nameOf(session: string, request: number): string {
  return `${request}:${session}`;
}
