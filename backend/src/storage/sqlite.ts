import { dirname } from "node:path";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { UserError } from "../errors.ts";

/** What went wrong with the data on disk, for callers that react to it. */
export type StorageFailure = "in-use" | "newer-format" | "corrupt" | "disk-full" | "io" | "other";

/** Trouble with the data folder or the disk. Not the developer's mistake, so never shown to clients as one. */
export class StorageError extends Error {
  readonly failure: StorageFailure;

  constructor(failure: StorageFailure, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "StorageError";
    this.failure = failure;
  }
}

/** No room for what was to be written. It passes by itself: the next write is tried as if nothing had been. */
export class DiskFullError extends StorageError {
  /** The data folder. */
  readonly folder: string;

  constructor(folder: string, message: string, cause: unknown) {
    super("disk-full", message, cause);
    this.folder = folder;
  }

  /** What callers are told: a `ConvexError` whose data has a `code` that programs can look at. */
  refusal(): UserError {
    const message = `The disk of the data folder ${this.folder} is full: nothing of this call was saved. Free some space; writes then go on without a restart.`;
    return new UserError("DiskFull", message, { httpStatus: 503, data: { code: "DiskFull", folder: this.folder, message }, cause: this });
  }
}

/** What the operating system calls it: no space, a quota, a limit on the size of files. */
const NO_ROOM: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/** SQLite's primary result codes that have a meaning of their own here. */
const FAILURES: ReadonlyMap<number, StorageFailure> = new Map([
  [5, "in-use"], [6, "in-use"], [10, "io"], [8, "io"], [14, "io"], [11, "corrupt"], [26, "corrupt"], [13, "disk-full"],
]);

const ADVICE: Readonly<Record<StorageFailure, string>> = {
  "in-use": "another process is using this data folder",
  "newer-format": "a newer version wrote this data folder",
  corrupt: "the database file is damaged; restore a backup or start with an empty folder",
  "disk-full": "the disk is full; nothing of this transaction was saved",
  io: "it cannot be read or written",
  other: "SQLite refused the operation",
};

/** Wraps an error of `node:sqlite` or `node:fs` in a {@link StorageError} that names the file of the data folder and the operation. */
export function toStorageError(error: unknown, file: string, operation: string): StorageError {
  if (error instanceof StorageError) return error;
  const code = typeof error === "object" && error !== null && "errcode" in error ? Number(error.errcode) : 0;
  const detail = error instanceof Error ? error.message : String(error);
  // The operating system's own refusal carries its name.
  if (code === 0 && typeof error === "object" && error !== null && "code" in error && /^E[A-Z0-9]+$/.test(String(error.code))) {
    return failureOf(NO_ROOM.has(String(error.code)) ? "disk-full" : "io", { file, detail: `${detail}; in ${operation}`, error });
  }
  return failureOf(FAILURES.get(code & 0xff) ?? "other", { file, detail: `SQLite ${code}: ${detail}; in ${operation}`, error });
}

/** The system's refusal as a {@link DiskFullError}, or null when it is none. */
export function withoutRoom(error: unknown, file: string, operation: string): StorageError | null {
  const hasNoRoom = error instanceof Error && "code" in error && NO_ROOM.has(String(error.code));
  return hasNoRoom ? toStorageError(error, file, operation) : null;
}

function failureOf(failure: StorageFailure, { file, detail, error }: { file: string; detail: string; error: unknown }): StorageError {
  const message = `${file}: ${ADVICE[failure]} (${detail})`;
  return failure === "disk-full" ? new DiskFullError(dirname(file), message, error) : new StorageError(failure, message, error);
}

/** A prepared statement; `Row` is the shape its SQL selects. */
export class Statement<Row> {
  readonly #statement: StatementSync;
  readonly #sqlite: Sqlite;
  readonly #sql: string;

  constructor(sqlite: Sqlite, statement: StatementSync, sql: string) {
    this.#sqlite = sqlite;
    this.#statement = statement;
    this.#sql = sql;
  }

