import { closeSync, fdatasyncSync, openSync } from "node:fs";
import { StorageError } from "./sqlite.ts";

/** Makes commits durable. */
export interface CommitLog {
  /** When this returns, all commits so far survive a power cut. */
  flush(): void;
  close(): void;
}

/**
 * SQLite's write-ahead log as a file to be flushed after each commit. SQLite would do it by itself (`synchronous =
 * FULL`), but flushes the file's times along with its data, which costs some times as much; to read the log back after
 * a power cut takes its data and its size only.
 */
class LogFile implements CommitLog {
  readonly #file: string;
  readonly #descriptor: number;

  constructor(databaseFile: string) {
    this.#file = `${databaseFile}-wal`;
    this.#descriptor = openSync(this.#file, "r+");
  }

  flush(): void {
    try {
      fdatasyncSync(this.#descriptor);
    } catch (error) {
      throw new StorageError("io", `${this.#file}: the disk did not take the last commit (${String(error)}). Restart to see what was saved; until then nothing is read or written`, error);
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** The log of an open database: SQLite makes it when it opens the database, and keeps it until the database is closed. */
export function openCommitLog(databaseFile: string): CommitLog {
  return new LogFile(databaseFile);
}

/** For commits that need to survive the process, but not the machine. */
export const NO_FLUSH: CommitLog = { flush: () => undefined, close: () => undefined };
