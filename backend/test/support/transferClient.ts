import { ConvexHttpClient } from "convex/browser";
import { jsonToConvex, type JSONValue, type Value } from "convex/values";
import type { Backend } from "../../src/index.ts";
import { pause } from "./pause.ts";

/** Imports and exports over HTTP, by the requests that the CLI makes. */
export class TransferClient {
  readonly #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** The newest export as a ZIP file. */
  async export(options: { includeStorage?: boolean } = {}): Promise<Uint8Array> {
    await this.#post(`/api/export/request/zip?includeStorage=${options.includeStorage === true}`);
    const done = await this.#until("_system/cli/exports:getLatest", {}, (state) => state["state"] !== "in_progress");
    if (done["state"] !== "completed") throw new Error(`The export ended as ${JSON.stringify(done)}`);
    const response = await this.#fetch(`/api/export/zip/${String(done["start_ts"])}`);
    return new Uint8Array(await response.arrayBuffer());
  }

  /** Resolves to the import's last state. */
  async import(file: Uint8Array | string, request: Record<string, string>): Promise<Record<string, unknown>> {
    const { uploadToken } = await this.#json("/api/import/start_upload");
    const bytes = typeof file === "string" ? Buffer.from(file) : file;
    const half = Math.ceil(bytes.length / 2);
    const partTokens: unknown[] = [];
    for (const [at, part] of [bytes.subarray(0, half), bytes.subarray(half)].entries()) {
      const response = await this.#fetch(`/api/import/upload_part?uploadToken=${String(uploadToken)}&partNumber=${at + 1}`, { method: "POST", body: Buffer.from(part) });
      partTokens.push(await response.json());
    }
    const { importId } = await this.#json("/api/import/finish_upload", { import: request, uploadToken, partTokens });
    const waiting = await this.#until("_system/cli/queryImport", { importId }, isStable);
    if (waiting["state"] !== "waiting_for_confirmation") return waiting;
    await this.#json("/api/perform_import", { importId });
    return await this.#until("_system/cli/queryImport", { importId }, (state) => isStable(state) && state["state"] !== "waiting_for_confirmation");
  }

  /** Every document of a table. */
  async documents(table: string, componentPath = ""): Promise<Value[]> {
    const found = await this.#json("/api/function", {
      path: "_system/cli/tableData", componentPath, format: "convex_encoded_json", args: [{ table, order: "asc", paginationOpts: { numItems: 5000, cursor: null } }],
    });
    const { page } = found["value"] as { page: JSONValue[] };
    return page.map((document) => jsonToConvex(document));
  }

  async #until(name: string, args: object, isDone: (state: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
    for (;;) {
      const { value } = await this.#json("/api/function", { path: name, format: "convex_encoded_json", args: [args] });
      const row = jsonToConvex(value as JSONValue) as Record<string, unknown>;
      const state = (typeof row["state"] === "object" ? row["state"] : row) as Record<string, unknown>;
      if (isDone(state)) return state;
      await pause(10);
    }
  }

  async #post(path: string): Promise<void> {
    await this.#fetch(path, { method: "POST" });
  }

  async #json(path: string, body?: object): Promise<Record<string, unknown>> {
    const response = await this.#fetch(path, { method: "POST", headers: { "content-type": "application/json" }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    return (await response.json()) as Record<string, unknown>;
  }

  async #fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...init.headers, authorization: `Convex ${this.#backend.adminKey}` };
    const response = await fetch(`${this.#backend.url}${path}`, { ...init, headers });
    if (!response.ok) throw new Error(await response.text());
    return response;
  }
}

const isStable = (state: Record<string, unknown>): boolean => state["state"] !== "uploaded" && state["state"] !== "in_progress";

/** A client that may call what only admins may. */
export function adminClient(backend: Backend): ConvexHttpClient & { function(path: string, componentPath?: string, args?: object): Promise<unknown> } {
  // The admin's methods are the CLI's, and not part of the published types.
  const client = new ConvexHttpClient(backend.url, { logger: false }) as ConvexHttpClient & { setAdminAuth(key: string): void; function(path: string, componentPath?: string, args?: object): Promise<unknown> };
  client.setAdminAuth(backend.adminKey);
  return client;
}
