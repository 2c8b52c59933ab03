import { UserError } from "../errors.ts";
import { serverErrorText } from "../functions/serverErrorText.ts";
import type { CallRequest, FunctionRunner, Outcome, QueryResult } from "../functions/types.ts";
import type { Ports } from "../ports.ts";
import type { Timestamp, TransactionRunner } from "../transaction/types.ts";
import { touches } from "../transaction/readSet.ts";
import { isRecord, type JsonObject, type JsonValue } from "../values/json.ts";
import { decodeTs, encodeTs } from "../values/timestamps.ts";
import type { HttpRequest, HttpRoutes } from "./handlers.ts";

export interface FunctionEndpointsOptions {
  readonly functions: FunctionRunner;
  readonly transactions: Pick<TransactionRunner, "latestTs" | "commitsAfter">;
  readonly ports: Pick<Ports, "randomBytes">;
}

type Kind = "query" | "mutation" | "action";

/** The endpoints by which `ConvexHttpClient` and scripts call functions. Source: convex-protocol B.1. */
export function functionEndpoints(options: FunctionEndpointsOptions): HttpRoutes {
  const { transactions } = options;
  const byKind = (kind: Kind) => ({
    json: async (body: JsonObject, request: HttpRequest) => await runFunction(options, { kind, call: callOf(options, body, request) }),
  });
  return {
    "POST /api/query": byKind("query"),
    "POST /api/mutation": byKind("mutation"),
    "POST /api/action": byKind("action"),
    "GET /api/query": { json: async (_body, request) => await runFunction(options, { kind: "query", call: callOf(options, searchBody(request), request) }) },
    "POST /api/function": { json: async (body, request) => await runAny(options, callOf(options, body, mustBeAdmin(request))) },
    "POST /api/run/*": {
      json: async (body, request) => await runAny(options, callOf(options, { ...body, path: pathOfUrl(request.rest), format: body.format ?? "json" }, request)),
    },
    "POST /api/query_ts": { json: () => ({ ts: encodeTs(transactions.latestTs) }) },
    "POST /api/query_at_ts": { json: async (body, request) => await queryAt(options, body, request) },
    "POST /api/query_batch": { json: async (body, request) => await queryBatch(options, body, request) },
  };
}

/** The last segment is the export, the others are the module. */
function pathOfUrl(rest: string): string {
  const segments = rest.split("/");
  const name = segments.pop() ?? "";
  return segments.length === 0 ? name : `${segments.join("/")}:${name}`;
}

function searchBody({ url }: HttpRequest): JsonObject {
  const args = url.searchParams.get("args") ?? "{}";
  try {
    // Checked as a Convex value where the function runs.
    return { path: url.searchParams.get("path") ?? "", args: JSON.parse(args) as JsonValue, format: url.searchParams.get("format") ?? "json" };
  } catch (cause) {
    throw new UserError("BadJsonArgs", "The args parameter is not JSON", { cause });
  }
}

export function mustBeAdmin(request: HttpRequest): HttpRequest {
  if (request.identity.kind === "admin") return request;
  throw new UserError("BadDeployKey", "This endpoint needs the deployment's admin key: Authorization: Convex <key>", { httpStatus: 403 });
}

const FORMATS = new Set(["json", "convex_json", "convex_encoded_json", "convex_clean_json", "export_json"]);

function callOf(options: FunctionEndpointsOptions, body: JsonObject, request: HttpRequest): CallRequest & { readonly clean: boolean } {
  const { path, args = {}, format = "convex_encoded_json", componentPath = "" } = body;
  if (typeof path !== "string" || path === "") throw new UserError("BadRequest", "The request needs the path of a function, such as \"messages:list\"");
  if (typeof format !== "string" || !FORMATS.has(format)) throw new UserError("BadFormat", `format param must be one of [\`json\`]. Got ${JSON.stringify(format)}`);
  if (typeof componentPath !== "string") throw new UserError("BadRequest", "componentPath must be text");
  const first = Array.isArray(args) ? (args[0] ?? {}) : args;
  if (!isRecord(first)) throw new UserError("BadRequest", "args must be an object, or a list of one object");
  const { identity, ip, headers } = request;
  if (componentPath !== "") mustBeAdmin(request);
  return {
    componentPath,
    path,
    // Checked as a Convex value where the function runs.
    args: first as JsonObject,
    identity,
    caller: identity.kind === "admin" ? "Cli" : "HttpApi",
    requestId: Buffer.from(options.ports.randomBytes(8)).toString("hex"),
    allowInternal: identity.kind === "admin",
    ip,
    userAgent: headers["user-agent"] ?? null,
    clean: format === "json" || format === "convex_clean_json",
  };
}

