import { UserError } from "../errors.ts";
import type { JsonValue } from "../values/json.ts";
import { emptyUsage } from "../transaction/limits.ts";
import type { ComponentPath, UsageCounts } from "../transaction/types.ts";
import { ActionFrame } from "./actionFrame.ts";
import { findFunction, type FoundFunction, type RunningApp } from "./app.ts";
import { displayFunctionPath, parseFunctionPath } from "./functionPath.ts";
import { canonicalArgs, invokerOf, mentionsIds, readReturn, tableNamesOf, validateArgs } from "./functionValue.ts";
import type { FunctionRunnerOptions } from "./hooks.ts";
import { runHttpAction, type HttpCaller } from "./httpActions.ts";
import { LogBuffer } from "./logs.ts";
import { RuntimeHost } from "./runtimeHost.ts";
import { installHosts } from "./sandbox/host.ts";
import { SeededRandom } from "./sandbox/random.ts";
import { purgeRecorded, type SessionRequest } from "./sessions.ts";
import type { ActionCalls } from "./syscalls/action.ts";
import { describeThrown } from "./thrown.ts";
import { isLoaded, mustFindCalled, preload, refusedQuery, runMutation, runQuery } from "./transactions.ts";
import type { ActionResult, CallRequest, FunctionError, FunctionKind, FunctionRunner, Identity, LogEntry, MutationResult, NestedCall, Outcome, QueryResult } from "./types.ts";
import { Watchdog } from "./watchdog.ts";

const USER_CODE_LIMIT_MS = 1000;
const ACTION_LIMIT_MS = 10 * 60_000;
const ACTION_STALL_MS = 30_000;
const IMPORT_LIMIT_MS = 30_000;
const PURGE_EVERY_MS = 3_600_000;

/** The {@link FunctionRunner} of this backend, and what its assembly needs of it. */
export interface AppRunner extends FunctionRunner {
  /** Shared by everything that runs functions; its `app` is what runs now. */
  readonly host: RuntimeHost;
  /** Ends the watchdog's thread. Executions that are still queued run unwatched. */
  close(): Promise<void>;
}

/**
 * Makes the runner of an app's functions. It runs nothing until an app is set (`host.app`).
 *
 * @example
 * const functions = createFunctionRunner({ transactions, ports: systemPorts, hooks, modulesDir });
 * const { outcome } = await functions.query({ componentPath: "", path: "messages:list", args: {}, … });
 */
export function createFunctionRunner(options: FunctionRunnerOptions): AppRunner {
  installHosts();
  return new Runner(options);
}

/** What every call gets, whatever its kind. */
interface Begun {
  /** An HTTP action's is known when its route is found. */
  call: CallRequest;
  readonly kind: FunctionKind;
  readonly executionId: string;
  readonly parentExecutionId: string | null;
  readonly logs: LogBuffer;
  readonly startedMs: number;
}

function isAction(kind: FunctionKind): boolean {
  return kind === "Action" || kind === "HttpAction";
}

/** What a call runs, or why it cannot. */
type Target = { readonly app: RunningApp; readonly found: FoundFunction } | { readonly error: FunctionError };

class Runner implements AppRunner {
  readonly host: RuntimeHost;
  readonly #watchdog: Watchdog;
  /** Execution ids are drawn from here: asking the system for each costs more than a small query. */
  readonly #ids: SeededRandom;
  #purgedMs: number;

