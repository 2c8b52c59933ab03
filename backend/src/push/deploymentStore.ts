import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { PushRequest } from "../components/types.ts";
import { sha256 } from "../functions/moduleFiles.ts";
import { readRows, stringField } from "../system/rows.ts";
import type { Transaction } from "../transaction/types.ts";

const TABLE = "_deployments";
const FORMAT = 1;

/** A push as it is kept for the next start. */
export interface StoredDeployment {
  readonly push: PushRequest;
  /** Time and seed that module top levels see, the same at every start. */
  readonly timeMs: number;
  readonly seed: string;
}

/**
 * Keeps the last push in a file; a row says which file, and changes in the push's own transaction. Bundles are larger
 * than documents may be.
 */
export class DeploymentStore {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
    mkdirSync(dir, { recursive: true });
  }

  /** Writes the file, on disk when it returns; {@link select} makes it count. */
  save(deployment: StoredDeployment): string {
    const text = JSON.stringify({ format: FORMAT, ...deployment });
    const name = sha256(text).slice(0, 32);
    const path = this.#path(name);
    if (existsSync(path)) return name;
    const temporary = `${path}.tmp`;
    const file = openSync(temporary, "w");
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    this.#syncFolder();
    return name;
  }

  /** Makes a saved push the one that the next start loads. */
  select(tx: Transaction, name: string, nowMs: number): void {
    const fields = { name, pushedMs: nowMs };
    const [row] = readRows(tx, { componentPath: "", index: `${TABLE}.by_creation_time`, limit: 1 });
    if (row === undefined) tx.insert("", TABLE, fields);
    else tx.replace("", stringField(row, "_id"), fields);
  }

  /** Name of the selected push, or null before the first. */
  selected(tx: Transaction): string | null {
    const [row] = readRows(tx, { componentPath: "", index: `${TABLE}.by_creation_time`, limit: 1 });
    return row === undefined ? null : stringField(row, "name");
  }

  /** @throws Error when the file is gone, damaged or of another version. */
  read(name: string): StoredDeployment {
    const path = this.#path(name);
    const text = readFileSync(path, "utf8");
    if (sha256(text).slice(0, 32) !== name) throw new Error(`The stored push ${path} is damaged. Push the functions again.`);
    // The hash in the name says that it is what `save` wrote.
    const stored = JSON.parse(text) as StoredDeployment & { format: number };
    if (stored.format !== FORMAT) throw new Error(`The stored push ${path} has format ${stored.format}, this version reads ${FORMAT}. Push the functions again.`);
    return stored;
  }

  /** Deletes all but this push. */
  removeOthers(name: string): void {
    for (const file of readdirSync(this.#dir)) if (file !== `${name}.json`) rmSync(join(this.#dir, file), { force: true });
  }

  #path(name: string): string {
    return join(this.#dir, `${name}.json`);
  }

  #syncFolder(): void {
    const folder = openSync(this.#dir, "r");
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  }
}
