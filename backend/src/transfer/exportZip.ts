import { createWriteStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { Writable } from "node:stream";
import { configure, TextReader, ZipWriter } from "@zip.js/zip.js";
import type { FileTransfer } from "../files/fileStorage.ts";
import type { Table } from "../storage/catalog.ts";
import type { ComponentPath, TransactionRunner } from "../transaction/types.ts";
import type { JsonObject } from "../values/json.ts";
import { cleanText } from "./cleanJson.ts";
import { SnapshotWalk } from "./snapshotWalk.ts";

configure({ useWebWorkers: false });

export interface ExportRequest {
  readonly transactions: Pick<TransactionRunner, "query" | "onCommit">;
  readonly files: FileTransfer;
  /** Whether stored files go into the archive. */
  readonly includeStorage: boolean;
  readonly path: string;
}

const README = `# Snapshot export

A snapshot of the tables of a Convex deployment: \`<table>/documents.jsonl\` holds one document per line,
\`<table>/generated_schema.jsonl\` what those lines leave open (int64, bytes, special floats), \`_storage/\` the stored files
and \`_components/<name>/\` the same for a component.

\`npx convex import <this file>\` brings it into another deployment.
`;

/** Texts written to the archive at once. */
const CHUNK_CHARS = 256 * 1024;

/** Writes all tables of one moment to a ZIP file, which is there only when it is complete. */
export async function writeExport(request: ExportRequest): Promise<void> {
  const { path, transactions, includeStorage } = request;
  const partial = `${path}.partial`;
  // A file that is deleted meanwhile must still be there when its turn comes.
  const release = request.files.holdDeletions();
  const walk = await SnapshotWalk.start(transactions, (table) => isExported(table, includeStorage));
  try {
    const writer = new ZipWriter(Writable.toWeb(createWriteStream(partial)), { zip64: true, keepOrder: true });
    await writer.add("README.md", new TextReader(README));
    for (const component of new Set(["", ...walk.tables.map((table) => table.component)])) {
      const tables = walk.tables.filter((table) => table.component === component);
      const prefix = prefixOf(component);
      await addTableList(writer, prefix, tables);
      for (const table of tables) await addTable(writer, prefix, { walk, table, files: request.files });
    }
    await writer.close();
    await flush(partial);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  } finally {
    walk.close();
    release();
  }
}

function isExported({ name, component }: Table, includeStorage: boolean): boolean {
  if (component.startsWith("_")) return false;
  return !name.startsWith("_") || (includeStorage && name === "_storage");
}

function prefixOf(component: ComponentPath): string {
  return component === "" ? "" : component.split("/").map((name) => `_components/${name}/`).join("");
}

async function addTableList(writer: ZipWriter<unknown>, prefix: string, tables: readonly Table[]): Promise<void> {
  const lines = tables.filter(({ name }) => !name.startsWith("_")).map(({ name, number }) => `${JSON.stringify({ name, id: number })}\n`);
  await writer.add(`${prefix}_tables/documents.jsonl`, new TextReader(lines.join("")));
}

async function addTable(writer: ZipWriter<unknown>, prefix: string, { walk, table, files }: { walk: SnapshotWalk; table: Table; files: FileTransfer }): Promise<void> {
  const side: string[] = [];
  const stored: string[] = [];
  async function* content(): AsyncGenerator<Uint8Array> {
    let chunk = "";
    for await (const json of walk.documents(table)) {
      chunk += `${documentLine(json, side)}\n`;
      if (table.name === "_storage") stored.push(idOf(json));
      if (chunk.length < CHUNK_CHARS) continue;
      yield Buffer.from(chunk);
      chunk = "";
    }
    if (chunk !== "") yield Buffer.from(chunk);
  }
  await writer.add(`${prefix}${table.name}/documents.jsonl`, webStream(content()));
  if (!table.name.startsWith("_")) {
    await writer.add(`${prefix}${table.name}/generated_schema.jsonl`, new TextReader(['"unknown"\n', ...side].join("")));
  }
  for (const storageId of stored) {
    const file = await files.read(table.component, storageId);
    // Nearly all large files are compressed already.
    await writer.add(`${prefix}_storage/${storageId}`, webStream(file), { level: 0 });
  }
}

/** Bytes that are made when they are asked for. */
function webStream(bytes: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = bytes[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await iterator.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel() {
      await iterator.return?.();
    },
  }, { highWaterMark: 0 });
}

/** A document's line; what the line leaves open goes to `side`. */
function documentLine(json: string, side: string[]): string {
  // Most documents have no special value; their text is their line.
  if (!json.includes('{"$')) return json;
  // Stored by the write path as an object in canonical encoding.
  const document = JSON.parse(json) as JsonObject;
  const { text, context } = cleanText(document);
  if (context !== "infer") side.push(`${JSON.stringify({ [String(document["_id"])]: context })}\n`);
  return text;
}

function idOf(json: string): string {
  return String((JSON.parse(json) as JsonObject)["_id"]);
}

async function flush(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