  constructor({ transactions, ports, hooks, actionStallMs = ACTION_STALL_MS, importLimitMs = IMPORT_LIMIT_MS, patience = 1 }: FunctionRunnerOptions) {
    this.#watchdog = new Watchdog({ limitMs: USER_CODE_LIMIT_MS * patience, stallMs: actionStallMs * patience });
    this.host = new RuntimeHost({ transactions, ports, hooks, watchdog: this.#watchdog, importLimitMs: importLimitMs * patience });
    this.#ids = new SeededRandom(() => ports.randomBytes(32));
    this.#purgedMs = ports.nowMs();
    transactions.setExecuteHook((start) => this.#watchdog.run(start));
  }

  async close(): Promise<void> {
    this.host.transactions.setExecuteHook(null);
    await this.#watchdog.close();
  }

  describe(componentPath: ComponentPath, path: string): { kind: FunctionKind; isPublic: boolean } | null {
    const found = this.host.app === null ? null : findFunction(this.host.app, componentPath, path);
    return found === null ? null : { kind: found.analyzed.kind, isPublic: found.analyzed.isPublic };
  }

  query(call: CallRequest, options: { journal?: string | null } = {}): Promise<QueryResult> {
    return this.#query(this.#begin(call, "Query", null), options.journal ?? null);
  }

  mutation(call: CallRequest, options: { session?: SessionRequest } = {}): Promise<MutationResult> {
    return this.#mutation(this.#begin(call, "Mutation", null), options.session ?? null);
  }

  action(call: CallRequest, options: { signal?: AbortSignal } = {}): Promise<ActionResult> {
    return this.#action(this.#begin(call, "Action", null), options.signal);
  }

  async httpAction(request: Request, identity: Identity, caller: HttpCaller): Promise<Response> {
    const call: CallRequest = {
      componentPath: "", path: "http", args: {}, identity, caller: "HttpEndpoint", requestId: caller.requestId, allowInternal: true,
      ip: caller.ip, userAgent: request.headers.get("user-agent"),
    };
    const begun = this.#begin(call, "HttpAction", null);
    const usage = emptyUsage();
    return await runHttpAction({
      host: this.host, app: this.host.app, request, call, logs: begun.logs, executionId: begun.executionId, usage,
      calls: this.#callsOf(begun),
      routed: (componentPath, path) => void (begun.call = { ...call, componentPath, path }),
      done: (error) => this.#complete(begun, { error, usage }),
    });
  }

  #begin(call: CallRequest, kind: FunctionKind, parentExecutionId: string | null): Begun {
    const executionId = this.#ids.bytes(8).toString("hex");
    const nowMs = () => this.host.ports.nowMs();
    const logs = new LogBuffer(nowMs, isAction(kind) ? (line) => this.#log(begun, { kind: "Progress", logLines: [line], error: null, usage: emptyUsage() }) : undefined);
    const begun: Begun = { call, kind, executionId, parentExecutionId, startedMs: nowMs(), logs };
    return begun;
  }

  /** Finds the function and makes sure its module is loaded; at once when it is. */
  #find({ call, kind }: Begun): Target | Promise<Target> {
    try {
      const { app } = this.host;
      if (app === null) throw new UserError("NoAppDeployed", `No functions are deployed yet; ${call.path} cannot run.`);
      const found = mustFindCalled(app, call, kind);
      const target = { app, found };
      return isLoaded(found) ? target : preload(found).then(() => target, (error: unknown) => ({ error: describeThrown(error) }));
    } catch (error) {
      return { error: describeThrown(error) };
    }
  }

  async #query(begun: Begun, journal: string | null): Promise<QueryResult> {
    const finding = this.#find(begun);
    const target = finding instanceof Promise ? await finding : finding;
    const { nested, ...result } = "error" in target
      ? refusedQuery(this.host, target.error)
      : await runQuery({ host: this.host, call: begun.call, logs: begun.logs, ...target }, journal);
    return { ...result, logLines: begun.logs.texts(), executionMs: this.#complete(begun, { error: errorText(result.outcome), usage: result.usage, nested }) };
  }

  async #mutation(begun: Begun, session: SessionRequest | null): Promise<MutationResult> {
    const finding = this.#find(begun);
    const target = finding instanceof Promise ? await finding : finding;
    if ("error" in target) {
      const executionMs = this.#complete(begun, { error: target.error.message, usage: emptyUsage() });
      return { outcome: { ok: false, error: target.error }, ts: this.host.transactions.latestTs, usage: emptyUsage(), logLines: [], executionMs };
    }
    const { recordedLogLines, nested, ...result } = await runMutation({ host: this.host, call: begun.call, logs: begun.logs, ...target }, session);
    if (session !== null) this.#purgeSessions();
    const executionMs = this.#complete(begun, { error: errorText(result.outcome), usage: result.usage, nested });
    return { ...result, logLines: recordedLogLines ?? begun.logs.texts(), executionMs };
  }

  async #action(begun: Begun, signal: AbortSignal | undefined): Promise<ActionResult> {
    const finding = this.#find(begun);
    const target = finding instanceof Promise ? await finding : finding;
    const usage = emptyUsage();
    const outcome: Outcome = "error" in target ? { ok: false, error: target.error } : await this.#runAction({ ...begun, usage }, target, signal);
    return { outcome, logLines: begun.logs.texts(), usage, executionMs: this.#complete(begun, { error: errorText(outcome), usage }) };
  }

  async #runAction(begun: Begun & { usage: UsageCounts }, { app, found }: { app: RunningApp; found: FoundFunction }, signal: AbortSignal | undefined): Promise<Outcome> {
    const { call, logs, executionId } = begun;
    const frame = new ActionFrame({ host: this.host, app, call, componentPath: found.instance.path, path: found.path, logs, executionId, usage: begun.usage, calls: this.#callsOf(begun) });
    const limit = this.host.ports.setTimer(
      () => frame.fail(new UserError("ActionTimeout", `Function execution timed out (maximum duration: ${ACTION_LIMIT_MS / 1000}s)`)), ACTION_LIMIT_MS);
    const abort = () => frame.fail(new UserError("ActionAborted", "The action was stopped: its caller is gone or the backend is closing"));
    signal?.addEventListener("abort", abort, { once: true });
    const unguard = this.#watchdog.guard((error) => frame.interrupt(error));
    try {
      if (signal?.aborted === true) abort();
      return { ok: true, value: await this.#invokeAction(frame, found) };
    } catch (error) {
      return { ok: false, error: describeThrown(error) };
    } finally {
      unguard();
      limit.cancel();
      signal?.removeEventListener("abort", abort);
      frame.end();
    }
  }

  async #invokeAction(frame: ActionFrame, found: FoundFunction): Promise<JsonValue> {
    const args = canonicalArgs(found, frame.call.args);
    const exports = found.instance.modules.loaded(found.path.module);
    if (exports === undefined) throw new Error(`Module ${found.path.module} was not loaded`);
    await this.#validateArgs(found, args);
    const json = await frame.run(() => invokerOf(found, exports)(args));
    // Rejections that nobody handled come to light after the microtasks at hand.
    await Promise.race([new Promise((resolve) => setImmediate(resolve)), frame.failure]);
    return await this.#checkReturn(found, json);
  }

  async #validateArgs(found: FoundFunction, args: ReturnType<typeof canonicalArgs>): Promise<void> {
    if (!mentionsIds(found.analyzed.args)) return validateArgs(found, args, NO_TABLES);
    await this.host.transactions.query(async (tx) => validateArgs(found, args, tableNamesOf(tx, found.instance.path)));
  }

  async #checkReturn(found: FoundFunction, json: string): Promise<JsonValue> {
    if (!mentionsIds(found.analyzed.returns)) return readReturn(found, json, NO_TABLES);
    const { value } = await this.host.transactions.query(async (tx) => readReturn(found, json, tableNamesOf(tx, found.instance.path)));
    return value;
  }

