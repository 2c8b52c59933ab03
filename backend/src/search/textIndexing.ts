import { createHash } from "node:crypto";
import { encodeKey } from "../values/keys.ts";
import { getFieldPath, type JsonObject, type JsonValue } from "../values/json.ts";
import type { Database } from "../storage/database.ts";
import type { Table, TextIndex } from "../storage/catalog.ts";
import type { DocumentWrite, IndexedText } from "../transaction/types.ts";
import { termFrequencies, tokenize } from "./tokens.ts";

/** Bytes that stand for one filter field's value in `search_documents.filters`. */
export const FILTER_BYTES = 16;

/** A document's row before and after; null where it is not. */
export interface RowChange {
  readonly rid: number;
  readonly before: JsonObject | null;
  readonly after: JsonObject | null;
}

/** Brings all text indexes of a table up to date; returns what they knew of the document before and after. */
export function updateTextIndexes(database: Database, table: Table, change: RowChange): DocumentWrite["texts"] {
  return table.textIndexes.map((index) => ({ index: index.idx, ...updateTextIndex(database, index, change) }));
}

/**
 * Brings one text index up to date. The index may not know the document yet, while it is being filled: what is there
 * decides what changes, not what should be.
 */
export function updateTextIndex(database: Database, index: TextIndex, change: RowChange): { before: IndexedText | null; after: IndexedText | null } {
  const before = indexedText(index, change.before);
  const after = indexedText(index, change.after);
  if (before === null && after === null) return { before, after };
  const stored = storedTokens(database, index, change.rid);
  changePostings(database, index, { rid: change.rid, before: (stored === null ? null : before)?.terms ?? NO_TERMS, after: after?.terms ?? NO_TERMS });
  changeRow(database, index, { rid: change.rid, stored, after });
  return { before, after };
}

/** Adds a document that the index does not know yet. */
export function backfillText(database: Database, index: TextIndex, found: { rid: number; document: JsonObject }): void {
  if (storedTokens(database, index, found.rid) === null) updateTextIndex(database, index, { rid: found.rid, before: null, after: found.document });
}

/** Words of a document as the index has it; null when it has not. */
function storedTokens(database: Database, index: TextIndex, rid: number): number | null {
  const row = database.sqlite.prepare<{ tokens: number }>("SELECT tokens FROM search_documents WHERE idx = ? AND rid = ?").get(index.idx, rid);
  return row?.tokens ?? null;
}

const NO_TERMS: ReadonlyMap<string, number> = new Map();

function indexedText(index: TextIndex, document: JsonObject | null): IndexedText | null {
  if (document === null) return null;
  const text = getFieldPath(document, index.searchField.split("."));
  return typeof text === "string" ? { terms: termFrequencies(tokenize(text)), document } : null;
}

type Terms = ReadonlyMap<string, number>;

function changePostings(database: Database, index: TextIndex, change: { rid: number; before: Terms; after: Terms }): void {
  const { rid, before, after } = change;
  const remove = database.sqlite.prepare("DELETE FROM postings WHERE idx = ? AND term = ? AND rid = ?");
  const put = database.sqlite.prepare("INSERT OR REPLACE INTO postings(idx, term, rid, frequency) VALUES (?, ?, ?, ?)");
  for (const term of before.keys()) if (!after.has(term)) remove.run(index.idx, term, rid);
  for (const [term, frequency] of after) if (before.get(term) !== frequency) put.run(index.idx, term, rid, frequency);
}

function changeRow(database: Database, index: TextIndex, change: { rid: number; stored: number | null; after: IndexedText | null }): void {
  const { rid, stored, after } = change;
  const count = after === null ? 0 : tokenCount(after);
  if (after !== null) {
    database.sqlite
      .prepare("INSERT OR REPLACE INTO search_documents(idx, rid, tokens, created, filters) VALUES (?, ?, ?, ?, ?)")
      .run(index.idx, rid, count, Number(after.document["_creationTime"]), filterBytes(index, after.document));
  } else if (stored !== null) {
    database.sqlite.prepare("DELETE FROM search_documents WHERE idx = ? AND rid = ?").run(index.idx, rid);
  }
  const documents = Number(after !== null) - Number(stored !== null);
  const tokens = count - (stored ?? 0);
  if (documents === 0 && tokens === 0) return;
  database.sqlite
    .prepare(
      "INSERT INTO search_stats(idx, documents, tokens) VALUES (?1, ?2, ?3) " +
        "ON CONFLICT(idx) DO UPDATE SET documents = documents + ?2, tokens = tokens + ?3",
    )
    .run(index.idx, documents, tokens);
}

function tokenCount(text: IndexedText): number {
  let count = 0;
  for (const frequency of text.terms.values()) count += frequency;
  return count;
}

function filterBytes(index: TextIndex, document: JsonObject): Uint8Array {
  return Buffer.concat(index.filterFields.map((field) => filterHash(getFieldPath(document, field.split(".")))));
}

/** Stands for a value when filters are compared; equal exactly for equal values. */
export function filterHash(value: JsonValue | undefined): Uint8Array {
  return createHash("sha256").update(encodeKey([value])).digest().subarray(0, FILTER_BYTES);
}
