import { UserError } from "../errors.ts";
import type { JsonValue } from "../values/json.ts";
import { emptyUsage } from "../transaction/limits.ts";
import type { ReadSet, Transaction, UsageCounts } from "../transaction/types.ts";
import { checkKind, mustFindAnyFunction, mustFindFunction, mustFindPublicFunction, type FoundFunction, type RunningApp } from "./app.ts";
import type { RuntimeHost } from "./runtimeHost.ts";
import type { LogBuffer } from "./logs.ts";
import { findRecorded, record, type RecordedResult, type SessionRequest } from "./sessions.ts";
import { describeThrown } from "./thrown.ts";
import { TransactionRun } from "./transactionRun.ts";
import type { CallRequest, FunctionError, FunctionKind, MutationResult, Outcome, QueryResult } from "./types.ts";

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

/** Imports the function's module before its transaction begins, so that the transaction need not wait for it. */
export async function preload(found: FoundFunction): Promise<void> {
  if (found.instance.modules.loaded(found.path.module) === undefined) await found.instance.modules.import(found.path.module);
}

/** A failure that is the developer's or the host's refusal. @throws anything that is our own trouble. */
export function failureOf(error: unknown, run: { readonly trouble: { readonly error: unknown } | null } | null): FunctionError {
  if (run?.trouble != null) throw run.trouble.error;
  return describeThrown(error);
}

interface Running {
  readonly host: RuntimeHost;
  readonly app: RunningApp;
  readonly call: CallRequest;
  readonly found: FoundFunction;
  readonly logs: LogBuffer;
}

type QueryParts = Omit<QueryResult, "logLines" | "executionMs">;
type MutationParts = Omit<MutationResult, "logLines" | "executionMs">;

/** A call that ended before it could run. */
export function refusedQuery(host: RuntimeHost, error: FunctionError): QueryParts {
  return {
    outcome: { ok: false, error }, ts: host.transactions.latestTs, readSet: EMPTY_READ_SET, usage: emptyUsage(),
    journal: null, observedIdentity: false, observedTime: false,
  };
}

export async function runQuery(running: Running, journalBefore: string | null): Promise<QueryParts> {
  const { host, app, call, found, logs } = running;
  let run: TransactionRun | null = null;
  const body = async (tx: Transaction): Promise<Outcome> => {
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
    return { outcome, ts, readSet, usage, journal, observedIdentity, observedTime };
  } catch (error) {
    // The watchdog abandoned it: what it had read is known, its result is not.
    const abandoned = started();
    if (!(error instanceof UserError) || abandoned === null) throw error;
    return { ...refusedQuery(host, describeThrown(error)), readSet: abandoned.tx.readSet, usage: { ...abandoned.tx.usage }, observedTime: true, observedIdentity: true };
  }
}

/** Thrown through the transaction to undo it: the developer's failure, already described. */
class RolledBack extends Error {
  readonly error: FunctionError;
  readonly usage: UsageCounts;
  constructor(error: FunctionError, usage: UsageCounts) {
    super(error.message);
    this.error = error;
    this.usage = usage;
  }
}

interface MutationValue {
  readonly value: JsonValue;
  /** Set when the request had run before: these are its log lines. */
  readonly recordedLogLines: string[] | null;
}

export async function runMutation(running: Running, session: SessionRequest | null): Promise<MutationParts & { recordedLogLines: string[] | null }> {
  const { host, call } = running;
  let hasScheduled = false;
  try {
    const { value: { value, recordedLogLines }, ts, usage } = await host.transactions.mutate(async (tx): Promise<MutationValue> => {
      const before = session === null || session.isNew === true ? null : findRecorded(tx, session);
      if (before !== null) return { value: before.value, recordedLogLines: before.logLines };
      const run = new TransactionRun({ ...running, tx, journalBefore: null });
      const value = await invokeOrRollBack(run, running);
      hasScheduled = run.hasScheduled;
      const result: RecordedResult = { value, logLines: running.logs.texts() };
      if (session !== null) record(tx, session, result);
      // A mutation that an action calls belongs to the action's job, but does not end it.
      if (run.job !== null && call.caller !== "Action") host.hooks.scheduler.settle(tx, run.job, { ok: true, value });
      return { value, recordedLogLines: null };
    });
    if (hasScheduled) host.hooks.scheduler.wake();
    // A repeat may wait for what it is told of now: all that it wrote is visible at the newest commit.
    return { outcome: { ok: true, value }, ts: recordedLogLines === null ? ts : host.transactions.latestTs, usage, recordedLogLines };
  } catch (error) {
    const failure = mutationFailure(error);
    return { outcome: { ok: false, error: failure.error }, ts: host.transactions.latestTs, usage: failure.usage, recordedLogLines: null };
  }
}

async function invokeOrRollBack(run: TransactionRun, { found }: Running): Promise<JsonValue> {
  try {
    return await run.invokeRoot(found);
  } catch (error) {
    throw new RolledBack(failureOf(error, run), { ...run.tx.usage });
  }
}

function mutationFailure(error: unknown): { error: FunctionError; usage: UsageCounts } {
  if (error instanceof RolledBack) return error;
  // The watchdog or the database refused it (a time limit, a schema).
  if (error instanceof UserError) return { error: describeThrown(error), usage: emptyUsage() };
  throw error;
}
