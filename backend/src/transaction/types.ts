import type { JsonObject, JsonValue } from "../values/json.ts";
import type { QueryJson } from "../query/types.ts";

/** Names joined by `/` from the app down; `""` is the app itself. */
export type ComponentPath = string;

/** Commit timestamp: Unix nanoseconds, strictly increasing over commits and restarts. */
export type Timestamp = bigint;

/** An interval of index keys: `from` inclusive, `to` exclusive (null: to the end of the index). */
export interface KeyRange {
  readonly from: Uint8Array;
  readonly to: Uint8Array | null;
}

/** What an execution looked at: it must run again when a write touches any of this. */
export interface ReadSet {
  /** Index (its number in the store) to the ranges that were scanned; a document read by id is a range of `by_id`. */
  readonly ranges: ReadonlyMap<number, readonly KeyRange[]>;
  /** Searches, by search index: any change to a row of that index's table that the search could match touches it. */
  readonly searches: ReadonlyMap<number, readonly SearchRead[]>;
}

/** The terms and filters of one text search. */
export interface SearchRead {
  readonly terms: readonly { readonly text: string; readonly prefix: boolean }[];
  readonly filters: readonly { readonly field: string; readonly value: JsonValue | undefined }[];
}

/** One document before and after a commit; null where it did not or does no longer exist. */
export interface DocumentWrite {
  readonly componentPath: ComponentPath;
  readonly table: string;
  readonly id: string;
  readonly before: JsonObject | null;
  readonly after: JsonObject | null;
  /** Its keys before and after in every index of its table, also where the write left a key as it was. */
  readonly keys: readonly { readonly index: number; readonly key: Uint8Array }[];
  /** Its texts before and after in every text search index of its table. */
  readonly texts: readonly { readonly index: number; readonly before: IndexedText | null; readonly after: IndexedText | null }[];
}

/** What a text search index knows of a document. */
export interface IndexedText {
  /** Each term with how often it occurs. */
  readonly terms: ReadonlyMap<string, number>;
  /** The document, for the filter fields. */
  readonly document: JsonObject;
}

/** A durable commit. Listeners run in commit order, after the data is on disk. */
export interface Commit {
  readonly ts: Timestamp;
  readonly writes: readonly DocumentWrite[];
}

/**
 * Work done by one execution, as Convex counts it. Bytes are sizes of documents and of index keys: of the entries that
 * ranges read, and of those that writes add or remove. `patch`, `replace` and `delete` read the document they change.
 * System tables do not count.
 */
export interface UsageCounts {
  /** Index ranges and gets. */
  databaseQueries: number;
  documentsRead: number;
  bytesRead: number;
  documentsWritten: number;
  bytesWritten: number;
  functionsScheduled: number;
  scheduledFunctionArgsBytes: number;
}

/** What is left of an execution's limits (`getTransactionMetrics`). */
export type TransactionMetrics = { readonly [Counter in keyof UsageCounts]: { readonly used: number; readonly remaining: number } };

/** One page of `.paginate()`. */
export interface Page {
  readonly page: readonly JsonObject[];
  /** The same documents as stored text, for callers that only pass them on. */
  readonly pageJson: readonly string[];
  readonly isDone: boolean;
  readonly continueCursor: string;
  readonly splitCursor: string | null;
  readonly pageStatus: "SplitRecommended" | "SplitRequired" | null;
}

/** Iterates a query's rows. Reads nothing before the first `next()`; records exactly what was scanned. */
export interface QueryCursor {
  /** The next document, or null at the end. */
  next(): JsonObject | null;
  /** The next document as stored text, without parsing it where no filter asks for that; null at the end. */
  nextJson(): string | null;
  /** Ends early: the read set then covers only what was scanned. Idempotent. */
  close(): void;
}

/**
 * One execution's view of the database. Executions run one at a time, so a query sees one snapshot and a mutation is
 * serializable. Reads see the mutation's own writes. All errors a developer can cause are `UserError`s with Convex's
 * texts.
 *
 * System tables (names that begin with `_`) are ordinary tables here; keeping user code away from them is the caller's
 * job (`functions/syscalls`).
 */
export interface Transaction {
  readonly isMutation: boolean;
  /** When this execution began; a commit's timestamp is later. */
  readonly beginTs: Timestamp;
  readonly readSet: ReadSet;
  readonly usage: Readonly<UsageCounts>;
  /** Time that scans have spent reading rows, ms. */
  readonly readingMs: number;

