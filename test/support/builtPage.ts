import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { promisify } from "node:util";

const exampleDir = join(import.meta.dirname, "../../example");
const viteCommand = join(import.meta.dirname, "../../node_modules/vite/bin/vite.js");
/** Stand in the built page for the addresses that are known only when a backend runs. */
const PLACEHOLDERS = { backend: "http://backend.placeholder.invalid", http: "http://http.placeholder.invalid" };
const TYPES: Readonly<Record<string, string>> = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css" };

/** Where a page finds its backend. */
export interface BackendAddresses {
  readonly backend: string;
  /** Of the HTTP actions. */
  readonly http: string;
}

export interface BuiltPage {
  readonly url: string;
  close(): Promise<void>;
}

/** Builds the example's page as for a deployment, for any backend. A process of its own: a test is no production. */
export async function buildPage(outDir: string): Promise<void> {
  await promisify(execFile)(process.execPath, [viteCommand, "build", exampleDir, "--outDir", outDir, "--logLevel", "warn"], {
    env: { ...process.env, NODE_ENV: "production", VITE_CONVEX_URL: PLACEHOLDERS.backend, VITE_CONVEX_SITE_URL: PLACEHOLDERS.http },
  });
}

/** Serves a built page for one backend, on loopback; it is there also while the backend is not. */
export async function serveBuiltPage(dir: string, addresses: () => BackendAddresses): Promise<BuiltPage> {
  const server = createServer((request, response) => {
    void read(dir, new URL(request.url ?? "/", "http://page").pathname).then(({ body, type }) => {
      const { backend, http } = addresses();
      response.writeHead(200, { "content-type": type });
      response.end(body.replaceAll(PLACEHOLDERS.backend, backend).replaceAll(PLACEHOLDERS.http, http));
    }, (error: unknown) => response.writeHead(404).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("A server that listens on a port has one");
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Every address that is not a file is a page of the app. */
async function read(dir: string, path: string): Promise<{ body: string; type: string }> {
  const type = TYPES[extname(path)];
  if (type === undefined) return { body: await readFile(join(dir, "index.html"), "utf8"), type: "text/html; charset=utf-8" };
  return { body: await readFile(join(dir, normalize(path)), "utf8"), type };
}
