import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { UserError } from "../errors.ts";
import type { FunctionRunner, Identity } from "../functions/types.ts";
import type { Ports } from "../ports.ts";
import type { TransactionRunner } from "../transaction/types.ts";
import { corsHeaders } from "./cors.ts";
import { DEFAULT_MAX_BODY_BYTES, readBody, readJson } from "./body.ts";
import { functionEndpoints } from "./functionEndpoints.ts";
import type { HttpHandlers, HttpRequest, HttpRoute, HttpRoutes } from "./handlers.ts";
import { requestedUrl, serveHttpAction } from "./httpActions.ts";
import { sendError, sendJson, sendReply } from "./reply.ts";
import { deploymentRoutes } from "./routes.ts";

export interface HttpServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Port of HTTP actions; 0: any free port. */
  readonly sitePort: number;
  readonly instanceName: string;
  readonly version: string;
  readonly functions: FunctionRunner;
  readonly transactions: Pick<TransactionRunner, "latestTs" | "commitsAfter">;
  readonly handlers: HttpHandlers;
  /** Who sends these credentials. @throws UserError when they are wrong. */
  readonly authenticate: (authorization: string | undefined) => Promise<Identity>;
  readonly onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  readonly ports: Pick<Ports, "randomBytes">;
  /** Told of failures that are ours. */
  readonly onTrouble: (error: unknown) => void;
}

/** A server that has its ports; whoever comes waits until it is told to open. */
export interface HttpServer {
  /** `http://127.0.0.1:3210` */
  readonly url: string;
  readonly siteUrl: string;
  /** Begins to answer, those who waited first. */
  open(): void;
  close(): Promise<void>;
}

/**
 * Serves the API on one port and HTTP actions on another (and, as Convex does, under `/http/` of the first).
 *
 * @throws Node's `EADDRINUSE` error when a port is taken.
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const urls = { cloudUrl: "", siteUrl: "" };
  const api = new Api(options, () => urls);
  const door = new Door();
  const main = createServer(SERVER_OPTIONS, (request, response) => door.pass(() => api.serve(request, response)));
  main.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // A reset before the handshake is over is the peer's own affair.
    socket.on("error", () => socket.destroy());
    door.pass(() => options.onUpgrade(request, socket, head));
  });
  const site = createServer(SERVER_OPTIONS, (request, response) => door.pass(() => api.serveSite(request, response, request.url ?? "/")));
  const { host } = options;
  const port = await listen(main, options.port, host);
  urls.cloudUrl = `http://${host}:${port}`;
  try {
    urls.siteUrl = `http://${host}:${await listen(site, options.sitePort, host)}`;
  } catch (error) {
    await close(main);
    throw error;
  }
  return { url: urls.cloudUrl, siteUrl: urls.siteUrl, open: () => door.open(), close: async () => void (await Promise.all([close(main), close(site)])) };
}

/** Where requests wait that come before there is an app to answer them: a client must not be told that there is none. */
class Door {
  #waiting: (() => void)[] | null = [];

  pass(enter: () => void): void {
    if (this.#waiting === null) enter();
    else this.#waiting.push(enter);
  }

  open(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const enter of waiting) enter();
  }
}

/**
 * A body may take as long as it comes at all (a large file over a slow line; see `readBody`); headers may not. Tokens
 * make headers large.
 */
const SERVER_OPTIONS = { requestTimeout: 0, headersTimeout: 30_000, maxHeaderSize: 64 * 1024 };

async function listen(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  // A TCP server's address is an object.
  return (server.address() as AddressInfo).port;
}

async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  // Long polls and idle keep-alive connections would hold the process.
  server.closeAllConnections();
  await closed;
}

class Api {
  readonly #options: HttpServerOptions;
  readonly #routes: HttpRoutes;
  /** Routes that end in `/*`, longest first: `"METHOD /path/"` with its route. */
  readonly #prefixes: readonly (readonly [string, HttpRoute])[];