  /** Runs to the end. Returns the rowid of the last insert on this connection. */
  run(...params: SQLInputValue[]): number {
    try {
      // Row ids count up from 1 and stay far below 2^53.
      return Number(this.#statement.run(...params).lastInsertRowid);
    } catch (error) {
      throw this.#sqlite.wrap(error, this.#sql);
    }
  }

  get(...params: SQLInputValue[]): Row | undefined {
    try {
      // The SQL text states exactly the columns of Row.
      return this.#statement.get(...params) as Row | undefined;
    } catch (error) {
      throw this.#sqlite.wrap(error, this.#sql);
    }
  }

  all(...params: SQLInputValue[]): Row[] {
    try {
      // The SQL text states exactly the columns of Row.
      return this.#statement.all(...params) as Row[];
    } catch (error) {
      throw this.#sqlite.wrap(error, this.#sql);
    }
  }
}

/** A prepared statement whose rows are arrays of columns: half the cost of objects, for rows that are read by the thousand. */
export class ArrayStatement<Row extends readonly unknown[]> {
  readonly #statement: StatementSync;
  readonly #sqlite: Sqlite;
  readonly #sql: string;

  constructor(sqlite: Sqlite, statement: StatementSync, sql: string) {
    this.#sqlite = sqlite;
    this.#statement = statement;
    this.#sql = sql;
    statement.setReturnArrays(true);
  }

  all(...params: SQLInputValue[]): Row[] {
    try {
      // With arrays asked for, the SQL text states exactly the columns of Row.
      return this.#statement.all(...params) as unknown as Row[];
    } catch (error) {
      throw this.#sqlite.wrap(error, this.#sql);
    }
  }
}

/** Thin layer over one SQLite connection: cached statements, errors that say what and where. */
export class Sqlite {
  readonly file: string;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, Statement<unknown>>();
  #corrupt: StorageError | null = null;

  constructor(file: string) {
    this.file = file;
    try {
      this.#db = new DatabaseSync(file, { timeout: 0 });
    } catch (error) {
      throw toStorageError(error, file, "open");
    }
  }

  /** Runs statements that return nothing and are not worth caching. */
  exec(sql: string): void {
    try {
      this.#db.exec(sql);
    } catch (error) {
      throw this.wrap(error, sql);
    }
  }

  /** The statement for this SQL text, prepared once. `Row` must be what the SQL selects. */
  prepare<Row = Record<string, never>>(sql: string): Statement<Row> {
    // A statement's Row is fixed by its SQL text, which is the key.
    const cached = this.#statements.get(sql) as Statement<Row> | undefined;
    if (cached !== undefined) return cached;
    try {
      const statement = new Statement<Row>(this, this.#db.prepare(sql), sql);
      this.#statements.set(sql, statement);
      return statement;
    } catch (error) {
      throw this.wrap(error, sql);
    }
  }

  /** A statement for this SQL text whose rows are arrays. Not cached: to be prepared once. */
  prepareArrays<Row extends readonly unknown[]>(sql: string): ArrayStatement<Row> {
    try {
      return new ArrayStatement<Row>(this, this.#db.prepare(sql), sql);
    } catch (error) {
      throw this.wrap(error, sql);
    }
  }

  /** False after SQLite itself rolled the transaction back, as it may when the disk is full. */
  get inTransaction(): boolean {
    return this.#db.isTransaction;
  }

  /** The damage found in this file, after which nothing more is written to it; null while it is sound. */
  get corruption(): StorageError | null {
    return this.#corrupt;
  }

  wrap(error: unknown, sql: string): StorageError {
    const wrapped = toStorageError(error, this.file, sql);
    if (wrapped.failure === "corrupt") this.#corrupt ??= wrapped;
    return wrapped;
  }

  close(): void {
    this.#statements.clear();
    if (this.#db.isOpen) this.#db.close();
  }
}
