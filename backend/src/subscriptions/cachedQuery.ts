import { serverErrorText } from "../functions/serverErrorText.ts";
import type { FunctionError, QueryResult } from "../functions/types.ts";
import type { ReadSet, Timestamp } from "../transaction/types.ts";
import type { QueryRequest } from "./queryCache.ts";

/** One run of a query and how long its result holds: from `ts` up to (not including) `invalidFrom`. */
export interface QueryRun {
  readonly ts: Timestamp;
  /** End cursor of its page, for the next run; null when it did not paginate. */
  readonly journal: string | null;
  readonly observedTime: boolean;
  readonly ranAtMs: number;
  /** The result as the sync protocol sends it: JSON fields without braces, written once for all subscribers. */
  readonly body: string;
  /** Why it failed; null when it did not. */
  readonly failure: FunctionError | null;
  readonly logLines: string[];
  readonly readSet: ReadSet;
  readonly observedIdentity: boolean;
  /** Equal for equal results: the body without what differs from run to run (the request id in an error's text). */
  readonly fingerprint: string;
  /** The first commit that touches what it read; null while there is none. */
  invalidFrom: Timestamp | null;
}

/** A query that some subscribers share. */
export class CachedQuery {
  key: string;
  readonly request: QueryRequest;
  /** Called when the result is no longer the newest. */
  readonly subscribers = new Set<() => void>();
  run: QueryRun | null = null;
  running: Promise<QueryRun> | null = null;
  /** How often it has run. */
  runs = 0;
  /** Grows with every invalidation, so that a run that was overtaken knows. */
  generation = 0;

  constructor(key: string, request: QueryRequest) {
    this.key = key;
    this.request = request;
  }

  /** Has a result that holds now. */
  get isValid(): boolean {
    return this.run !== null && this.run.invalidFrom === null;
  }

  /**
   * Whether a newcomer may share it. A page that has run again ends where it first ended, however many rows lie in it
   * now; a newcomer gets a page of the size it asks for.
   */
  get isSharable(): boolean {
    if (this.run === null || this.run.journal === this.request.journal) return true;
    return this.runs === 1 && this.isValid && this.running === null;
  }
}

/** Keeps of a result what its subscribers need; the value itself is not held beside its text. */
export function queryRunOf(result: QueryResult, { requestId, ranAtMs }: { requestId: string; ranAtMs: number }): QueryRun {
  const { ts, journal, observedTime, observedIdentity, outcome, logLines, readSet } = result;
  const logs = `"logLines":${JSON.stringify(logLines)}`;
  const failure = outcome.ok ? null : outcome.error;
  const common = { ts, journal, observedTime, observedIdentity, ranAtMs, logLines, readSet, failure, invalidFrom: null };
  if (outcome.ok) {
    const body = `"type":"QueryUpdated","value":${JSON.stringify(outcome.value)},${logs}`;
    return { ...common, body, fingerprint: body };
  }
  const { message, data } = outcome.error;
  const rest = data === undefined ? logs : `"errorData":${JSON.stringify(data)},${logs}`;
  return {
    ...common,
    body: `"type":"QueryFailed","errorMessage":${JSON.stringify(serverErrorText(requestId, { message }))},${rest}`,
    fingerprint: `"type":"QueryFailed","errorMessage":${JSON.stringify(message)},${rest}`,
  };
}
