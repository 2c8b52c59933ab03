import { routerOf } from "../components/analyze.ts";
import { childPath } from "../components/tree.ts";
import type { ComponentPath, UsageCounts } from "../transaction/types.ts";
import { ActionFrame } from "./actionFrame.ts";
import type { RunningApp } from "./app.ts";
import type { LogBuffer } from "./logs.ts";
import type { RuntimeHost } from "./runtimeHost.ts";
import { runInSandbox } from "./sandbox/sandbox.ts";
import type { ActionCalls } from "./syscalls/action.ts";
import { describeThrown } from "./thrown.ts";
import type { CallRequest } from "./types.ts";

export interface HttpCaller {
  readonly requestId: string;
  readonly ip: string | null;
}

/** One HTTP request for the app's own routes. */
export interface HttpActionInput {
  readonly host: RuntimeHost;
  readonly app: RunningApp | null;
  readonly request: Request;
  readonly call: CallRequest;
  readonly logs: LogBuffer;
  readonly executionId: string;
  /** The action's own work is added here. */
  readonly usage: UsageCounts;
  readonly calls: ActionCalls;
  /** Told once, before user code runs: whose route it is, and which (`GET /path`). */
  readonly routed: (componentPath: ComponentPath, identifier: string) => void;
  /** Told once, when the response is complete: what failed. */
  readonly done: (error: string | null) => void;
}

const HTTP_MODULE = "http.js";
const LIMIT_MS = 10 * 60_000;

/** Which component answers, and the path as its router knows it. */
interface Place {
  readonly componentPath: ComponentPath;
  readonly path: string;
}

/** The longest prefix among a component's mounts and its own prefix routes wins; an exact route wins over both. */
function findPlace(app: RunningApp, place: Place, method: string): Place | null {
  const definition = app.loaded.instances.get(place.componentPath)?.definition;
  if (definition === undefined) return null;
  const routes = (definition.httpRoutes ?? []).filter((route) => route.method === method);
  if (routes.some((route) => route.path === place.path)) return place;
  const prefixes = routes.filter((route) => route.path.endsWith("*") && place.path.startsWith(route.path.slice(0, -1)));
  const ownLength = Math.max(-1, ...prefixes.map((route) => route.path.length - 1));
  const mounts = Object.entries(definition.httpMounts).filter(([prefix]) => place.path.startsWith(prefix) && prefix.length > ownLength);
  const [mount] = mounts.sort(([a], [b]) => b.length - a.length);
  if (mount === undefined) return definition.httpRoutes === null ? null : place;
  const [prefix, child] = mount;
  return findPlace(app, { componentPath: childPath(place.componentPath, child), path: `/${place.path.slice(prefix.length)}` }, method);
}

/** Takes the app's own prefix off a path; null when the path is not below it. */
function stripAppPrefix(app: RunningApp, path: string): string | null {
  const prefix = app.loaded.instances.get("")?.definition.httpPrefix ?? null;
  if (prefix === null) return path;
  return path.startsWith(prefix) ? `/${path.slice(prefix.length)}` : null;
}

function hasRoutes(app: RunningApp): boolean {
  return [...app.loaded.instances.values()].some(({ definition }) => definition.httpRoutes !== null);
}

/** Routes a request by `http.js` and component mounts and runs its action. The response streams. */
export async function runHttpAction(input: HttpActionInput): Promise<Response> {
  const { app, request } = input;
  if (app === null || !hasRoutes(app)) return new Response("This Convex deployment does not have HTTP actions enabled.", { status: 404 });
  // A router answers HEAD as it would GET; the server leaves the body out.
  const method = request.method === "HEAD" ? "GET" : request.method;
  const path = stripAppPrefix(app, new URL(request.url).pathname);
  const place = path === null ? null : findPlace(app, { componentPath: "", path }, method);
  const instance = place === null ? undefined : app.loaded.instances.get(place.componentPath);
  if (place === null || instance === undefined) return new Response("No matching routes found", { status: 404 });
  const match = routerOf(await instance.modules.import(HTTP_MODULE)).lookup(place.path, method);
  if (match === null) return new Response("No matching routes found", { status: 404 });
  const [handler, , route] = match;
  return await runRoute(input, { app, componentPath: place.componentPath, identifier: `${method} ${route}`, handler });
}

interface Route {
  readonly app: RunningApp;
  readonly componentPath: ComponentPath;
  readonly identifier: string;
  readonly handler: { invokeHttpAction(request: Request): Promise<unknown> };
}

async function runRoute(input: HttpActionInput, { app, componentPath, identifier, handler }: Route): Promise<Response> {
  const { host, call, logs, executionId, usage, calls, request } = input;
  input.routed(componentPath, identifier);
  const frame = new ActionFrame({
    host, app, call: { ...call, componentPath }, componentPath, path: { module: HTTP_MODULE, name: identifier }, logs, executionId, usage, calls,
  });
  const limit = host.ports.setTimer(() => frame.fail(new Error(`Function execution timed out (maximum duration: ${LIMIT_MS / 1000}s)`)), LIMIT_MS);
  const unguard = host.watchdog.guard((error) => frame.interrupt(error));
  const end = (error: string | null): void => {
    unguard();
    limit.cancel();
    frame.end();
    input.done(error);
  };
  try {
    const response = await frame.run(() => handler.invokeHttpAction(request));
    if (!(response instanceof Response)) throw new TypeError("Expected a Response from an HTTP action");
    return streamed(response, frame, end);
  } catch (error) {
    const { message, data } = describeThrown(error);
    end(message);
    const [headline = "", ...trace] = message.split("\n");
    const body = { code: `[Request ID: ${call.requestId}] Server Error: ${headline}`, trace: trace.join("\n"), ...(data === undefined ? {} : { data }) };
    return Response.json(body, { status: 500 });
  }
}

/** What is read of a body whose client has gone: as much as a client could have been sent. */
const MAX_UNREAD_BYTES = 20 * 1024 * 1024;

/**
 * Passes the body on as it comes, still inside the action: its code may make it piece by piece. A client that goes away
 * does not end the action, which may be writing the same words into the database: the rest of the body is read for nobody.
 */
function streamed(response: Response, frame: ActionFrame, end: (error: string | null) => void): Response {
  if (response.body === null) {
    end(null);
    return response;
  }
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader();
  let isGone = false;
  const next = () => frame.run(() => reader.read());
  const readForNobody = async (): Promise<void> => {
    try {
      let bytes = 0;
      for (let piece = await next(); !piece.done; piece = await next()) {
        bytes += piece.value.length;
        if (bytes > MAX_UNREAD_BYTES) return await runInSandbox(frame, () => reader.cancel()).finally(() => end(null));
      }
      end(null);
    } catch (error) {
      end(describeThrown(error).message);
    }
  };
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await next();
        if (isGone) return;
        if (!done) return controller.enqueue(value);
        controller.close();
        end(null);
      } catch (error) {
        if (isGone) return;
        end(describeThrown(error).message);
        controller.error(error);
      }
    },
    cancel() {
      isGone = true;
      void readForNobody();
    },
  }, { highWaterMark: 0 });
  return new Response(body, { status: response.status, statusText: response.statusText, headers: response.headers });
}