  get(component: ComponentPath, id: string): JsonObject | null;
  /** {@link get}, as stored text. */
  getJson(component: ComponentPath, id: string): string | null;
  query(component: ComponentPath, query: QueryJson): QueryCursor;
  paginate(component: ComponentPath, query: QueryJson, options: PaginateOptions): Page;
  count(component: ComponentPath, table: string): number;
  /** Names of a component's tables without system tables, sorted. Reading it depends on tables being created or dropped. */
  listTables(component: ComponentPath): string[];
  /** The id in canonical form when it is well formed and belongs to `table`, else null. */
  normalizeId(component: ComponentPath, table: string, id: string): string | null;
  /** The table an id belongs to, or null when it is malformed or of no table of this component. */
  tableOfId(component: ComponentPath, id: string): string | null;

  /** Adds a document; checks the schema. `_id` and `_creationTime` in `fields` are honoured only with `import: true`. */
  insert(component: ComponentPath, table: string, fields: JsonObject, options?: { import?: boolean }): string;
  /** Shallow merge; `undefined` removes the field. */
  patch(component: ComponentPath, id: string, fields: { [field: string]: JsonValue | undefined }): JsonObject;
  replace(component: ComponentPath, id: string, fields: JsonObject): JsonObject;
  remove(component: ComponentPath, id: string): JsonObject;

  /**
   * Runs `body` as a sub-transaction: when it throws, all its writes are undone and the error goes on; what it read
   * stays in the read set. `limits` lowers the limits for this body alone. Calls must not overlap: the caller runs
   * parallel nested calls one after another.
   */
  nested<T>(body: () => Promise<T>, options?: { limits?: Partial<UsageCounts> }): Promise<T>;
  /** Counts against the limits of scheduled calls; throws when one is passed. */
  countScheduled(argsBytes: number): void;
  metrics(): TransactionMetrics;
}

/** `cursor` null starts at the beginning. `journal` is the end cursor of an earlier run of the same page. */
export interface PaginateOptions {
  readonly cursor: string | null;
  readonly endCursor: string | null;
  readonly journal: string | null;
  readonly pageSize: number;
  readonly maximumRowsRead?: number;
  readonly maximumBytesRead?: number;
}

/** How one execution is to be run. */
export interface ExecutionOptions {
  /**
   * Aborting it abandons the execution, running or still waiting: its promise rejects with the signal's reason, its
   * writes are undone, the queue goes on. Whatever its body does later is refused.
   */
  readonly signal?: AbortSignal;
  /** Abandons the execution when its body has not settled this long after its start. @default none */
  readonly timeoutMs?: number;
}

/** What an execution comes to. */
export interface Executed<T> {
  readonly value: T;
  /** The commit's timestamp; for one that wrote nothing, the newest commit it saw. */
  readonly ts: Timestamp;
  readonly readSet: ReadSet;
  readonly usage: UsageCounts;
}

/**
 * Starts an execution: calls `start` once, before it returns. It is called from a macrotask with no other execution
 * running. It may drain microtasks, time the call and interrupt it; when it throws, the execution is abandoned with
 * that error. When the body has not settled by the time it returns, the runner waits for it.
 */
export type ExecuteHook = (start: () => void) => void;

/**
 * Runs executions one at a time, in the order of their arrival, and groups commits so that one flush to disk
 * serves many mutations. A promise settles only after all that the execution saw is durable.
 *
 * Listeners are told of commits in order, each before its mutation's promise settles. A query's promise settles at
 * its place in that order, but its owner learns of it a few microtasks later, when listeners may have been told of
 * later commits already: whoever registers its read set checks {@link commitsAfter} its `ts` first.
 */
export interface TransactionRunner {
  /** Newest durable commit. */
  readonly latestTs: Timestamp;
  query<T>(body: (tx: Transaction) => Promise<T>, options?: ExecutionOptions): Promise<Executed<T>>;
  /** When `body` throws, nothing is written and the error goes on. A read-only body gets `ts` without a commit. */
  mutate<T>(body: (tx: Transaction) => Promise<T>, options?: ExecutionOptions): Promise<Executed<T>>;
  /** Calls `listener` for each durable commit that wrote something, in order, before the mutation's promise settles. */
  onCommit(listener: (commit: Commit) => void): () => void;
  /** Commits after `ts`, oldest first; null when it is too long ago to tell (treat as: everything changed). */
  commitsAfter(ts: Timestamp): readonly Commit[] | null;
  /** Sets the hook that starts executions; null: they are simply called. */
  setExecuteHook(hook: ExecuteHook | null): void;
  /** Refuses what comes from now on, waits for what is queued. */
  close(): Promise<void>;
}
