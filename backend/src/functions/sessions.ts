import type { JsonObject, JsonValue } from "../values/json.ts";
import { equal, readRows, stringField } from "../system/rows.ts";
import type { Commit, Transaction } from "../transaction/types.ts";

const TABLE = "_session_requests";
// A result may be larger than a document may be: it is kept in parts. In UTF-8 a part takes up to three times this.
const PART_CHARS = 256 * 1024;
const RETENTION_MS = 7 * 24 * 3_600_000;
const PURGE_BATCH = 500;

/** A client's mutation by the names it gave it. */
export interface SessionRequest {
  readonly sessionId: string;
  readonly requestId: number;
  /** True when this cannot be a repeat: then nobody looks for an earlier result. @default false */
  readonly isNew?: boolean;
}

/** What a mutation came to, for a client that asks again. */
export interface RecordedResult {
  readonly value: JsonValue;
  readonly logLines: string[];
}

/** The result of this request, if it ran before. */
export function findRecorded(tx: Transaction, { sessionId, requestId }: SessionRequest): RecordedResult | null {
  const parts = readRows(tx, { componentPath: "", index: `${TABLE}.by_request`, bounds: [equal("sessionId", sessionId), equal("requestId", requestId)] });
  if (parts.length === 0) return null;
  // Written below, from a RecordedResult.
  return JSON.parse(parts.map((part) => stringField(part, "text")).join("")) as RecordedResult;
}

/** Remembers a result in the mutation's own transaction. */
export function record(tx: Transaction, { sessionId, requestId }: SessionRequest, result: RecordedResult): void {
  const text = JSON.stringify(result);
  for (let start = 0, part = 0; start < text.length; start += PART_CHARS, part++) {
    const row: JsonObject = { sessionId, requestId, part, text: text.slice(start, start + PART_CHARS) };
    tx.insert("", TABLE, row);
  }
}

/** The mutations of clients whose results a commit holds. */
export function* recordedRequests(commit: Commit): Generator<SessionRequest> {
  for (const { table, after } of commit.writes) {
    if (table !== TABLE || after === null || after.part !== 0) continue;
    const { sessionId, requestId } = after;
    if (typeof sessionId === "string" && typeof requestId === "number") yield { sessionId, requestId };
  }
}

/** Forgets results that no client asks for any more; a few at a time. Returns how many rows went. */
export function purgeRecorded(tx: Transaction, nowMs: number): number {
  const cursor = tx.query("", {
    source: { type: "IndexRange", indexName: `${TABLE}.by_creation_time`, range: [{ type: "Lt", fieldPath: "_creationTime", value: nowMs - RETENTION_MS }], order: "asc" },
    operators: [{ limit: PURGE_BATCH }],
  });
  const old: string[] = [];
  for (let row = cursor.next(); row !== null; row = cursor.next()) old.push(stringField(row, "_id"));
  cursor.close();
  for (const id of old) tx.remove("", id);
  return old.length;
}

