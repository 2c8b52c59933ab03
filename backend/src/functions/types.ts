import type { UserError } from "../errors.ts";
import type { JsonObject, JsonValue } from "../values/json.ts";
import type { ComponentPath, ReadSet, Timestamp, UsageCounts } from "../transaction/types.ts";

export type FunctionKind = "Query" | "Mutation" | "Action" | "HttpAction";

/** Who a call acts for. */
export type Identity =
  | { readonly kind: "none" }
  /** `attributes` is what `ctx.auth.getUserIdentity()` returns; `expiresMs` null means it does not expire. */
  | { readonly kind: "user"; readonly attributes: JsonObject; readonly expiresMs: number | null; readonly token: string }
  /** Holder of the admin key; `actingAs` is the user it plays, if any. */
  | { readonly kind: "admin"; readonly actingAs: JsonObject | null }
  /** Nobody, by a token that was not accepted: whoever asks for the identity gets this error. HTTP actions alone run for it. */
  | { readonly kind: "refused"; readonly error: UserError }
  /** The backend itself: scheduler, crons. `getUserIdentity()` is null, internal functions may be called. */
  | { readonly kind: "system" };

/** What started a call; it shows in logs. */
export type Caller = "SyncWebsocket" | "HttpApi" | "HttpEndpoint" | "Scheduler" | "Cron" | "Action" | "Cli" | "Test";

/** One call of a function from outside (clients, scheduler, HTTP) or from an action. */
export interface CallRequest {
  readonly componentPath: ComponentPath;
  /** `dir/module:export` or `dir/module.js:export`, as the caller wrote it. */
  readonly path: string;
  readonly args: JsonObject;
  readonly identity: Identity;
  readonly caller: Caller;
  /** 16 hex characters; shows in error texts and logs. */
  readonly requestId: string;
  /** True lets internal functions be called: scheduler, crons, admin, calls from functions. */
  readonly allowInternal: boolean;
  /** Metadata for `getRequestMetadata`. */
  readonly ip?: string | null;
  readonly userAgent?: string | null;
  readonly scheduledFunctionId?: string | null;
  /** Component whose `_scheduled_functions` holds that job; absent: the app. */
  readonly scheduledComponentPath?: ComponentPath;
}

/** A function's failure, as clients see it. */
export interface FunctionError {
  /** `Uncaught Error: …` with frames, or the host's own text; without the `[Request ID: …]` prefix. */
  readonly message: string;
  /** Value of a ConvexError. */
  readonly data?: JsonValue;
  /** Absent: the function's own failure. Present: the host refused (for example `FunctionNotFound`). */
  readonly code?: string;
}

interface CallResult {
  /** `[LEVEL] text` lines, Convex's format. */
  readonly logLines: string[];
  readonly usage: UsageCounts;
  readonly executionMs: number;
}

export type Outcome = { readonly ok: true; readonly value: JsonValue } | { readonly ok: false; readonly error: FunctionError };

export interface QueryResult extends CallResult {
  readonly outcome: Outcome;
  readonly ts: Timestamp;
  readonly readSet: ReadSet;
  /** End cursor of its `.paginate()`, for the next run; null when it did not paginate. */
  readonly journal: string | null;
  /** Reading these makes the result depend on who asks, or on when. */
  readonly observedIdentity: boolean;
  readonly observedTime: boolean;
}

export interface MutationResult extends CallResult {
  readonly outcome: Outcome;
  /** Commit timestamp; for a failed or read-only mutation the newest timestamp at its end. */
  readonly ts: Timestamp;
}

export interface ActionResult extends CallResult {
  readonly outcome: Outcome;
}

/** Runs functions of the deployed app. Never rejects for a developer's mistake: that is an `Outcome`. */
export interface FunctionRunner {
  query(call: CallRequest, options?: { journal?: string | null }): Promise<QueryResult>;
  /**
   * `session` makes a client's mutation exactly-once: a repeat of the same pair returns the recorded result, which
   * was stored in the mutation's own transaction (`isNew`: the caller knows that this is no repeat).
   * `scheduledFunctionId` in the call settles that job in the same
   * transaction.
   */
  mutation(call: CallRequest, options?: { session?: { sessionId: string; requestId: number; isNew?: boolean } }): Promise<MutationResult>;
  action(call: CallRequest, options?: { signal?: AbortSignal }): Promise<ActionResult>;
  /** Routes by `http.js` and component mounts; streams the response. */
  httpAction(request: Request, identity: Identity, caller: { requestId: string; ip: string | null }): Promise<Response>;
  /** Kind and visibility of a function, or null when there is none. */
  describe(componentPath: ComponentPath, path: string): { kind: FunctionKind; isPublic: boolean } | null;
}

/** A query or mutation that another one called inside its own execution (`ctx.runQuery`, `ctx.runMutation`). */
export interface NestedCall {
  readonly componentPath: ComponentPath;
  /** `module:export`. */
  readonly identifier: string;
  readonly udfType: FunctionKind;
  /** Its own work, without that of the calls nested in it. Nothing counts as written when it was undone. */
  readonly usage: UsageCounts;
}

/** One entry of the function log (CLI `logs`, our own console, usage accounting). */
export interface LogEntry {
  readonly kind: "Completion" | "Progress";
  readonly udfType: FunctionKind;
  readonly identifier: string;
  readonly componentPath: ComponentPath;
  readonly caller: Caller;
  readonly requestId: string;
  readonly executionId: string;
  readonly parentExecutionId: string | null;
  readonly logLines: { level: string; messages: string[]; timestampMs: number; isTruncated: boolean }[];
  readonly timestampMs: number;
  readonly executionMs: number;
  /** A query that was answered with a result that an earlier run had left: it is a call, but read nothing. */
  readonly cachedResult: boolean;
  readonly error: string | null;
  /** All that the execution did, nested calls included. */
  readonly usage: UsageCounts;
  /** The calls nested in it, in the order of their beginnings; absent: none. They are no calls on a bill. */
  readonly nested?: readonly NestedCall[];
}
