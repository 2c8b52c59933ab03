import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Durability } from "../src/storage/database.ts";

/** The yardstick: a table and an index in `node:sqlite`, without anything of ours. */
export class RawSqlite {
  readonly #db: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #select: StatementSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;

  constructor(file: string, durability: Durability) {
    this.#db = new DatabaseSync(file);
    this.#db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${durability === "full" ? "FULL" : "NORMAL"}`);
    this.#db.exec("CREATE TABLE messages(id INTEGER PRIMARY KEY, channel TEXT NOT NULL, json TEXT NOT NULL); CREATE INDEX by_channel ON messages(channel)");
    this.#insert = this.#db.prepare("INSERT INTO messages(channel, json) VALUES (?, ?)");
    this.#select = this.#db.prepare("SELECT json FROM messages WHERE channel = ? ORDER BY id LIMIT 100");
    this.#begin = this.#db.prepare("BEGIN IMMEDIATE");
    this.#commit = this.#db.prepare("COMMIT");
  }

  /** One small transaction. */
  insert(channel: string, body: string): void {
    this.#begin.run();
    // A document as Convex returns it, with an id and a creation time.
    this.#insert.run(channel, JSON.stringify({ _creationTime: Date.now() + 0.25, _id: "jd7a9x2m4n6p8q0r1s3t5v7w9y2z4b6c", body, channel }));
    this.#commit.run();
  }

  /** Reads and parses a channel's rows. */
  list(channel: string): unknown[] {
    return this.#select.all(channel).map(({ json }): unknown => JSON.parse(String(json)));
  }

  close(): void {
    this.#db.close();
  }
}
