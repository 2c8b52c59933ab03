import { UserError } from "../errors.ts";
import { encodeKey, compareKeys } from "../values/keys.ts";
import type { ReadDocument } from "../storage/documentStore.ts";
import type { RowSource } from "../query/hiddenWrites.ts";
import type { Access } from "../query/plan.ts";
import type { ExecutionState } from "../transaction/state.ts";
import { MAX_CANDIDATES, searchText, type Candidate } from "./textSearch.ts";

/**
 * The documents of a text search, best first. Its keys are its own: they sort as the results do, so that pages can
 * begin after one.
 */
export class SearchScan implements RowSource {
  readonly #state: ExecutionState;
  readonly #access: Extract<Access, { kind: "search" }>;
  readonly #after: Uint8Array | null;
  readonly #last: Uint8Array | null;
  #candidates: readonly Candidate[] | null = null;
  #at = 0;

  /** `bounds`: keys to begin after and to end with. */
  constructor(state: ExecutionState, access: Extract<Access, { kind: "search" }>, bounds: { after: Uint8Array | null; last: Uint8Array | null }) {
    this.#state = state;
    this.#access = access;
    this.#after = bounds.after;
    this.#last = bounds.last;
  }

  next(): ReadDocument | null {
    this.#candidates ??= this.#search();
    for (;;) {
      const candidate = this.#candidates[this.#at];
      if (candidate === undefined) {
        if (this.#at >= MAX_CANDIDATES) throw tooMany();
        return null;
      }
      const key = encodeKey([-candidate.score, -candidate.created, candidate.rid]);
      if (this.#last !== null && compareKeys(key, this.#last) > 0) return null;
      this.#at++;
      if (this.#after !== null && compareKeys(key, this.#after) <= 0) continue;
      // The execution itself may have removed it since the search.
      const stored = this.#state.database.documents.byRid(candidate.rid);
      if (stored === undefined) continue;
      this.#state.meter.addRead(stored.size);
      return { ...stored, key };
    }
  }

  /** A search is no range; what it read was said when it ran. */
  scanned(): null {
    return null;
  }

  #search(): Candidate[] {
    const { index, search } = this.#access;
    this.#state.meter.add("databaseQueries", 1);
    if (search.terms.length === 0) return [];
    this.#state.reads.addSearch(index.idx, search);
    return this.#state.timed((database) => searchText(database, index, search));
  }
}

function tooMany(): UserError {
  return new UserError(
    "SearchQueryScannedTooManyDocuments",
    `Search query scanned too many documents (fetched ${MAX_CANDIDATES}). Consider using a smaller limit, paginating the query, ` +
      "or using a filter field to limit the number of documents pulled from the search index.",
  );
}
