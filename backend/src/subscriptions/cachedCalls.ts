import { displayFunctionPath, parseFunctionPath } from "../functions/functionPath.ts";
import type { FunctionRunner, LogEntry, QueryResult } from "../functions/types.ts";
import type { Ports } from "../ports.ts";
import { isSystemPath } from "../system/systemQueries.ts";
import { emptyUsage } from "../transaction/limits.ts";
import type { JsonValue } from "../values/json.ts";
import type { QueryRun } from "./cachedQuery.ts";
import type { QueryCache, QueryRequest } from "./queryCache.ts";

/** A runner whose queries are answered from the cache: for callers that ask once, like HTTP clients. */
export function withQueryCache(functions: FunctionRunner, cache: QueryCache): FunctionRunner {
  return {
    query: async (call, options = {}) => {
      // These are the backend's own, and no function of the app that could be shared.
      if (isSystemPath(call.path)) return await functions.query(call, options);
      const { componentPath, path, args, identity, caller } = call;
      return resultOf(await cache.ask({ componentPath, path, args, identity, caller, journal: options.journal ?? null }));
    },
    mutation: (call, options) => functions.mutation(call, options),
    action: (call, options) => functions.action(call, options),
    httpAction: (request, identity, caller) => functions.httpAction(request, identity, caller),
    describe: (componentPath, path) => functions.describe(componentPath, path),
  };
}

function resultOf(run: QueryRun): QueryResult {
  const { ts, journal, observedTime, observedIdentity, readSet, logLines, failure } = run;
  const outcome: QueryResult["outcome"] = failure === null ? { ok: true, value: valueOf(run) } : { ok: false, error: failure };
  return { outcome, ts, journal, observedTime, observedIdentity, readSet, logLines, usage: emptyUsage(), executionMs: 0 };
}

function valueOf({ body }: QueryRun): JsonValue {
  // The body of a run that succeeded has its value, written by queryRunOf.
  const { value } = JSON.parse(`{${body}}`) as { value: JsonValue };
  return value;
}

/** The log entry of a call that an earlier run had answered: a call like any other, which read nothing. */
export function sharedCall(request: QueryRequest, run: QueryRun, ports: Pick<Ports, "nowMs" | "randomBytes">): LogEntry {
  const id = Buffer.from(ports.randomBytes(8)).toString("hex");
  return {
    kind: "Completion", udfType: "Query", identifier: displayFunctionPath(parseFunctionPath(request.path)), componentPath: request.componentPath,
    caller: request.caller ?? "SyncWebsocket", requestId: id, executionId: id, parentExecutionId: null, logLines: [],
    timestampMs: ports.nowMs(), executionMs: 0, cachedResult: true, error: run.failure?.message ?? null, usage: emptyUsage(),
  };
}
