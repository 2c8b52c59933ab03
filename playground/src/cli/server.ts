import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { stripVTControlCharacters } from "node:util";

/** What the page is told, so that it need not ask for it. */
export interface KnownConnection {
  readonly url?: string;
  /** Where the app exports the playground's functions: `playground` for `convex/playground.ts`. */
  readonly apiPath?: string;
  readonly apiKey?: string;
}

export interface PlaygroundServerOptions {
  /** Where the built page is; asked at the first request, and again after a failure. */
  readonly pageDir: () => Promise<string>;
  /** The first port to try. */
  readonly port: number;
  readonly connection: () => KnownConnection | Promise<KnownConnection>;
}

export interface PlaygroundServer {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

const TRIES = 100;
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8", ".svg": "image/svg+xml", ".map": "application/json; charset=utf-8",
};
const HEADERS = { "x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "no-referrer", "cross-origin-resource-policy": "same-origin" };
const PLACE = /(<script type="application\/json" id="connection">)[^<]*(<\/script>)/;

/**
 * Serves the playground's page on 127.0.0.1, at `port` or the next free one. What is known of the connection is put into
 * the page itself, never into an address; a page of another origin cannot read it, and a request that names another
 * host than this machine is refused (a name that somebody points at 127.0.0.1 would be another origin's).
 *
 * @throws Error when none of 100 ports is free.
 */
export async function servePlayground(options: PlaygroundServerOptions): Promise<PlaygroundServer> {
  const http = createServer((request, response) => {
    answer(options, request, response).catch((error: unknown) => {
      if (!response.headersSent) plain(response, 500, `The playground's page cannot be served: ${stripVTControlCharacters(error instanceof Error ? error.message : String(error))}`);
      else response.destroy();
    });
  });
  const port = await listen(http, options.port);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: () => new Promise((resolve) => {
      http.close(() => resolve());
      // A browser keeps its connections open for as long as it can.
      http.closeAllConnections();
    }),
  };
}

async function answer({ pageDir, connection }: PlaygroundServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const host = (request.headers.host ?? "").replace(/:\d+$/, "");
  if (!["127.0.0.1", "localhost", "[::1]"].includes(host)) return plain(response, 403, "This page is for this machine alone.");
  if (request.method !== "GET" && request.method !== "HEAD") return plain(response, 405, "This page is only read.");
  const path = pathOf(request.url ?? "/");
  if (path === null) return plain(response, 400, "This address is not valid.");
  const folder = await pageDir();
  if (path === "/" || path === "/index.html") {
    const page = await readFile(join(folder, "index.html"), "utf8");
    const known = JSON.stringify(await connection()).replaceAll("<", String.raw`\u003c`);
    response.writeHead(200, { ...HEADERS, "content-type": TYPES[".html"], "cache-control": "no-store" });
    response.end(page.replace(PLACE, (_all, start: string, end: string) => start + known + end));
    return;
  }
  const file = normalize(join(folder, path));
  if (!file.startsWith(folder + sep) || !(await isFile(file))) return plain(response, 404, "There is no such file.");
  // Names of files under assets/ carry a hash of their content.
  const cacheControl = path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
  response.writeHead(200, { ...HEADERS, "content-type": TYPES[extname(file)] ?? "application/octet-stream", "cache-control": cacheControl });
  createReadStream(file).on("error", () => response.destroy()).pipe(response);
}

function pathOf(url: string): string | null {
  try {
    return decodeURIComponent(new URL(url, "http://127.0.0.1").pathname);
  } catch (error) {
    if (error instanceof URIError || error instanceof TypeError) return null;
    throw error;
  }
}

async function isFile(path: string): Promise<boolean> {
  const stats = await stat(path).catch((error: unknown) => {
    // Not there, or a name that the file system does not take: there is no such file.
    if (error instanceof Error && "code" in error) return null;
    throw error;
  });
  return stats?.isFile() ?? false;
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...HEADERS, "content-type": "text/plain; charset=utf-8" });
  response.end(`${text}\n`);
}

async function listen(http: Server, first: number): Promise<number> {
  for (let port = first; port < first + TRIES; port++) if (await tryListen(http, port)) return port;
  throw new Error(`The ports ${first} to ${first + TRIES - 1} are all busy; the playground needs one of them.`);
}

function tryListen(http: Server, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error) => {
      if ("code" in error && (error.code === "EADDRINUSE" || error.code === "EACCES")) resolve(false);
      else reject(error);
    };
    http.once("error", onError);
    http.listen({ port, host: "127.0.0.1" }, () => {
      http.off("error", onError);
      resolve(true);
    });
  });
}
