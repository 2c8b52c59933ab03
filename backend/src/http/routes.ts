import { UserError } from "../errors.ts";
import { serverErrorText } from "../functions/serverErrorText.ts";
import { isRecord, type JsonObject } from "../values/json.ts";
import { readJson } from "./body.ts";
import { mustBeAdmin } from "./functionEndpoints.ts";
import type { HttpHandlers, HttpReply, HttpRequest, HttpRoute, HttpRoutes, RunTestFunction } from "./handlers.ts";

export interface DeploymentInfo {
  readonly instanceName: string;
  readonly version: string;
  readonly urls: () => { readonly cloudUrl: string; readonly siteUrl: string };
  readonly randomRequestId: () => string;
}

const text = (body: string): HttpRoute => ({ isOpen: true, raw: () => ({ status: 200, headers: { "content-type": "text/plain" }, body }) });

/** Endpoints about the deployment itself, its files and its administration. */
export function deploymentRoutes(handlers: HttpHandlers, info: DeploymentInfo): HttpRoutes {
  return {
    "GET /": text("This Convex deployment is running. See https://docs.convex.dev/."),
    "GET /instance_name": text(info.instanceName),
    "GET /instance_version": text(info.version),
    "GET /version": text(info.version),
    "POST /echo": { isOpen: true, raw: (request) => ({ status: 200, body: request.body }) },
    "POST /api/debug_event": { isOpen: true, json: () => ({}) },
    ...fileRoutes(handlers),
    ...forAdmins({ ...adminRoutes(handlers, info), ...handlers.admin }),
  };
}

const single = (header: string | string[] | undefined): string | null => (typeof header === "string" ? header : null);

function fileRoutes({ files }: HttpHandlers): HttpRoutes {
  if (files === undefined) return {};
  const upload = async (request: HttpRequest): Promise<HttpReply> => {
    const { headers, url, body } = request;
    const contentLength = headers["content-length"];
    const stored = await files.upload({
      token: url.searchParams.get("token") ?? "",
      contentType: headers["content-type"] ?? null,
      digest: single(headers["digest"]),
      contentLength: contentLength === undefined || headers["content-encoding"] !== undefined ? null : Number(contentLength),
      body,
    });
    return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(stored) };
  };
  const serve = async ({ rest, url, headers }: HttpRequest): Promise<HttpReply> =>
    await files.serve({
      uuid: rest,
      component: url.searchParams.get("component"),
      range: headers.range ?? null,
      ifNoneMatch: single(headers["if-none-match"]),
      ifRange: single(headers["if-range"]),
    });
  return {
    "POST /api/storage/upload": { isOpen: true, raw: upload, maxBodyBytes: Number.MAX_SAFE_INTEGER },
    "GET /api/storage/*": { isOpen: true, raw: serve },
  };
}

/** The same routes, for holders of the admin key alone. */
function forAdmins(routes: HttpRoutes): HttpRoutes {
  return Object.fromEntries(
    Object.entries(routes).map(([pattern, route]): [string, HttpRoute] => {
      if ("json" in route) return [pattern, { ...route, json: (body, request) => route.json(body, mustBeAdmin(request)) }];
      return [pattern, { ...route, raw: (request) => route.raw(mustBeAdmin(request)) }];
    }),
  );
}

function adminRoutes(handlers: HttpHandlers, info: DeploymentInfo): HttpRoutes {
  const routes: Record<string, HttpRoute> = {
    "GET /api/v1/get_canonical_urls": { json: () => ({ convexCloudUrl: info.urls().cloudUrl, convexSiteUrl: info.urls().siteUrl }) },
  };
  const { readLogs, updateEnvironmentVariables, runTestFunction } = handlers;
  if (readLogs !== undefined) {
    routes["GET /api/stream_function_logs"] = {
      json: async (_body, request) => ({ ...(await readLogs(Number(request.url.searchParams.get("cursor") ?? 0), request.signal)) }),
    };
  }
  if (updateEnvironmentVariables !== undefined) {
    routes["POST /api/update_environment_variables"] = {
      raw: async (request) => {
        await updateEnvironmentVariables(parseChanges(await readJson(request.body)));
        return { status: 200 };
      },
    };
  }
  if (runTestFunction !== undefined) {
    routes["POST /api/run_test_function"] = { json: async (body, request) => await testFunction(runTestFunction, { body, request, requestId: info.randomRequestId() }) };
  }
  return routes;
}

async function testFunction(run: RunTestFunction, { body, request, requestId }: { body: JsonObject; request: HttpRequest; requestId: string }): Promise<JsonObject> {
  const { bundle, args, componentId } = body;
  const source = isRecord(bundle) ? bundle.source : undefined;
  if (typeof source !== "string") throw new UserError("BadRequest", "run_test_function needs a bundle with its source");
  const { outcome, logLines } = await run({
    source,
    // Checked as a Convex value where the function runs.
    args: isRecord(args) ? (args as JsonObject) : {},
    componentId: typeof componentId === "string" ? componentId : null,
    identity: request.identity,
    requestId,
  });
  if (outcome.ok) return { status: "success", value: outcome.value, logLines };
  const { data } = outcome.error;
  return { status: "error", errorMessage: serverErrorText(requestId, outcome.error), ...(data === undefined ? {} : { errorData: data }), logLines };
}

function parseChanges({ changes }: JsonObject): { name: string; value: string | null }[] {
  if (!Array.isArray(changes)) throw new UserError("BadRequest", "The request needs a list of changes");
  return changes.map((change) => {
    const { name, value = null } = isRecord(change) ? change : {};
    if (typeof name !== "string" || (value !== null && typeof value !== "string")) {
      throw new UserError("BadRequest", "A change is {name, value}, with text or null as the value");
    }
    return { name, value };
  });
}
