import { UserError } from "../errors.ts";
import { DiskFullError } from "../storage/sqlite.ts";
import type { JsonValue } from "../values/json.ts";
import { emptyUsage } from "../transaction/limits.ts";
import type { ReadSet, Transaction } from "../transaction/types.ts";
import { checkKind, mustFindAnyFunction, mustFindFunction, mustFindPublicFunction, type FoundFunction, type RunningApp } from "./app.ts";
import type { RuntimeHost } from "./runtimeHost.ts";
import type { LogBuffer } from "./logs.ts";
import { withoutWrites } from "./nestedUsage.ts";
import { findRecorded, record, type RecordedResult, type SessionRequest } from "./sessions.ts";
import { describeThrown } from "./thrown.ts";
import { TransactionRun } from "./transactionRun.ts";
import type { CallRequest, FunctionError, FunctionKind, MutationResult, NestedCall, Outcome, QueryResult } from "./types.ts";

const EMPTY_READ_SET: ReadSet = { ranges: new Map(), searches: new Map() };

/** The function a call means. @throws UserError when it must not or cannot be called. */
export function mustFindCalled(app: RunningApp, call: CallRequest, kind: FunctionKind): FoundFunction {
  if (!call.allowInternal && call.componentPath !== "") {
    throw new UserError("ComponentNotCallable", "Only admin or system users can call functions on non-root components directly", { httpStatus: 403 });
  }
  const target = { componentPath: call.componentPath, path: call.path };
  const find = call.caller === "Action" ? mustFindFunction : call.allowInternal ? mustFindAnyFunction : mustFindPublicFunction;
  const found = find(app, target);
  checkKind(found, kind);
  return found;
}

/** Whether the function's module was imported before. */
export function isLoaded({ instance, path }: FoundFunction): boolean {
  return instance.modules.loaded(path.module) !== undefined;
}

/** Imports the function's module before its transaction begins, so that the transaction need not wait for it. */
export async function preload({ instance, path }: FoundFunction): Promise<void> {
  await instance.modules.import(path.module);
}

/**
 * Why a call failed. A mistake of our own in one syscall is this call's failure alone: its cause is told to the host, and
 * the connection that asked goes on.
 *
 * @throws the trouble of the machine or of the storage, which concerns more than this call
 */
export function failureOf(error: unknown, run: Pick<TransactionRun, "trouble" | "host" | "observedTime"> | null): FunctionError {
  if (run === null || run.trouble === null) return describeThrown(error);
  const { error: trouble } = run.trouble;
  if (!isMistake(trouble)) throw trouble;
  run.host.hooks.onTrouble?.(trouble);
  // Not a result to be kept: whoever asks later is to find out whether it still fails.
  run.observedTime = true;
  return { code: "InternalServerError", message: "Your request couldn't be completed. Try again later." };
}

/** What JavaScript itself throws at code that went wrong. The storage and the machine report theirs as other errors. */
function isMistake(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError;
}

interface Running {
  readonly host: RuntimeHost;
  readonly app: RunningApp;
  readonly call: CallRequest;
  readonly found: FoundFunction;
  readonly logs: LogBuffer;
}

interface Nested {
  readonly nested: readonly NestedCall[];
}

type QueryParts = Omit<QueryResult, "logLines" | "executionMs"> & Nested;
type MutationParts = Omit<MutationResult, "logLines" | "executionMs"> & Nested;

/** A call that ended before it could run. */
export function refusedQuery(host: RuntimeHost, error: FunctionError): QueryParts {
  return {
    outcome: { ok: false, error }, ts: host.transactions.latestTs, readSet: EMPTY_READ_SET, usage: emptyUsage(),
    journal: null, observedIdentity: false, observedTime: false, nested: [],
  };
}

