import { createReadStream } from "node:fs";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import type { FileTransfer } from "../files/fileStorage.ts";
import type { HttpReply, HttpRequest, HttpRoutes } from "../http/handlers.ts";
import type { Ports } from "../ports.ts";
import { readRows, stringField } from "../system/rows.ts";
import { nextCommitTs } from "../storage/database.ts";
import type { Transaction, TransactionRunner } from "../transaction/types.ts";
import { fromBigInt, type JsonObject, type JsonValue } from "../values/json.ts";
import { writeExport } from "./exportZip.ts";

const TABLE = "_exports";

export interface ExporterOptions {
  readonly transactions: TransactionRunner;
  readonly files: FileTransfer;
  readonly ports: Ports;
  /** Where archives wait to be fetched; the newest alone is kept. */
  readonly folder: string;
  readonly onTrouble: (error: unknown) => void;
}

/** Makes exports on request: one at a time, beside the running app. */
export class Exporter {
  readonly #options: ExporterOptions;
  #running: Promise<void> | null = null;

  private constructor(options: ExporterOptions) {
    this.#options = options;
  }

  /** Opens the folder; what the last process did not finish has failed. */
  static async open(options: ExporterOptions): Promise<Exporter> {
    await mkdir(options.folder, { recursive: true });
    for (const name of await readdir(options.folder)) if (name.endsWith(".partial")) await rm(join(options.folder, name));
    await options.transactions.mutate(async (tx) => {
      for (const row of rows(tx)) if (row["state"] === "in_progress") tx.patch("", stringField(row, "_id"), { state: "failed" });
    });
    return new Exporter(options);
  }

  get routes(): HttpRoutes {
    return {
      "POST /api/export/request/zip": { json: async (_body, request) => await this.#request(request) },
      "GET /api/export/zip/*": { raw: (request) => this.#download(request) },
    };
  }

  async close(): Promise<void> {
    await this.#running;
  }

  async #request({ url }: HttpRequest): Promise<JsonValue> {
    if (this.#running !== null) {
      throw new UserError("ExportInProgress", "A snapshot export is already requested or in progress. Wait for it to finish.");
    }
    const { transactions, ports } = this.#options;
    const startTs = nextCommitTs(ports, transactions.latestTs);
    const done = Promise.withResolvers<void>();
    this.#running = done.promise;
    try {
      await this.#set({ state: "in_progress", startTs: String(startTs) });
    } catch (error) {
      this.#running = null;
      throw error;
    }
    void this.#export(String(startTs), url.searchParams.get("includeStorage") === "true").finally(() => {
      this.#running = null;
      done.resolve();
    });
    return {};
  }

  /** Never rejects. */
  async #export(startTs: string, includeStorage: boolean): Promise<void> {
    const { transactions, files, folder, ports, onTrouble } = this.#options;
    try {
      const name = `${startTs}.zip`;
      await writeExport({ transactions, files, includeStorage, path: join(folder, name) });
      await this.#set({ state: "completed", startTs, completeTs: String(nextCommitTs(ports, transactions.latestTs)) });
      for (const other of await readdir(folder)) if (other !== name) await rm(join(folder, other), { force: true });
    } catch (error) {
      onTrouble(error);
      await this.#set({ state: "failed", startTs }).catch(onTrouble);
    }
  }

  /** There is one row: the latest export. */
  async #set(fields: JsonObject): Promise<void> {
    await this.#options.transactions.mutate(async (tx) => {
      for (const row of rows(tx)) tx.remove("", stringField(row, "_id"));
      tx.insert("", TABLE, fields);
    });
  }

  async #download({ rest }: HttpRequest): Promise<HttpReply> {
    const path = join(this.#options.folder, `${rest}.zip`);
    const size = /^\d+$/.test(rest) ? await stat(path).then((found) => found.size, () => null) : null;
    if (size === null) throw new UserError("ExportNotFound", "This export is not here (any more). Request a new one with `npx convex export`.", { httpStatus: 404 });
    const headers = { "content-type": "application/zip", "content-length": String(size), "content-disposition": `attachment; filename=snapshot_${rest}.zip` };
    return { status: 200, headers, body: createReadStream(path) };
  }
}

function rows(tx: Transaction): JsonObject[] {
  return readRows(tx, { componentPath: "", index: `${TABLE}.by_creation_time` });
}

/** `_system/cli/exports:getLatest`: what the CLI waits for. */
export function latestExport(tx: Transaction): JsonValue {
  const [row] = rows(tx);
  if (row === undefined) return null;
  const { state, startTs, completeTs } = row;
  const times: JsonObject = { start_ts: fromBigInt(BigInt(String(startTs))) };
  if (typeof completeTs === "string") times["complete_ts"] = fromBigInt(BigInt(completeTs));
  return { state: state ?? null, ...times };
}
