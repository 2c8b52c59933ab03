import type { QueryResult } from "../functions/types.ts";
import type { Timestamp } from "../transaction/types.ts";
import type { QueryRequest } from "./queryCache.ts";

/** One run of a query and how long its result holds: from `result.ts` up to (not including) `invalidFrom`. */
export interface QueryRun {
  readonly result: QueryResult;
  /** Shows in the text of its error. */
  readonly requestId: string;
  readonly ranAtMs: number;
  /** The first commit that touches what it read; null while there is none. */
  invalidFrom: Timestamp | null;
  /** The result as text, written when the first client needs it. */
  text: string | null;
}

/** A query that some subscribers share. */
export class CachedQuery {
  key: string;
  readonly request: QueryRequest;
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

  rekey(key: string): void {
    this.key = key;
  }

  /**
   * Whether a newcomer may share it. A page that has run again ends where it first ended, however many rows lie in it
   * now; a newcomer gets a page of the size it asks for.
   */
  get isSharable(): boolean {
    return this.run === null || this.runs <= 1 || this.run.result.journal === this.request.journal;
  }
}