  constructor(options: HttpServerOptions, urls: () => { cloudUrl: string; siteUrl: string }) {
    this.#options = options;
    const { handlers, instanceName, version } = options;
    const info = { instanceName, version, urls, randomRequestId: () => this.#requestId() };
    this.#routes = { ...functionEndpoints(options), ...deploymentRoutes(handlers, info) };
    this.#prefixes = Object.entries(this.#routes)
      .filter(([pattern]) => pattern.endsWith("/*"))
      .map(([pattern, route]) => [pattern.slice(0, -1), route] as const)
      .sort(([a], [b]) => b.length - a.length);
  }

  serve(request: IncomingMessage, response: ServerResponse): void {
    const target = request.url ?? "/";
    if (target === "/http" || target.startsWith("/http/") || target.startsWith("/http?")) {
      this.serveSite(request, response, target.slice("/http".length).replace(/^(?!\/)/, "/"));
      return;
    }
    for (const [name, value] of Object.entries(corsHeaders(request))) if (value !== undefined) response.setHeader(name, value);
    this.#answer(request, response).catch(async (error: unknown) => await sendError(response, error, this.#options.onTrouble));
  }

  serveSite(request: IncomingMessage, response: ServerResponse, path: string): void {
    this.#serveSite(request, response, path).catch(async (error: unknown) => await sendError(response, error, this.#options.onTrouble));
  }

  async #serveSite(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const { functions } = this.#options;
    await serveHttpAction(request, response, { functions, identity: await this.#siteIdentity(request), requestId: this.#requestId(), url: requestedUrl(request, path) });
  }

  /**
   * An HTTP action may use the header for its own purposes: other schemes are not looked at, and a bearer's token that is
   * not accepted concerns only who asks for the identity.
   */
  async #siteIdentity(request: IncomingMessage): Promise<Identity> {
    const { authorization } = request.headers;
    if (authorization === undefined || !/^bearer\s/i.test(authorization)) return { kind: "none" };
    try {
      return await this.#options.authenticate(authorization);
    } catch (error) {
      if (error instanceof UserError) return { kind: "refused", error };
      throw error;
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = requestedUrl(request, request.url ?? "/");
    if (request.method === "OPTIONS") return await sendReply(response, { status: 204 });
    const { route, rest } = this.#find(request.method ?? "GET", url);
    const routed = await this.#routedRequest(request, response, { url, rest, route });
    if ("raw" in route) return await sendReply(response, await route.raw(routed));
    const body = request.method === "GET" || request.method === "HEAD" ? {} : await readJson(routed.body);
    sendJson(response, 200, await route.json(body, routed));
  }

  async #routedRequest(
    request: IncomingMessage,
    response: ServerResponse,
    { url, rest, route }: { url: URL; rest: string; route: HttpRoute },
  ): Promise<HttpRequest> {
    const gone = new AbortController();
    response.once("close", () => {
      if (!response.writableFinished) gone.abort();
    });
    const key = url.searchParams.get("adminKey");
    const authorization = request.headers.authorization ?? (key === null ? undefined : `Convex ${key}`);
    return {
      method: request.method ?? "GET",
      url,
      rest,
      headers: request.headers,
      identity: route.isOpen === true ? { kind: "none" } : await this.#options.authenticate(authorization),
      ip: request.socket.remoteAddress ?? null,
      body: readBody(request, route.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES),
      signal: gone.signal,
    };
  }

  #find(method: string, url: URL): { route: HttpRoute; rest: string } {
    const wanted = `${method === "HEAD" ? "GET" : method} ${url.pathname}`;
    const exact = Object.hasOwn(this.#routes, wanted) ? this.#routes[wanted] : undefined;
    if (exact !== undefined) return { route: exact, rest: "" };
    const prefix = this.#prefixes.find(([candidate]) => wanted.startsWith(candidate));
    if (prefix !== undefined) return { route: prefix[1], rest: decodePath(wanted.slice(prefix[0].length)) };
    if (METHODS.some((other) => Object.hasOwn(this.#routes, `${other} ${url.pathname}`))) {
      throw new UserError("MethodNotAllowed", `${url.pathname} cannot be called by ${method}`, { httpStatus: 405 });
    }
    throw new UserError("NotFound", `There is no endpoint ${wanted.slice(0, 200)}`, { httpStatus: 404 });
  }

  #requestId(): string {
    return Buffer.from(this.#options.ports.randomBytes(8)).toString("hex");
  }
}

const METHODS = ["GET", "POST"];

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (cause) {
    throw new UserError("BadRequest", "The path has a broken percent-encoding", { cause });
  }
}
