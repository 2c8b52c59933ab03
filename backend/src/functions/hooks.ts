import type { JsonObject } from "../values/json.ts";
import type { Ports } from "../ports.ts";
import type { ComponentPath, Transaction, TransactionRunner } from "../transaction/types.ts";
import type { LogEntry, Outcome } from "./types.ts";

/** A function of a mounted component, after references and handles were resolved. */
export interface ResolvedFunction {
  readonly componentPath: ComponentPath;
  /** `dir/module.js:export`; `.js` is always there. */
  readonly path: string;
}

/** A row of `_scheduled_functions`; ids are per component, so the component is part of its name. */
export interface JobRef {
  readonly componentPath: ComponentPath;
  readonly id: string;
}

/** What `ctx.scheduler.runAfter/runAt` asks for. */
export interface ScheduleRequest {
  /** The component that schedules: the row is kept in its `_scheduled_functions`. */
  readonly componentPath: ComponentPath;
  /** The function that will run, perhaps of another component. */
  readonly target: ResolvedFunction;
  readonly args: JsonObject;
  /** Unix milliseconds; may be in the past (runs at once). */
  readonly timeMs: number;
  /** The scheduled job whose function is asking, if one is: a canceled job schedules only canceled jobs. */
  readonly scheduledBy: JobRef | null;
}

/** The scheduler, as functions see it. Every method works in the caller's transaction. */
export interface SchedulerHooks {
  /** Adds a pending job and returns its id. */
  schedule(tx: Transaction, request: ScheduleRequest): string;
  /** A scheduled mutation begins: to itself, and to nobody else, its job is in progress. */
  begin(tx: Transaction, job: JobRef): void;
  /** `self` is the job that the asking mutation runs for, if it does for one: a mutation cannot cancel itself. */
  cancel(tx: Transaction, job: JobRef, self: JobRef | null): void;
  /** Records how a scheduled mutation ended. On success this runs in the mutation's own transaction. */
  settle(tx: Transaction, job: JobRef, outcome: Outcome): void;
  /** Called after a commit that may have made a job due. */
  wake(): void;
}

/** Metadata of a stored file, as `ctx.storage.getMetadata` returns it (`sha256` in hex). */
export interface FileMetadata {
  readonly storageId: string;
  readonly sha256: string;
  readonly size: number;
  readonly contentType: string | null;
}

/** File storage, as functions see it. */
export interface FileHooks {
  generateUploadUrl(tx: Transaction, componentPath: ComponentPath): string;
  /** Null when there is no such file. Throws a `UserError` for a malformed id. */
  getUrl(tx: Transaction, componentPath: ComponentPath, storageId: string): string | null;
  getMetadata(tx: Transaction, componentPath: ComponentPath, storageId: string): FileMetadata | null;
  delete(tx: Transaction, componentPath: ComponentPath, storageId: string): void;
  /** Stores from an action; `sha256` is the caller's expected digest. Returns the storage id. */
  store(componentPath: ComponentPath, blob: Blob, options: { sha256?: string }): Promise<string>;
  get(componentPath: ComponentPath, storageId: string): Promise<Blob | null>;
}

/** What functions need from the rest of the backend. */
export interface FunctionHooks {
  readonly scheduler: SchedulerHooks;
  readonly files?: FileHooks;
  log(entry: LogEntry): void;
  /** Told of a failure of our own that ended one call and nothing else. */
  onTrouble?(error: unknown): void;
  /**
   * The deployment's environment variables (what `convex env set` wrote). The same object comes back until one
   * changes: a new object makes the modules load again. Bindings of components are worked out from it.
   */
  env(): Readonly<Record<string, string>>;
  urls(): { readonly cloudUrl: string; readonly siteUrl: string };
}

/** What {@link createFunctionRunner} is made of. */
export interface FunctionRunnerOptions {
  readonly transactions: TransactionRunner;
  readonly ports: Ports;
  readonly hooks: FunctionHooks;
  /** Folder of the loaded modules. Made when it is missing; its content may be thrown away at any time. */
  readonly modulesDir: string;
  /** Longest time that an action may keep the thread without a break. @default 30 s */
  readonly actionStallMs?: number;
  /** Longest time that a module's top level may take. @default 30 s */
  readonly importLimitMs?: number;
  /** How many times longer than on Convex code may run without a break. @default 1. */
  readonly patience?: number;
}
