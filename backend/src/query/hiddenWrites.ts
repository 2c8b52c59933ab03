import { compareKeys } from "../values/keys.ts";
import { documentSize } from "../values/size.ts";
import type { JsonObject } from "../values/json.ts";
import { decodeId } from "../values/ids.ts";
import { invariant } from "../errors.ts";
import type { Catalog, DatabaseIndex, Table } from "../storage/catalog.ts";
import type { ReadDocument } from "../storage/documentStore.ts";
import { documentKey } from "../storage/indexKeys.ts";
import { contains, type OpenScan } from "../transaction/readSet.ts";
import type { DocumentWrite, KeyRange } from "../transaction/types.ts";

/** Rows in key order from somewhere; each counts as read when it is handed out. */
export interface RowSource extends OpenScan {
  next(): ReadDocument | null;
}

/**
 * Writes that a reader must not see: for each document written, what it was before. Reading means taking these
 * documents out of what the store has now, and putting the earlier ones in.
 */
export class HiddenWrites {
  readonly #before = new Map<number, Map<string, JsonObject | null>>();

  /** `writes` oldest first; the first write of a document tells what it was. */
  constructor(catalog: Catalog, writes: readonly DocumentWrite[]) {
    for (const { componentPath, table, id, before } of writes) {
      const tbl = catalog.table(componentPath, table)?.tbl;
      if (tbl === undefined) continue;
      let documents = this.#before.get(tbl);
      if (documents === undefined) this.#before.set(tbl, (documents = new Map()));
      if (!documents.has(id)) documents.set(id, before);
    }
  }

  /** What a document was: null when it was not; undefined when it was not written, so that the store has it. */
  before(table: Table, id: string): JsonObject | null | undefined {
    return this.#before.get(table.tbl)?.get(id);
  }

  /** The ids written in a table. */
  written(table: Table): readonly string[] {
    return [...(this.#before.get(table.tbl)?.keys() ?? [])];
  }

  /** The earlier documents of an interval of an index, in its order. */
  documents(table: Table, index: DatabaseIndex, scan: { range: KeyRange; order: "asc" | "desc" }): ReadDocument[] {
    const found: ReadDocument[] = [];
    for (const [id, document] of this.#before.get(table.tbl) ?? []) {
      if (document === null) continue;
      const internalId = decodeId(id)?.internalId;
      invariant(internalId !== undefined, `document ${id} has an id`);
      const key = documentKey(index, document, { id, internalId });
      if (contains(scan.range, key)) found.push({ key, size: documentSize(document), json: JSON.stringify(document) });
    }
    const sign = scan.order === "asc" ? 1 : -1;
    return found.sort((a, b) => sign * compareKeys(a.key, b.key));
  }
}

/** The rows of a scan of the store, with the hidden writes taken back. */
export class TakenBack implements RowSource {
  readonly #rows: RowSource;
  readonly #earlier: ReadDocument[];
  readonly #isWritten: (row: ReadDocument) => boolean;
  readonly #sign: 1 | -1;
  #next: ReadDocument | null | undefined;

  constructor(rows: RowSource, hidden: { earlier: ReadDocument[]; isWritten: (row: ReadDocument) => boolean; order: "asc" | "desc" }) {
    this.#rows = rows;
    this.#earlier = hidden.earlier;
    this.#isWritten = hidden.isWritten;
    this.#sign = hidden.order === "asc" ? 1 : -1;
  }

  next(): ReadDocument | null {
    if (this.#next === undefined) {
      do this.#next = this.#rows.next();
      while (this.#next !== null && this.#isWritten(this.#next));
    }
    const [earlier] = this.#earlier;
    const stored = this.#next;
    if (earlier !== undefined && (stored === null || this.#sign * compareKeys(earlier.key, stored.key) < 0)) {
      this.#earlier.shift();
      return earlier;
    }
    if (stored !== null) this.#next = undefined;
    return stored;
  }

  scanned(): ReturnType<OpenScan["scanned"]> {
    return this.#rows.scanned();
  }
}
