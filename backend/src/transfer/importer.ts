import { UserError } from "../errors.ts";
import type { FileTransfer } from "../files/fileStorage.ts";
import type { HttpRequest, HttpRoutes } from "../http/handlers.ts";
import type { Ports } from "../ports.ts";
import { readRows, stringField } from "../system/rows.ts";
import { executionState } from "../transaction/transaction.ts";
import type { Transaction, TransactionRunner } from "../transaction/types.ts";
import { fromBigInt, isRecord, type JsonObject, type JsonValue } from "../values/json.ts";
import { confirmationText, type TableChange } from "./confirmation.ts";
import { importError, importFailure } from "./importError.ts";
import { parseImportRequest, type ImportRequest } from "./importRequest.ts";
import { runImport } from "./importRun.ts";
import { countRows, openSource, type CountedTable, type ImportSource } from "./importSource.ts";
import { isOfImport, sweepHidden, tableExists } from "./staging.ts";
import { Uploads } from "./uploads.ts";

const TABLE = "_snapshot_imports";
const MAX_PART_BYTES = 1024 * 1024 * 1024;

export interface ImporterOptions {
  readonly transactions: TransactionRunner;
  readonly files: FileTransfer;
  readonly ports: Ports;
  /** Where files wait while they are uploaded and read. */
  readonly folder: string;
  /** Called when tables were replaced as a whole: whatever was read of them is old. */
  readonly onReplaced: () => void;
  readonly onTrouble: (error: unknown) => void;
}

interface Waiting {
  readonly token: string;
  readonly request: ImportRequest;
  readonly source: ImportSource;
  readonly tables: readonly CountedTable[];
}

/** Takes imports of the CLI: upload, summary, confirmation, and the work itself beside the running app. */
export class Importer {
  readonly #options: ImporterOptions;
  readonly #uploads: Uploads;
  readonly #waiting = new Map<string, Waiting>();
  readonly #working = new Set<Promise<void>>();
  #isClosing = false;

  private constructor(options: ImporterOptions, uploads: Uploads) {
    this.#options = options;
    this.#uploads = uploads;
  }

  /** Opens the folder and forgets what the last process did not finish. */
  static async open(options: ImporterOptions): Promise<Importer> {
    const importer = new Importer(options, await Uploads.open(options.folder, options.ports));
    await options.transactions.mutate(async (tx) => {
      for (const row of importRows(tx)) tx.remove("", stringField(row, "_id"));
    });
    importer.#work(async () => await sweepHidden(options.transactions, () => true, () => importer.#isClosing));
    return importer;
  }

