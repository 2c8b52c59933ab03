import type { FileTransfer } from "../files/fileStorage.ts";
import { addImportedFile } from "../files/fileRows.ts";
import { executionState } from "../transaction/transaction.ts";
import type { ComponentPath, TransactionRunner } from "../transaction/types.ts";
import { isRecord } from "../values/json.ts";
import { importError } from "./importError.ts";
import type { ImportRequest } from "./importRequest.ts";
import type { CountedTable, ImportSource } from "./importSource.ts";
import { validateRows, writeRows, type TableOfNumber } from "./rowWriter.ts";
import { stageTable, swapTables, type StagedTable } from "./staging.ts";

export interface ImportRun {
  readonly transactions: TransactionRunner;
  readonly files: FileTransfer;
  readonly importId: string;
  readonly request: ImportRequest;
  readonly source: ImportSource;
  readonly tables: readonly CountedTable[];
  /** Told what is being done. */
  readonly onProgress: (text: string) => Promise<void>;
}

interface ReceivedFile {
  readonly componentPath: ComponentPath;
  readonly storageId: string;
  readonly uuid: string;
}

/** Does an import; resolves to the number of rows written. When it throws, the tables are what they were before. */
export async function runImport(run: ImportRun): Promise<number> {
  const files: ReceivedFile[] = [];
  try {
    await receiveFiles(run, files);
    await (run.request.mode === "append" ? append(run, files) : replace(run, files));
  } catch (error) {
    for (const { uuid } of files) await run.files.discard(uuid);
    throw error;
  }
  for (const { uuid } of files) await run.files.confirm(uuid);
  return run.tables.reduce((sum, { count }) => sum + count, 0);
}

/** Brings the stored files to disk and checks that each is what its row says. */
async function receiveFiles({ source, files, tables, onProgress }: ImportRun, received: ReceivedFile[]): Promise<void> {
  const data = new Map(source.files.map((file) => [`${file.componentPath}:${file.storageId}`, file]));
  for (const table of tables.filter(({ name }) => name === "_storage")) {
    await onProgress(`Storing ${table.count} files`);
    for await (const { value, number } of table.rows()) {
      const storageId = isRecord(value) ? value["_id"] : undefined;
      if (!isRecord(value) || typeof storageId !== "string") throw importError("InvalidStorageId", `Row ${number} of _storage has no _id`);
      const file = data.get(`${table.componentPath}:${storageId}`);
      if (file === undefined) throw importError("MissingFile", `The ZIP file has no data for the file ${storageId}`);
      const blob = await files.receive(file.bytes());
      received.push({ componentPath: table.componentPath, storageId, uuid: blob.uuid });
      const isSame = blob.sizeBytes === value["size"] && Buffer.from(blob.sha256).toString("base64") === value["sha256"];
      if (!isSame) throw importError("DamagedFile", `The data of the file ${storageId} does not match its size and sha256`);
    }
  }
}

/** Fills twins of the tables beside the running app, then swaps them in at one moment. */
async function replace(run: ImportRun, files: readonly ReceivedFile[]): Promise<void> {
  const { transactions, importId, request, tables } = run;
  const emptied = request.mode === "replaceAll" ? await otherTables(run) : { emptied: [], dropped: [] };
  const wanted = [...tables.map((table) => ({ component: table.componentPath, name: table.name, number: table.number })), ...emptied.emptied];
  const { value: staged } = await transactions.mutate(async (tx) => wanted.map((table) => stageTable(tx, importId, table)));
  const tableOfNumber = await numbersAfter(run, staged);
  for (const [at, table] of tables.entries()) {
    const twin = staged[at];
    if (twin === undefined) throw new Error("Invariant: every table of an import is staged");
    await fill(run, table, { component: twin.hidden, tableOfNumber });
  }
  await transactions.mutate(async (tx) => swapTables(tx, { importId, staged, dropped: emptied.dropped, files, requireEmpty: request.mode === "requireEmpty" }));
}

type Named = { readonly component: ComponentPath; readonly name: string };

/** What `--replace-all` does to the tables that the file does not have: those of the schema become empty, others go. */
async function otherTables({ transactions, tables }: ImportRun): Promise<{ emptied: (Named & { number: undefined })[]; dropped: Named[] }> {
  const { value } = await transactions.query(async (tx) => {
    const { catalog } = executionState(tx).database;
    const others = catalog.components().filter((path) => !path.startsWith("_")).flatMap((path) => catalog.tables(path))
      .filter(({ name }) => !name.startsWith("_") || name === "_storage")
      .filter(({ component, name }) => !tables.some((table) => table.componentPath === component && table.name === name));
    const isKept = ({ component, name }: Named): boolean => name === "_storage" || catalog.schema(component)?.json.tables.some(({ tableName }) => tableName === name) === true;
    return {
      emptied: others.filter(isKept).map(({ component, name }) => ({ component, name, number: undefined })),
      dropped: others.filter((table) => !isKept(table)).map(({ component, name }) => ({ component, name })),
    };
  });
  return value;
}

async function numbersAfter({ transactions }: ImportRun, staged: readonly StagedTable[]): Promise<TableOfNumber> {
  const coming = new Map(staged.map(({ target, number }) => [`${target.component}:${number}`, target.name]));
  const going = new Set(staged.map(({ target }) => `${target.component}:${target.name}`));
  const { value: catalog } = await transactions.query(async (tx) => executionState(tx).database.catalog);
  return (component, number) => {
    const name = coming.get(`${component}:${number}`);
    if (name !== undefined) return name;
    const stays = catalog.tableOfNumber(component, number);
    return stays === undefined || going.has(`${component}:${stays.name}`) ? null : stays.name;
  };
}

async function fill(run: ImportRun, table: CountedTable, to: { component: ComponentPath; tableOfNumber: TableOfNumber }): Promise<void> {
  let written = 0;
  await writeRows(run.transactions, table, {
    ...to,
    onBatch: async (ids) => {
      written += ids.length;
      await run.onProgress(`Importing "${table.name}" (${written} of ${table.count} documents)`);
    },
  });
}

/** Adds rows to the tables as they are. All rows are checked first; when a write fails all the same, the others are taken back. */
async function append(run: ImportRun, files: readonly ReceivedFile[]): Promise<void> {
  const { transactions, tables } = run;
  const tableOfNumber = await numbersAfter(run, []);
  const soon: TableOfNumber = (component, number) =>
    tableOfNumber(component, number) ?? tables.find((table) => table.componentPath === component && table.number === number)?.name ?? null;
  for (const { componentPath, number, name } of tables) {
    const other = number === undefined ? null : tableOfNumber(componentPath, number);
    if (other !== null && other !== name) throw importError("TableNumberConflict", `The ids of the imported table "${name}" have the table number ${number}, which belongs to table "${other}" here.`);
  }
  for (const table of tables) await validateRows(transactions, table, soon);
  const added: { component: ComponentPath; ids: readonly string[] }[] = [];
  try {
    for (const table of tables) {
      await writeRows(transactions, table, {
        component: table.componentPath, tableOfNumber: soon,
        onBatch: async (ids) => void added.push({ component: table.componentPath, ids }),
      });
    }
    await transactions.mutate(async (tx) => files.forEach((file) => addImportedFile(tx, file)));
  } catch (error) {
    for (const { component, ids } of added) {
      // One that the app has removed by itself needs no removal.
      await transactions.mutate(async (tx) => ids.forEach((id) => tx.get(component, id) !== null && tx.remove(component, id)));
    }
    throw error;
  }
}
