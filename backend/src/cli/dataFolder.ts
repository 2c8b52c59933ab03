import { existsSync } from "node:fs";
import { readdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { inUse } from "../storage/folder.ts";
import { Sqlite, StorageError } from "../storage/sqlite.ts";

/** What the backend puts into a data folder. Nothing else in it is ever deleted: it may be somebody's project. */
const OURS = /^(database\.sqlite.*|format\.json.*|keys\.json.*|bundle\.json.*|files|modules|transfer)$/;

/**
 * Deletes what the backend keeps in a data folder, and the folder when nothing else is in it.
 *
 * @returns Names that were left because they are not the backend's.
 * @throws StorageError when a backend is running on the folder; nothing is deleted then.
 */
export async function deleteData(dataDir: string): Promise<string[]> {
  refuseWhenInUse(dataDir);
  const names = await readdir(dataDir);
  for (const name of names.filter((name) => OURS.test(name))) await rm(join(dataDir, name), { recursive: true, force: true });
  const left = names.filter((name) => !OURS.test(name));
  if (left.length === 0) await rmdir(dataDir);
  return left;
}

/** A backend holds SQLite's exclusive lock as long as it lives. */
function refuseWhenInUse(dataDir: string): void {
  const file = join(dataDir, "database.sqlite");
  if (!existsSync(file)) return;
  let sqlite: Sqlite | null = null;
  try {
    sqlite = new Sqlite(file);
    sqlite.exec("BEGIN IMMEDIATE; COMMIT");
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (error.failure === "in-use") throw inUse(dataDir, error);
    // Damaged, or of a newer version: all the more reason to start anew.
    if (error.failure !== "corrupt" && error.failure !== "newer-format") throw error;
  } finally {
    sqlite?.close();
  }
}
