import { openAsBlob } from "node:fs";
import { BlobReader, configure, ZipReader, type Entry, type FileEntry } from "@zip.js/zip.js";
import { checkTableName } from "../schema/names.ts";
import type { ComponentPath } from "../transaction/types.ts";
import { importError } from "./importError.ts";
import { jsonLines, type Row } from "./parseRows.ts";
import { isRecord } from "../values/json.ts";
import { fromClean } from "./cleanJson.ts";

// The work is done here: threads of the library's own would have to be ended by hand.
configure({ useWebWorkers: false });

/** A table in an archive. */
export interface ZipTable {
  readonly componentPath: ComponentPath;
  readonly name: string;
  /** The number that its ids carry, where the archive says so. */
  readonly number: number | undefined;
  /** Its rows, from the first, at each call. */
  rows(): AsyncIterable<Row>;
}

/** A stored file in an archive. */
export interface ZipFile {
  readonly componentPath: ComponentPath;
  readonly storageId: string;
  bytes(): AsyncIterable<Uint8Array>;
}

/** What an import reads from a ZIP of an export. */
export interface ZipSource {
  readonly tables: readonly ZipTable[];
  readonly files: readonly ZipFile[];
  close(): Promise<void>;
}

const DOCUMENTS = /^(.*\/)?([^/]+)\/documents\.jsonl$/;
const GENERATED = /^(.*\/)?([^/]+)\/generated_schema\.jsonl$/;
const STORED = /^(.*\/)?_storage\/([^/.]+)(?:\.[^/]+)?$/;

/** Opens an archive; only its directory is read. @throws UserError when it is no ZIP file. */
export async function openZip(path: string, base: ComponentPath): Promise<ZipSource> {
  const reader = new ZipReader(new BlobReader(await openAsBlob(path)));
  try {
    const entries = (await reader.getEntries()).filter(isFile);
    const contexts = new Map<string, FileEntry>();
    const numbers = new Map<string, number>();
    for (const entry of entries) {
      const [, prefix = "", name = ""] = GENERATED.exec(entry.filename) ?? [];
      if (name !== "") contexts.set(`${componentOf(prefix, base)}:${name}`, entry);
      const [, before = "", table = ""] = DOCUMENTS.exec(entry.filename) ?? [];
      if (table === "_tables") await readNumbers(entry, componentOf(before, base), numbers);
    }
    return { tables: tablesOf(entries, base, { contexts, numbers }), files: filesOf(entries, base), close: () => reader.close() };
  } catch (error) {
    await reader.close();
    throw notZip(error);
  }
}

function isFile(entry: Entry): entry is FileEntry {
  return !entry.directory;
}

function notZip(error: unknown): unknown {
  if (!(error instanceof Error) || error.name === "UserError") return error;
  return importError("InvalidZip", `invalid zip file: ${error.message}`, error);
}

/** The component a folder of the archive stands for: `_components/<name>/`, nested; other folders around are ignored. */
function componentOf(prefix: string, base: ComponentPath): ComponentPath {
  const names = [...prefix.matchAll(/(?:^|\/)_components\/([^/]+)(?=\/)/g)].map(([, name]) => name);
  return [...(base === "" ? [] : [base]), ...names].join("/");
}

async function readNumbers(entry: FileEntry, componentPath: ComponentPath, numbers: Map<string, number>): Promise<void> {
  for await (const { value } of jsonLines(contentOf(entry))) {
    if (isRecord(value) && typeof value["name"] === "string" && typeof value["id"] === "number") numbers.set(`${componentPath}:${value["name"]}`, value["id"]);
  }
}

function tablesOf(entries: readonly FileEntry[], base: ComponentPath, side: { contexts: Map<string, FileEntry>; numbers: Map<string, number> }): ZipTable[] {
  const tables: ZipTable[] = [];
  for (const entry of entries) {
    const [, prefix = "", name = ""] = DOCUMENTS.exec(entry.filename) ?? [];
    // Other tables of the system belong to the deployment that made the archive.
    if (name === "" || (name.startsWith("_") && name !== "_storage")) continue;
    checkTableName(name);
    const componentPath = componentOf(prefix, base);
    const key = `${componentPath}:${name}`;
    if (tables.some((table) => table.componentPath === componentPath && table.name === name)) throw importError("DuplicateTable", `The ZIP file holds the table "${name}" twice`);
    tables.push({ componentPath, name, number: side.numbers.get(key), rows: () => rowsOf(entry, side.contexts.get(key)) });
  }
  return tables;
}

async function* rowsOf(entry: FileEntry, generated: FileEntry | undefined): AsyncGenerator<Row> {
  const contexts = generated === undefined ? new Map<string, unknown>() : await readContexts(generated);
  for await (const row of jsonLines(contentOf(entry))) {
    const id = isRecord(row.value) ? row.value["_id"] : undefined;
    const context = typeof id === "string" ? contexts.get(id) : undefined;
    if (context === undefined) yield row;
    else yield { ...row, value: withContext(row, context) };
  }
}

function withContext({ number, value }: Row, context: unknown): unknown {
  try {
    return fromClean(value, context);
  } catch (error) {
    throw importError("InvalidConvexValue", `Row ${number} wasn't a valid Convex value: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}

/** What the archive says of single documents, by their ids. The first line, about the table as a whole, says nothing more. */
async function readContexts(entry: FileEntry): Promise<Map<string, unknown>> {
  const contexts = new Map<string, unknown>();
  for await (const { value } of jsonLines(contentOf(entry))) {
    if (isRecord(value)) for (const [id, context] of Object.entries(value)) contexts.set(id, context);
  }
  return contexts;
}

function filesOf(entries: readonly FileEntry[], base: ComponentPath): ZipFile[] {
  return entries.flatMap((entry) => {
    const [, prefix = "", storageId = ""] = STORED.exec(entry.filename) ?? [];
    if (storageId === "" || storageId === "documents" || storageId === "generated_schema") return [];
    return [{ componentPath: componentOf(prefix, base), storageId, bytes: () => contentOf(entry) }];
  });
}

/** The content of an entry at the pace of its reader. */
async function* contentOf(entry: FileEntry): AsyncGenerator<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  // Its failure is also the reader's; nobody else waits for it.
  const done = entry.getData(writable, { checkSignature: true });
  done.catch(() => undefined);
  try {
    for await (const piece of readable) yield piece;
  } catch (error) {
    throw notZip(error);
  }
  await done;
}
