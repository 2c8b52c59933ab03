import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase, type Database, type DatabaseOptions } from "../../storage/database.ts";
import { systemPorts } from "../../ports.ts";
import type { JsonObject } from "../../values/json.ts";
import type { SchemaJson, TableJson } from "../../schema/types.ts";
import type { QueryJson } from "../../query/types.ts";
import { applySchema } from "../../schema/applySchema.ts";
import { DatabaseRunner, type RunnerOptions } from "../runner.ts";
import type { Transaction } from "../types.ts";

/** A database in a folder of its own, which can be closed and opened again. */
export class TestStore implements AsyncDisposable {
  readonly dir = mkdtempSync(join(tmpdir(), "convex-embedded-"));
  readonly #options: Partial<DatabaseOptions> & RunnerOptions;
  database: Database;
  runner: DatabaseRunner;

  constructor(options: Partial<DatabaseOptions> & RunnerOptions = {}) {
    this.#options = options;
    this.database = this.#open();
    this.runner = new DatabaseRunner(this.database, options);
  }

  #open(): Database {
    return openDatabase({ durability: "fast", ports: systemPorts, ...this.#options, dir: this.dir });
  }

  /** As a restart of the process would. */
  async reopen(): Promise<void> {
    await this.runner.close();
    this.database.close();
    this.database = this.#open();
    this.runner = new DatabaseRunner(this.database, this.#options);
  }

  async query<T>(body: (tx: Transaction) => T | Promise<T>): Promise<T> {
    return (await this.runner.query(async (tx) => body(tx))).value;
  }

  async mutate<T>(body: (tx: Transaction) => T | Promise<T>): Promise<T> {
    return (await this.runner.mutate(async (tx) => body(tx))).value;
  }

  /** Gives the app (component "") these tables. */
  async schema(tables: readonly (Partial<TableJson> & { tableName: string })[], schemaValidation = true): Promise<void> {
    await this.mutate((tx) => applySchema(tx, "", schemaOf(tables, schemaValidation)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.runner.close();
    this.database.close();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** A schema of tables of which only what matters is given. */
export function schemaOf(tables: readonly (Partial<TableJson> & { tableName: string })[], schemaValidation = true): SchemaJson {
  return { schemaValidation, tables: tables.map((table) => ({ indexes: [], searchIndexes: [], vectorIndexes: [], documentType: null, ...table })) };
}

/** All documents of a query. */
export function collect(tx: Transaction, query: QueryJson, component = ""): JsonObject[] {
  const cursor = tx.query(component, query);
  const documents: JsonObject[] = [];
  for (let document = cursor.next(); document !== null; document = cursor.next()) documents.push(document);
  return documents;
}

/** A scan of a whole table. */
export function tableScan(tableName: string, operators: QueryJson["operators"] = []): QueryJson {
  return { source: { type: "FullTableScan", tableName, order: null }, operators };
}