  get routes(): HttpRoutes {
    return {
      "POST /api/import/start_upload": { json: async () => ({ uploadToken: await this.#uploads.start() }) },
      "POST /api/import/upload_part": { raw: async (request) => await this.#uploadPart(request), maxBodyBytes: MAX_PART_BYTES },
      "POST /api/import/finish_upload": { json: async (body) => ({ importId: await this.#finishUpload(body) }) },
      "POST /api/perform_import": { json: async (body) => await this.#perform(body) },
    };
  }

  /** Waits for the import that runs. */
  async close(): Promise<void> {
    this.#isClosing = true;
    while (this.#working.size > 0) await Promise.all(this.#working);
    for (const { source } of this.#waiting.values()) await source.close();
    this.#waiting.clear();
  }

  async #uploadPart({ url, body }: HttpRequest) {
    const token = await this.#uploads.part(url.searchParams.get("uploadToken") ?? "", Number(url.searchParams.get("partNumber")), body);
    return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(token) };
  }

  async #finishUpload(body: JsonObject): Promise<string> {
    const request = parseImportRequest(body);
    const { uploadToken, partTokens } = body;
    if (typeof uploadToken !== "string" || !Array.isArray(partTokens)) throw new UserError("BadImportRequest", "The request needs uploadToken and partTokens");
    const path = await this.#uploads.finish(uploadToken, partTokens);
    const { value: importId } = await this.#options.transactions.mutate(async (tx) => tx.insert("", TABLE, { state: { state: "uploaded" } }));
    this.#work(() => this.#stage(importId, uploadToken, async () => await this.#prepare(importId, { token: uploadToken, request, path })));
    return importId;
  }

  async #prepare(importId: string, upload: { token: string; request: ImportRequest; path: string }): Promise<void> {
    const { token, request, path } = upload;
    const source = await openSource(path, request);
    try {
      const tables = await countRows(source);
      const { value: changes } = await this.#options.transactions.query(async (tx) => changesOf(tx, request, tables));
      this.#waiting.set(importId, { token, request, source, tables });
      await this.#setState(importId, {
        state: "waiting_for_confirmation", message_to_confirm: confirmationText(changes),
        require_manual_confirmation: changes.some(({ deleted }) => deleted > 0),
      });
    } catch (error) {
      await source.close();
      throw error;
    }
  }

  async #perform({ importId }: JsonObject): Promise<JsonValue> {
    const waiting = typeof importId === "string" ? this.#waiting.get(importId) : undefined;
    if (typeof importId !== "string" || waiting === undefined) throw new UserError("ImportNotFound", "No such import waits to be performed. Start it again.", { httpStatus: 404 });
    this.#waiting.delete(importId);
    await this.#setState(importId, { state: "in_progress", progress_message: "Importing", checkpoint_messages: [] });
    this.#work(() => this.#stage(importId, waiting.token, async () => await this.#import(importId, waiting)));
    return {};
  }

  async #import(importId: string, { token, request, source, tables }: Waiting): Promise<void> {
    const { transactions, files, onReplaced } = this.#options;
    try {
      const onProgress = (text: string): Promise<void> => this.#setState(importId, { state: "in_progress", progress_message: text, checkpoint_messages: [] });
      const count = await runImport({ transactions, files, importId, request, source, tables, onProgress });
      onReplaced();
      await this.#setState(importId, { state: "completed", num_rows_written: fromBigInt(BigInt(count)) });
    } finally {
      await source.close();
      await this.#uploads.discard(token);
      this.#work(async () => await sweepHidden(transactions, isOfImport(importId), () => this.#isClosing));
    }
  }

  /** Runs a part of an import; its failure becomes the import's state. */
  async #stage(importId: string, token: string, body: () => Promise<void>): Promise<void> {
    try {
      await body();
    } catch (error) {
      await this.#uploads.discard(token);
      if (!(error instanceof UserError)) this.#options.onTrouble(error);
      await this.#setState(importId, { state: "failed", error_message: importFailure(error) });
    }
  }

  /** Work that nobody waits for but {@link close}. */
  #work(body: () => Promise<void>): void {
    const done: Promise<void> = body().catch((error: unknown) => this.#options.onTrouble(error)).finally(() => this.#working.delete(done));
    this.#working.add(done);
  }

  async #setState(importId: string, state: JsonObject): Promise<void> {
    await this.#options.transactions.mutate(async (tx) => tx.patch("", importId, { state }));
  }
}

function changesOf(tx: Transaction, { mode }: ImportRequest, tables: readonly CountedTable[]): TableChange[] {
  const { catalog, count } = databaseOf(tx);
  const known = new Set(["", ...catalog.components()]);
  for (const { componentPath } of tables) {
    if (!known.has(componentPath)) throw importError("ComponentNotFound", `This deployment has no component "${componentPath}". Deploy the app that uses it, then import.`);
  }
  const removes = mode === "replace" || mode === "replaceAll";
  const changes = tables.map((table): TableChange => {
    const existing = count(catalog.table(table.componentPath, table.name)?.tbl);
    if (mode === "requireEmpty" && existing > 0) throw tableExists(table.name);
    return { table, existing, deleted: removes ? existing : 0 };
  });
  if (mode !== "replaceAll") return changes;
  const others = catalog.components().filter((path) => !path.startsWith("_")).flatMap((path) => catalog.tables(path))
    .filter(({ name, component }) => (!name.startsWith("_") || name === "_storage") && !tables.some((table) => table.componentPath === component && table.name === name));
  return [...changes, ...others.map(({ component, name, tbl }): TableChange => ({ table: { componentPath: component, name, count: 0 }, existing: count(tbl), deleted: count(tbl) }))];
}

function databaseOf(tx: Transaction) {
  const { database } = executionState(tx);
  return { catalog: database.catalog, count: (tbl: number | undefined) => (tbl === undefined ? 0 : database.count(tbl)) };
}

function importRows(tx: Transaction): JsonObject[] {
  return readRows(tx, { componentPath: "", index: `${TABLE}.by_creation_time` });
}

/** `_system/cli/queryImport:list` */
export function listImports(tx: Transaction): JsonValue {
  return importRows(tx).map((row) => ({ ...row }));
}

/** `_system/cli/queryImport`: how far one import is. @throws UserError when there is no such import. */
export function oneImport(tx: Transaction, args: JsonObject): JsonValue {
  const { importId } = args;
  const row = typeof importId === "string" && tx.tableOfId("", importId) === TABLE ? tx.get("", importId) : null;
  if (row === null || !isRecord(row)) throw new UserError("ImportNotFound", "There is no such import");
  return { ...row };
}
