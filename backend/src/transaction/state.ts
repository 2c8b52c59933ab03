import type { Database } from "../storage/database.ts";
import type { Table } from "../storage/catalog.ts";
import { TABLES_INDEX } from "../storage/catalog.ts";
import { pointRange, tableKey } from "../storage/indexKeys.ts";
import { invariant } from "../errors.ts";
import type { HiddenWrites } from "../query/hiddenWrites.ts";
import { UsageMeter, type UsageMark } from "./limits.ts";
import { ReadSetBuilder } from "./readSet.ts";
import type { ComponentPath, DocumentWrite, Timestamp } from "./types.ts";

/** Times that outlive one execution. */
export interface Clock {
  /** The greatest `_creationTime` given so far. */
  lastCreationTime: number;
}

/** The SQLite transaction that executions share. */
export interface WriteGroup {
  /** Opens it unless it is open; true when this opened it. */
  begin(): boolean;
  /** It was rolled back as a whole, having held the writes of one execution alone. */
  undone(): void;
}

interface Frame {
  /** SQLite has a savepoint for this frame; it gets one at its first write. */
  isOpen: boolean;
  /** It is all of SQLite's transaction so far: to undo it needs no savepoint, which would copy every page it changes. */
  isWhole: boolean;
  writes: number;
  catalogChanges: number;
  usage: UsageMark;
}

/** A write of this execution, and by how much it changed its table's count. */
interface LoggedWrite {
  readonly write: DocumentWrite;
  readonly table: Table | null;
  readonly delta: number;
}

/**
 * What one execution shares between its reads and its writes: the database, the counters, the read set, the list of
 * writes, and the savepoints that undo them.
 */
export class ExecutionState {
  readonly database: Database;
  readonly isMutation: boolean;
  readonly beginTs: Timestamp;
  readonly meter: UsageMeter;
  readonly reads = new ReadSetBuilder();
  /** Writes that this execution does not see. */
  readonly hidden: HiddenWrites | null;
  /** Documents whose stored text has a pending commit timestamp, by id, to their components. */
  readonly pendingCommitTs = new Map<string, ComponentPath>();
  #log: LoggedWrite[] = [];
  #frames: Frame[] = [];
  /** Grows with every write and every rollback: whoever read ahead must read again. */
  version = 0;
  /** Time spent in {@link timed}. */
  readingMs = 0;
  /** Why nothing more may be done; without a text, because it is over. */
  #ended: Error | true | null = null;
  readonly #group: WriteGroup | undefined;

  constructor(options: { database: Database; isMutation: boolean; beginTs: Timestamp; group?: WriteGroup; hidden?: HiddenWrites; meter?: UsageMeter }) {
    this.hidden = options.hidden ?? null;
    this.meter = options.meter ?? new UsageMeter();
    this.database = options.database;
    this.isMutation = options.isMutation;
    this.beginTs = options.beginTs;
    this.#group = options.group;
  }

  /** Reads many rows: the one kind of work that may take long inside a syscall that is usually quick. */
  timed<T>(read: (database: Database) => T): T {
    const { ports } = this.database;
    const startedMs = ports.nowMs();
    try {
      return read(this.database);
    } finally {
      this.readingMs += ports.nowMs() - startedMs;
    }
  }

  get writes(): readonly DocumentWrite[] {
    return this.#log.map(({ write }) => write);
  }

  /** Whether there may be something to commit, be it only rows of an index. */
  get hasWritten(): boolean {
    return this.#frames[0]?.isOpen === true;
  }

  /** Refuses all further use, with this reason. */
  end(reason?: Error): void {
    this.#ended ??= reason ?? true;
  }

  get isLive(): boolean {
    return this.#ended === null;
  }

