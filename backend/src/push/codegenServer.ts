import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";
import { loadApp } from "../components/load.ts";
import { UserError } from "../errors.ts";
import { ModuleFiles } from "../functions/moduleFiles.ts";
import { installHosts } from "../functions/sandbox/host.ts";
import type { JsonObject } from "../values/json.ts";
import { parseStartPush } from "./request.ts";
import { configHashes, describeApp, NO_SCHEMA_CHANGE, startPushResponse } from "./response.ts";

const MAX_BODY_BYTES = 200 * 1024 * 1024;

/** A server that answers what `convex codegen` asks, and nothing else. It keeps no data. */
export interface CodegenServer {
  readonly url: string;
  close(): Promise<void>;
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    // A request without an encoding yields buffers.
    const bytes = part as Buffer;
    size += bytes.length;
    if (size > MAX_BODY_BYTES) throw new UserError("BodyTooLarge", `The request is larger than ${MAX_BODY_BYTES} bytes`, { httpStatus: 413 });
    parts.push(bytes);
  }
  const body = Buffer.concat(parts);
  const text = request.headers["content-encoding"] === "br" ? await promisify(brotliDecompress)(body) : body;
  return JSON.parse(text.toString("utf8"));
}

async function answer(request: IncomingMessage, files: ModuleFiles): Promise<JsonObject> {
  const body = await readBody(request);
  if (request.url === "/api/get_config_hashes") return configHashes([], "0.0.0");
  if (request.url !== "/api/deploy2/start_push") throw new UserError("NotFound", `codegen does not need ${request.url}`, { httpStatus: 404 });
  const { push } = parseStartPush(body, []);
  const app = await loadApp(push, { files, env: { variables: {}, cloudUrl: "http://127.0.0.1", siteUrl: "http://127.0.0.1" }, timeMs: 0, seed: new Uint8Array(32), limit: (_path, work) => work() });
  return startPushResponse(describeApp(app, push.app.udfServerVersion), NO_SCHEMA_CHANGE);
}

/** Starts it on a free loopback port; loaded modules go to `modulesDir`. */
export async function startCodegenServer(modulesDir: string): Promise<CodegenServer> {
  installHosts();
  const files = new ModuleFiles(modulesDir);
  const server: Server = createServer((request, response) => {
    answer(request, files).then(
      (json) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(json)),
      (error: unknown) => {
        const known = error instanceof UserError ? error : new UserError("InternalServerError", String(error), { httpStatus: 500, cause: error });
        response.writeHead(known.httpStatus, { "content-type": "application/json" }).end(JSON.stringify({ code: known.code, message: known.message }));
      },
    );
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  // A TCP server's address is an object.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve, reject) => {
      server.close((error) => (error ? reject(error) : resolve()));
      server.closeAllConnections();
    }),
  };
}
