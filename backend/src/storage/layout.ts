import type { Sqlite } from "./sqlite.ts";
import { REQUEST_LOG_LAYOUT } from "./requestLog.ts";
import { APPLICATION_ID, FORMAT_VERSION } from "./folder.ts";

/**
 * Creates the tables of an empty database.
 *
 * - `documents`: one row per live document, its text as clients receive it.
 * - `index_entries`: every database index of every table. Keys sort by memcmp; a key ends with the document's internal
 *   id, so it is unique.
 * - `counters`: row 0 is the newest commit timestamp; row `tbl` counts that table's documents. One small page, so
 *   that a commit touches few pages.
 * - `garbage`: indexes that were dropped and whose entries are still to be deleted, a little at a time.
 * - `session_requests`: what clients' mutations came to (see `requestLog.ts`).
 * - `postings`, `search_documents`, `search_stats`: text search. `vectors`: vector search.
 */
const TABLES = `
  CREATE TABLE tables(tbl INTEGER PRIMARY KEY AUTOINCREMENT, component TEXT NOT NULL, name TEXT NOT NULL, number INTEGER NOT NULL,
    UNIQUE(component, name), UNIQUE(component, number));
  CREATE TABLE indexes(idx INTEGER PRIMARY KEY AUTOINCREMENT, tbl INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
    spec TEXT NOT NULL, state TEXT NOT NULL);
  CREATE TABLE schemas(component TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE counters(id INTEGER PRIMARY KEY, value INTEGER NOT NULL);
  CREATE TABLE documents(rid INTEGER PRIMARY KEY, size INTEGER NOT NULL, json TEXT NOT NULL);
  CREATE TABLE index_entries(idx INTEGER NOT NULL, key BLOB NOT NULL, rid INTEGER NOT NULL, PRIMARY KEY(idx, key)) WITHOUT ROWID;
  CREATE TABLE garbage(idx INTEGER PRIMARY KEY, kind TEXT NOT NULL);
  CREATE TABLE postings(idx INTEGER NOT NULL, term TEXT NOT NULL, rid INTEGER NOT NULL, frequency INTEGER NOT NULL,
    PRIMARY KEY(idx, term, rid)) WITHOUT ROWID;
  CREATE TABLE search_documents(idx INTEGER NOT NULL, rid INTEGER NOT NULL, tokens INTEGER NOT NULL, created REAL NOT NULL,
    filters BLOB NOT NULL,
    PRIMARY KEY(idx, rid)) WITHOUT ROWID;
  CREATE TABLE search_stats(idx INTEGER PRIMARY KEY, documents INTEGER NOT NULL, tokens INTEGER NOT NULL);
  CREATE TABLE vectors(idx INTEGER NOT NULL, rid INTEGER NOT NULL, id TEXT NOT NULL, vector BLOB NOT NULL, filters TEXT NOT NULL,
    PRIMARY KEY(idx, rid)) WITHOUT ROWID;
  INSERT INTO counters(id, value) VALUES (0, 0);
`;

/** Lays out an empty database; one that has been laid out gets only what a newer version added to the format. */
export function ensureLayout(sqlite: Sqlite): void {
  const version = sqlite.prepare<{ user_version: number }>("PRAGMA user_version").get()?.user_version ?? 0;
  if (version === FORMAT_VERSION) {
    sqlite.exec(REQUEST_LOG_LAYOUT);
    return;
  }
  sqlite.exec(`BEGIN IMMEDIATE; PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${FORMAT_VERSION}; ${TABLES} ${REQUEST_LOG_LAYOUT} COMMIT`);
}