async function runFunction({ functions }: FunctionEndpointsOptions, { kind, call }: { kind: Kind; call: CallRequest & { clean: boolean } }): Promise<JsonObject> {
  const { outcome, logLines } = await functions[kind](call);
  return udfResponse(outcome, { logLines, requestId: call.requestId, clean: call.clean });
}

async function runAny(options: FunctionEndpointsOptions, call: CallRequest & { clean: boolean }): Promise<JsonObject> {
  const kind = options.functions.describe(call.componentPath, call.path)?.kind;
  // An unknown function is reported by the runner, in the words that the CLI looks for.
  if (kind === "Mutation") return await runFunction(options, { kind: "mutation", call });
  if (kind === "Action") return await runFunction(options, { kind: "action", call });
  return await runFunction(options, { kind: "query", call });
}

function udfResponse(outcome: Outcome, { logLines, requestId, clean }: { logLines: string[]; requestId: string; clean: boolean }): JsonObject {
  if (outcome.ok) return { status: "success", value: clean ? cleanJson(outcome.value) : outcome.value, logLines };
  const { data } = outcome.error;
  return { status: "error", errorMessage: serverErrorText(requestId, outcome.error), ...(data === undefined ? {} : { errorData: data }), logLines };
}

/** The lossy form for plain HTTP callers: int64 as decimal text, bytes as base64 text. */
function cleanJson(value: JsonValue): JsonValue {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(cleanJson);
  const { $integer, $bytes, $float } = value;
  if (typeof $integer === "string") return Buffer.from($integer, "base64").readBigInt64LE().toString();
  if (typeof $bytes === "string") return $bytes;
  if (typeof $float === "string") return String(Buffer.from($float, "base64").readDoubleLE());
  return Object.fromEntries(Object.entries(value).map(([field, item]) => [field, cleanJson(item)]));
}

/** A query as of an earlier timestamp: possible while nothing that it reads has changed since. */
async function queryAt(options: FunctionEndpointsOptions, body: JsonObject, request: HttpRequest): Promise<JsonObject> {
  const { ts } = body;
  if (typeof ts !== "string") throw new UserError("BadRequest", "query_at_ts needs a ts from query_ts");
  const at = decodeTs(ts);
  if (at > options.transactions.latestTs) throw new UserError("BadTimestamp", "The ts lies in the future of this deployment");
  const call = callOf(options, body, request);
  const result = await options.functions.query(call);
  if (!isUnchanged(options, result, { after: at, upTo: result.ts })) {
    throw new UserError("SnapshotTooOld", "What this query reads has changed since that ts, and this backend keeps no older versions. Ask for a new ts.", { httpStatus: 409 });
  }
  return udfResponse(result.outcome, { logLines: result.logLines, requestId: call.requestId, clean: call.clean });
}

/** Whether no commit of that time (the first end excluded) touched what a query read. Never true when one did. */
function isUnchanged({ transactions }: FunctionEndpointsOptions, { readSet }: QueryResult, { after, upTo }: { after: Timestamp; upTo: Timestamp }): boolean {
  if (after >= upTo) return true;
  const commits = transactions.commitsAfter(after);
  return commits !== null && commits.every((commit) => commit.ts > upTo || !touches(readSet, commit));
}

const MAX_BATCH_TRIES = 5;
const MAX_BATCH_QUERIES = 1000;

/** Several queries on one snapshot. */
async function queryBatch(options: FunctionEndpointsOptions, body: JsonObject, request: HttpRequest): Promise<JsonObject> {
  const { queries } = body;
  if (!Array.isArray(queries) || queries.length > MAX_BATCH_QUERIES) throw new UserError("BadRequest", `query_batch needs a list of at most ${MAX_BATCH_QUERIES} queries`);
  // An element that is no object has no path, and is refused for that.
  const calls = queries.map((query) => callOf(options, isRecord(query) ? (query as JsonObject) : {}, request));
  for (let tries = 0; tries < MAX_BATCH_TRIES; tries += 1) {
    // Asked for together, they run one after another; rarely does a mutation come between.
    const results = await Promise.all(calls.map(async (call) => ({ call, result: await options.functions.query(call) })));
    const newest = results.reduce((ts, { result }) => (result.ts > ts ? result.ts : ts), 0n);
    if (results.every(({ result }) => isUnchanged(options, result, { after: result.ts, upTo: newest }))) {
      return { results: results.map(({ call, result }) => udfResponse(result.outcome, { logLines: result.logLines, requestId: call.requestId, clean: call.clean })) };
    }
  }
  throw new UserError("ExpiredInQueue", "Too many writes touch what these queries read: no common snapshot was found. Try again.", { httpStatus: 503 });
}
