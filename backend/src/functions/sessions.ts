import type { JsonValue } from "../values/json.ts";
import { executionState } from "../transaction/transaction.ts";
import type { Commit, Transaction } from "../transaction/types.ts";

/** The name under which a commit tells of recorded requests. */
const TABLE = "_session_requests";
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
  const text = executionState(tx).database.requests.find(sessionId, requestId);
  // Written below, from a RecordedResult.
  return text === null ? null : (JSON.parse(text) as RecordedResult);
}

/** Remembers a result in the mutation's own transaction. */
export function record(tx: Transaction, { sessionId, requestId }: SessionRequest, result: RecordedResult): void {
  const state = executionState(tx);
  state.prepareWrite();
  const createdMs = Math.floor(Number(tx.beginTs) / 1e6);
  state.database.requests.add({ session: sessionId, request: requestId, createdMs, text: JSON.stringify(result) });
  const row = { sessionId, requestId };
  state.logWrite({ componentPath: "", table: TABLE, id: "", before: null, after: row, keys: [], texts: [] }, null);
}

/** The mutations of clients whose results a commit holds. */
export function* recordedRequests(commit: Commit): Generator<SessionRequest> {
  for (const { table, after } of commit.writes) {
    if (table !== TABLE || after === null) continue;
    const { sessionId, requestId } = after;
    if (typeof sessionId === "string" && typeof requestId === "number") yield { sessionId, requestId };
  }
}

/** Forgets results that no client asks for any more; a few at a time. Returns how many rows went. */
export function purgeRecorded(tx: Transaction, nowMs: number): number {
  const state = executionState(tx);
  const { requests } = state.database;
  const { count, lastRid } = requests.before(nowMs - RETENTION_MS, PURGE_BATCH);
  if (count === 0) return 0;
  state.prepareWrite();
  requests.removeUpTo(lastRid);
  return count;
}
