import type { Table } from "../storage/catalog.ts";
import { documentKey, FIRST_KEY, nextKey } from "../storage/indexKeys.ts";
import { executionState } from "../transaction/transaction.ts";
import type { Commit, ComponentPath, Timestamp, TransactionRunner } from "../transaction/types.ts";
import { compareKeys } from "../values/keys.ts";
import { decodeId } from "../values/ids.ts";
import { invariant } from "../errors.ts";
import type { JsonObject } from "../values/json.ts";

/** Documents of one step: some milliseconds of the executor. */
const STEP = 500;

interface Walked {
  readonly table: Table;
  /** Documents that were written since the snapshot, as they were in it; null: not there. */
  readonly earlier: Map<string, JsonObject | null>;
  /** Everything before this key was handed out. null: all of it. */
  position: Uint8Array | null;
}

/**
 * All tables as they were at one moment, read in short steps between which the app goes on. What is written meanwhile
 * and not read yet is remembered as it was: memory grows with those writes, not with the data.
 */
export class SnapshotWalk {
  readonly ts: Timestamp;
  readonly #runner: Pick<TransactionRunner, "query" | "onCommit">;
  readonly #walked: ReadonlyMap<string, Walked>;
  readonly #stop: () => void;

  private constructor(runner: Pick<TransactionRunner, "query" | "onCommit">, snapshot: { ts: Timestamp; walked: Map<string, Walked>; missed: readonly Commit[] }) {
    this.#runner = runner;
    this.ts = snapshot.ts;
    this.#walked = snapshot.walked;
    for (const commit of snapshot.missed) this.#note(commit);
    this.#stop = runner.onCommit((commit) => this.#note(commit));
  }

  /** Takes the snapshot. Call {@link close} when done. */
  static async start(runner: Pick<TransactionRunner, "query" | "onCommit">, isWanted: (table: Table) => boolean): Promise<SnapshotWalk> {
    const missed: Commit[] = [];
    const stop = runner.onCommit((commit) => missed.push(commit));
    try {
      const { value: tables, ts } = await runner.query(async (tx) => {
        const { catalog } = executionState(tx).database;
        return catalog.components().flatMap((component) => catalog.tables(component)).filter(isWanted);
      });
      const walked = new Map(tables.map((table) => [keyOf(table.component, table.name), { table, earlier: new Map(), position: FIRST_KEY } satisfies Walked]));
      return new SnapshotWalk(runner, { ts, walked, missed });
    } finally {
      stop();
    }
  }

  get tables(): readonly Table[] {
    return [...this.#walked.values()].map(({ table }) => table);
  }

  /** The documents of a table in order of creation, as stored text. To be walked once. */
  async *documents(table: Table): AsyncGenerator<string> {
    const walked = this.#walked.get(keyOf(table.component, table.name));
    invariant(walked !== undefined, `table ${table.name} is part of the snapshot`);
    while (walked.position !== null) yield* await this.#step(walked);
  }

  close(): void {
    this.#stop();
  }

  async #step(walked: Walked): Promise<string[]> {
    const { table, position } = walked;
    if (position === null) return [];
    const { value: rows } = await this.#runner.query(async (tx) =>
      executionState(tx).database.documents.scan(table.byCreationTime.idx, { from: position, to: null }, { order: "asc", limit: STEP }));
    // By now every commit that those rows show has been noted: what was written since the snapshot is in `earlier`.
    const last = rows.length < STEP ? undefined : rows.at(-1);
    const end = last === undefined ? null : nextKey(last.key);
    const found = rows.filter(({ json }) => !walked.earlier.has(idOf(json))).map(({ key, json }) => ({ key, json }));
    for (const [id, document] of walked.earlier) {
      const key = document === null ? null : creationKey(table, document, id);
      if (key !== null && end !== null && compareKeys(key, end) >= 0) continue;
      if (key !== null) found.push({ key, json: JSON.stringify(document) });
      // Rows of its kind lie behind us now, but for those that were made after the snapshot.
      if (document !== null) walked.earlier.set(id, null);
    }
    walked.position = end;
    if (end === null) walked.earlier.clear();
    return found.sort((a, b) => compareKeys(a.key, b.key)).map(({ json }) => json);
  }

  #note({ ts, writes }: Commit): void {
    if (ts <= this.ts) return;
    for (const { componentPath, table, id, before } of writes) {
      const walked = this.#walked.get(keyOf(componentPath, table));
      if (walked === undefined || walked.position === null || id === "" || walked.earlier.has(id)) continue;
      if (before !== null && compareKeys(creationKey(walked.table, before, id), walked.position) < 0) continue;
      walked.earlier.set(id, before);
    }
  }
}

function keyOf(component: ComponentPath, table: string): string {
  return `${component}:${table}`;
}

function idOf(json: string): string {
  // Stored by the write path, which always sets the id.
  return String((JSON.parse(json) as JsonObject)["_id"]);
}

function creationKey(table: Table, document: JsonObject, id: string): Uint8Array {
  const internalId = decodeId(id)?.internalId;
  invariant(internalId !== undefined, `document ${id} has an id`);
  return documentKey(table.byCreationTime, document, { id, internalId });
}