  #callsOf({ executionId }: Begun): ActionCalls {
    return {
      query: async (call) => (await this.#query(this.#begin(call, "Query", executionId), null)).outcome,
      mutation: async (call) => (await this.#mutation(this.#begin(call, "Mutation", executionId), null)).outcome,
      action: async (call) => (await this.#action(this.#begin(call, "Action", executionId), undefined)).outcome,
    };
  }

  /** Writes the log entry of a call that came to its end; returns how long it took. */
  #complete(begun: Begun, { error, usage, nested = [] }: { error: string | null; usage: UsageCounts; nested?: readonly NestedCall[] }): number {
    // An action's lines were told of one by one.
    const entry = { kind: "Completion" as const, logLines: isAction(begun.kind) ? [] : begun.logs.lines, error, usage };
    return this.#log(begun, nested.length === 0 ? entry : { ...entry, nested });
  }

  #log(begun: Begun, entry: Pick<LogEntry, "kind" | "logLines" | "error" | "usage" | "nested">): number {
    const { call, kind, executionId, parentExecutionId, startedMs } = begun;
    const timestampMs = this.host.ports.nowMs();
    const executionMs = timestampMs - startedMs;
    this.host.hooks.log({
      ...entry, udfType: kind, executionId, parentExecutionId, timestampMs, executionMs, cachedResult: false,
      identifier: kind === "HttpAction" ? call.path : displayFunctionPath(parseFunctionPath(call.path)),
      componentPath: call.componentPath, caller: call.caller, requestId: call.requestId,
    });
    return executionMs;
  }

  /** Now and then forgets recorded results of clients that are long gone. */
  #purgeSessions(): void {
    const nowMs = this.host.ports.nowMs();
    if (nowMs - this.#purgedMs < PURGE_EVERY_MS) return;
    this.#purgedMs = nowMs;
    this.host.transactions.mutate(async (tx) => purgeRecorded(tx, nowMs)).then(
      // More may be left: the next mutation goes on.
      ({ value }) => { if (value > 0) this.#purgedMs = 0; },
      // The store is in trouble; the mutations that follow will report it. What is old stays old.
      () => { this.#purgedMs = nowMs; },
    );
  }
}

/** For validators that mention no ids. */
const NO_TABLES = { tableOfNumber: () => null };

function errorText(outcome: Outcome): string | null {
  return outcome.ok ? null : outcome.error.message;
}
