import type { AnyIndex, Table } from "../storage/catalog.ts";
import type { Database } from "../storage/database.ts";
import type { ScannedDocument } from "../storage/documentStore.ts";
import { FIRST_KEY, documentKey, nextKey } from "../storage/indexKeys.ts";
import { mustDecodeId } from "../values/ids.ts";
import { parseDocument } from "../query/cursor.ts";
import { backfillText } from "../search/textIndexing.ts";
import { updateVectorIndex } from "../search/vectorIndexing.ts";
import { invariant } from "../errors.ts";
import type { JsonObject } from "../values/json.ts";

/** Documents looked at in one step: a few milliseconds of work, and what memory must hold. */
const STEP = 500;

/** A walk over all documents of a table in order of creation, some at a time. */
export class TableWalk {
  readonly #database: Database;
  readonly #table: Table;
  #from: Uint8Array = FIRST_KEY;

  constructor(database: Database, table: Table) {
    this.#database = database;
    this.#table = table;
  }

  /** Visits the next documents; false when there were no more. */
  step(visit: (document: JsonObject, row: ScannedDocument) => void): boolean {
    const rows = this.#database.documents.scan(this.#table.byCreationTime.idx, { from: this.#from, to: null }, { order: "asc", limit: STEP });
    for (const row of rows) visit(parseDocument(row.json), row);
    const last = rows.at(-1);
    if (last !== undefined) this.#from = nextKey(last.key);
    return rows.length === STEP;
  }
}

/** Adds a document that was there before the index to the index; one that is in it already is left alone. */
export function backfillDocument(database: Database, index: AnyIndex, found: { document: JsonObject; row: ScannedDocument }): void {
  const { document, row } = found;
  const id = document["_id"];
  invariant(typeof id === "string", `document of row ${row.rid} has an id`);
  switch (index.kind) {
    case "database":
      database.documents.addEntryIfMissing(index.idx, documentKey(index, document, { id, internalId: mustDecodeId(id).internalId }), row.rid);
      return;
    case "text":
      backfillText(database, index, { rid: row.rid, document });
      return;
    case "vector":
      updateVectorIndex(database, index, { rid: row.rid, id, before: document, after: document });
      return;
    default: index satisfies never;
  }
}