export async function runQuery(running: Running, journalBefore: string | null): Promise<QueryParts> {
  const { host, app, call, found, logs } = running;
  let run: TransactionRun | null = null;
  const body = async (tx: Transaction): Promise<Outcome> => {
    // It runs again when what it read could not be saved.
    logs.clear();
    run = new TransactionRun({ host, app, call, logs, tx, journalBefore });
    try {
      return { ok: true, value: await run.invokeRoot(found) };
    } catch (error) {
      return { ok: false, error: failureOf(error, run) };
    }
  };
  const started = (): TransactionRun | null => run;
  try {
    const { value: outcome, ts, readSet, usage } = await host.transactions.query(body);
    const { journal = null, observedIdentity = false, observedTime = false } = started() ?? {};
    return { outcome, ts, readSet, usage, journal, observedIdentity, observedTime, nested: started()?.nested.calls ?? [] };
  } catch (error) {
    // The watchdog abandoned it: what it had read is known, its result is not.
    const abandoned = started();
    if (!(error instanceof UserError) || abandoned === null) throw error;
    return { ...refusedQuery(host, describeThrown(error)), readSet: abandoned.tx.readSet, usage: { ...abandoned.tx.usage }, observedTime: true, observedIdentity: true, nested: abandoned.nested.calls };
  }
}

/** Thrown through the transaction to undo it: the developer's failure, already described. */
class RolledBack extends Error {
  readonly error: FunctionError;
  constructor(error: FunctionError) {
    super(error.message);
    this.error = error;
  }
}

interface MutationValue {
  readonly value: JsonValue;
  /** Set when the request had run before: these are its log lines. */
  readonly recordedLogLines: string[] | null;
}

export async function runMutation(running: Running, session: SessionRequest | null): Promise<MutationParts & { recordedLogLines: string[] | null }> {
  const { host, call } = running;
  let started: TransactionRun | null = null;
  const begun = (): TransactionRun | null => started;
  try {
    const { value: { value, recordedLogLines }, ts, usage } = await host.transactions.mutate(async (tx): Promise<MutationValue> => {
      const before = session === null || session.isNew === true ? null : findRecorded(tx, session);
      if (before !== null) return { value: before.value, recordedLogLines: before.logLines };
      const run = new TransactionRun({ ...running, tx, journalBefore: null });
      started = run;
      // A mutation that an action calls belongs to the action's job, but neither begins nor ends it.
      const ownJob = call.caller === "Action" ? null : run.job;
      if (ownJob !== null) host.hooks.scheduler.begin(tx, ownJob);
      const value = await invokeOrRollBack(run, running);
      const result: RecordedResult = { value, logLines: running.logs.texts() };
      if (session !== null) record(tx, session, result);
      if (ownJob !== null) host.hooks.scheduler.settle(tx, ownJob, { ok: true, value });
      return { value, recordedLogLines: null };
    });
    const run = begun();
    if (run?.hasScheduled === true) host.hooks.scheduler.wake();
    // A repeat may wait for what it is told of now: all that it wrote is visible at the newest commit.
    return { outcome: { ok: true, value }, ts: recordedLogLines === null ? ts : host.transactions.latestTs, usage, recordedLogLines, nested: run?.nested.calls ?? [] };
  } catch (error) {
    // Nothing was written, but what was read was read.
    const run = begun();
    const usage = run === null ? emptyUsage() : withoutWrites(run.tx.usage);
    const nested = run?.nested.calls.map((one) => ({ ...one, usage: withoutWrites(one.usage) })) ?? [];
    return { outcome: { ok: false, error: mutationFailure(error) }, ts: host.transactions.latestTs, usage, recordedLogLines: null, nested };
  }
}

async function invokeOrRollBack(run: TransactionRun, { found }: Running): Promise<JsonValue> {
  try {
    return await run.invokeRoot(found);
  } catch (error) {
    throw new RolledBack(failureOf(error, run));
  }
}

function mutationFailure(error: unknown): FunctionError {
  if (error instanceof RolledBack) return error.error;
  // The watchdog or the database refused it (a time limit, a schema, a full disk).
  if (error instanceof UserError || error instanceof DiskFullError) return describeThrown(error);
  throw error;
}