  assertLive(): void {
    if (this.#ended === null) return;
    // Made only when it is needed: an error for every execution would cost as much as a small one.
    throw this.#ended === true ? new Error("This transaction has ended; its functions cannot be used any more") : this.#ended;
  }

  /** The table, or undefined; then its absence has been read and its creation will be noticed. */
  findTable(component: ComponentPath, name: string): Table | undefined {
    const table = this.database.catalog.table(component, name);
    if (table === undefined) this.reads.addRange(TABLES_INDEX, pointRange(tableKey(component, name)));
    return table;
  }

  /** The table whose ids carry this number, or undefined; then its absence has been read. */
  findTableOfNumber(component: ComponentPath, number: number): Table | undefined {
    const table = this.database.catalog.tableOfNumber(component, number);
    if (table === undefined) this.reads.addRange(TABLES_INDEX, pointRange(tableKey(component, number)));
    return table;
  }

  /** Makes a table, with this number if one is given. */
  createTable(component: ComponentPath, name: string, number?: number): Table {
    this.prepareWrite();
    const table = this.database.catalog.createTable(component, name, number);
    this.logCatalogChange(table);
    return table;
  }

  /** Announces that a table appeared or changed its indexes. */
  logCatalogChange(table: Table): void {
    const keys = [table.name, table.number].map((nameOrNumber) => ({ index: TABLES_INDEX, key: tableKey(table.component, nameOrNumber) }));
    this.logWrite({ componentPath: table.component, table: "_tables", id: "", before: null, after: null, keys, texts: [] }, null);
  }

  /** To be called before each change of the database. */
  prepareWrite(): void {
    this.assertLive();
    invariant(this.isMutation, "a query does not write");
    invariant(this.#frames.length > 0, "a write belongs to a frame");
    for (let depth = this.#firstClosed(); depth < this.#frames.length; depth++) {
      const frame = this.#frames[depth];
      invariant(frame !== undefined, "frames are counted");
      frame.isWhole = depth === 0 && this.#group?.begin() === true;
      if (!frame.isWhole) this.database.sqlite.prepare(`SAVEPOINT s${depth}`).run();
      frame.isOpen = true;
    }
    this.version++;
  }

  /** Frames open from the outside in: the first that has not. */
  #firstClosed(): number {
    let depth = this.#frames.length;
    while (depth > 0 && this.#frames[depth - 1]?.isOpen === false) depth--;
    return depth;
  }

  logWrite(write: DocumentWrite, table: Table | null): void {
    const delta = table === null ? 0 : Number(write.after !== null) - Number(write.before !== null);
    if (table !== null && delta !== 0) this.database.addToCount(table.tbl, delta);
    this.#log.push({ write, table, delta });
  }

  /** Opens a (sub-)transaction. Frames end in reverse order, by {@link keep} or {@link undo}. */
  enter(): void {
    this.#frames.push({ isOpen: false, isWhole: false, writes: this.#log.length, catalogChanges: this.database.catalog.changes, usage: this.meter.mark() });
  }

  /** Ends the innermost frame; its writes become its parent's. */
  keep(): void {
    const frame = this.#frames.pop();
    invariant(frame !== undefined, "a frame is open");
    if (frame.isOpen && !frame.isWhole) this.database.sqlite.prepare(`RELEASE s${this.#frames.length}`).run();
  }

  /** Ends the innermost frame and undoes its writes. */
  undo(): void {
    const frame = this.#frames.pop();
    invariant(frame !== undefined, "a frame is open");
    const undone = this.#log.splice(frame.writes);
    this.meter.revertWrites(frame.usage);
    if (!frame.isOpen) return;
    this.version++;
    const { sqlite, catalog } = this.database;
    // When SQLite gave up the whole transaction there is nothing left to undo here; the runner sees to the rest.
    if (!sqlite.inTransaction) return;
    if (frame.isWhole) {
      sqlite.prepare("ROLLBACK").run();
      this.#group?.undone();
    } else {
      sqlite.prepare(`ROLLBACK TO s${this.#frames.length}`).run();
      sqlite.prepare(`RELEASE s${this.#frames.length}`).run();
    }
    for (const { table, delta } of undone) {
      if (table !== null && delta !== 0) this.database.addToCount(table.tbl, -delta);
    }
    if (catalog.changes !== frame.catalogChanges) catalog.reload();
  }

  get depth(): number {
    return this.#frames.length;
  }
}
