import { accessSync, closeSync, constants, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, readSync, realpathSync, renameSync, statSync, writeSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { StorageError, toStorageError, withoutRoom } from "./sqlite.ts";

/** Version of the data folder's layout. A folder with a higher one is refused. */
export const FORMAT_VERSION = 1;

/** Marks our SQLite files in their header ("CVXE"). */
export const APPLICATION_ID = 0x43565845;

const DATABASE_NAME = "database.sqlite";
const FORMAT_NAME = "format.json";
const HEADER_BYTES = 100;

/**
 * Folders that this process has open. Looked at before any file is touched: closing any descriptor of the database
 * file would silently drop the locks that this process's own SQLite connection holds on it.
 */
const openFolders = new Set<string>();

/** A data folder that this process may open: it exists, is of a known format and not open here already. */
export interface ClaimedFolder {
  readonly dir: string;
  readonly databaseFile: string;
  /** Lets this process open the folder again. Idempotent. */
  release(): void;
}

/**
 * Creates the folder if need be and checks all that can be checked without writing. Another process is kept out by
 * SQLite's own lock, which the operating system drops when its holder dies.
 *
 * @throws StorageError naming the folder: open already, newer format, not ours, damaged, not accessible.
 */
export function claimFolder(path: string): ClaimedFolder {
  let dir: string;
  try {
    makeFolder(path);
    dir = realpathSync(path);
    for (const used of [dir, join(dir, DATABASE_NAME)]) if (existsSync(used)) accessSync(used, constants.R_OK | constants.W_OK);
  } catch (error) {
    throw error instanceof StorageError ? error : unusable(path, error);
  }
  if (openFolders.has(dir)) throw inUse(dir);
  checkFormatFile(dir);
  const databaseFile = join(dir, DATABASE_NAME);
  checkHeader(dir, databaseFile);
  openFolders.add(dir);
  return { dir, databaseFile, release: () => openFolders.delete(dir) };
}

/**
 * Makes a folder and those above it. Node's own recursive `mkdir` never returns where a folder is there and takes nothing
 * (`/proc`).
 *
 * @throws StorageError naming the folder
 */
export function makeFolder(path: string): void {
  const missing: string[] = [];
  let above = resolve(path);
  for (; !existsSync(above); above = dirname(above)) missing.push(above);
  try {
    if (!statSync(above).isDirectory()) throw new Error(`${above} is not a folder`);
    for (const folder of missing.toReversed()) makeOne(folder);
  } catch (error) {
    throw unusable(path, error);
  }
}

function makeOne(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    // Somebody else was faster.
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}

function unusable(path: string, error: unknown): StorageError {
  const reason = error instanceof Error ? error.message : String(error);
  return withoutRoom(error, join(path, FORMAT_NAME), "make the data folder")
    ?? new StorageError("io", `Cannot use the data folder ${path}: ${reason}. Choose another folder, or give this user the right to write there.`, error);
}

/** The refusal that a second user of a folder gets. */
export function inUse(dir: string, cause?: unknown): StorageError {
  return new StorageError("in-use", `The data folder ${dir} is in use by another convex-embedded process. Stop it first, or choose another folder.`, cause);
}

/**
 * Records the format beside the database, where it can be read without opening the database. Durable on return. What is
 * recorded already is left: a folder on a full disk can still be opened and read.
 */
export function writeFormatFile(dir: string): void {
  const file = join(dir, FORMAT_NAME);
  if (readFormat(file) === FORMAT_VERSION) return;
  const temporary = `${file}.new`;
  try {
    const descriptor = openSync(temporary, "w");
    try {
      writeSync(descriptor, `${JSON.stringify({ format: FORMAT_VERSION })}\n`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, file);
    const folder = openSync(dirname(file), "r");
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  } catch (error) {
    throw toStorageError(error, file, "write");
  }
}

function checkFormatFile(dir: string): void {
  const format = readFormat(join(dir, FORMAT_NAME));
  if (format !== null) checkVersion(dir, format);
}

/** Null: there is no such file. @throws StorageError when it states nothing. */
function readFormat(file: string): number | null {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (isMissing(error)) return null;
    throw new StorageError("io", `Cannot read ${file}: ${String(error)}`, error);
  }
  const format = /"format"\s*:\s*(\d+)/.exec(text)?.[1];
  if (format === undefined) throw new StorageError("corrupt", `${file} does not state a format version. Nothing was changed.`);
  return Number(format);
}

function checkVersion(dir: string, version: number): void {
  if (version <= FORMAT_VERSION) return;
  throw new StorageError(
    "newer-format",
    `The data folder ${dir} was written by a newer version of convex-embedded (format ${version}; this version knows ${FORMAT_VERSION}). ` +
      "Upgrade, or choose another folder. Nothing was changed.",
  );
}

/** Reads the SQLite header by itself, so that a foreign, newer or truncated file is refused before SQLite opens it. */
function checkHeader(dir: string, file: string): void {
  const header = new Uint8Array(HEADER_BYTES);
  let fileBytes: number;
  let read: number;
  try {
    const descriptor = openSync(file, "r");
    try {
      read = readSync(descriptor, header, 0, HEADER_BYTES, 0);
      fileBytes = statSync(file).size;
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (isMissing(error)) return;
    throw new StorageError("io", `Cannot read ${file}: ${String(error)}`, error);
  }
  if (fileBytes === 0) return;
  const damaged = (why: string): StorageError =>
    new StorageError("corrupt", `${file} is damaged or not a database of convex-embedded: ${why}. Nothing was changed; restore a backup or choose another folder.`);
  if (read < HEADER_BYTES || Buffer.from(header.subarray(0, 16)).toString("latin1") !== "SQLite format 3\0") throw damaged("it has no SQLite header");
  const view = new DataView(header.buffer);
  // A crash right after creation may leave a header without our marks, but never with someone else's.
  const applicationId = view.getUint32(68);
  if (applicationId !== 0 && applicationId !== APPLICATION_ID) throw damaged("another application made it");
  checkVersion(dir, view.getUint32(60));
  const pageBytes = view.getUint16(16) === 1 ? 65_536 : view.getUint16(16);
  const pages = view.getUint32(28);
  const hasLog = (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
  if (!hasLog && pages * pageBytes > fileBytes) throw damaged(`it holds ${fileBytes} bytes of ${pages * pageBytes}`);
}

function isMissing(error: unknown): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === "ENOENT";
}
