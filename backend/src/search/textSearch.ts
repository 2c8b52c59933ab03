import { UserError } from "../errors.ts";
import { normalizeOrUndefined } from "../values/normalize.ts";
import type { JsonValue } from "../values/json.ts";
import type { Database } from "../storage/database.ts";
import type { TextIndex } from "../storage/catalog.ts";
import type { SearchRead } from "../transaction/types.ts";
import type { QuerySource, SearchFilter } from "../query/types.ts";
import { FILTER_BYTES, filterHash } from "./textIndexing.ts";
import { queryTerms } from "./tokens.ts";

/** The most documents one search finds. */
export const MAX_CANDIDATES = 1024;

const MAX_FILTERS = 8;
const MAX_EXPANSIONS = 16;
const MAX_TERMS = 64;

/** BM25: how fast repeating a word stops counting, and how much long texts are discounted. */
const SATURATION = 1.2;
const LENGTH_WEIGHT = 0.75;

/** A document found, best first: higher score, then newer. */
export interface Candidate {
  readonly rid: number;
  readonly score: number;
  readonly created: number;
}

/**
 * What a search asks of an index.
 *
 * @throws UserError with Convex's text for filters that the index cannot serve.
 */
export function parseSearch(indexName: string, index: TextIndex, filters: Extract<QuerySource, { type: "Search" }>["filters"]): SearchRead {
  const refuse = (code: string, why: string): UserError => new UserError(code, `Search query against ${indexName} ${why}`);
  let text: string | null = null;
  const equal: { field: string; value: JsonValue | undefined }[] = [];
  for (const filter of filters) {
    if (filter.type === "Search") {
      if (filter.fieldPath !== index.searchField) {
        throw refuse("IncorrectSearchField", `contains a search filter against ${JSON.stringify(filter.fieldPath)}, which doesn't match the indexed \`searchField\` ${JSON.stringify(index.searchField)}.`);
      }
      if (text !== null) throw refuse("DuplicateSearchFilters", `contains multiple search filters against ${JSON.stringify(filter.fieldPath)}. Only one is allowed.`);
      text = filter.value;
    } else {
      equal.push(parseEquality(refuse, index, filter));
    }
  }
  if (text === null) throw refuse("MissingSearchFilter", 'does not contain any search filters. You must include a search filter like `q.search("field", searchText)`.');
  if (equal.length > MAX_FILTERS) throw refuse("TooManyFilters", `contains too many filters (${equal.length} > maximum ${MAX_FILTERS}).`);
  return { terms: queryTerms(text), filters: equal };
}

function parseEquality(
  refuse: (code: string, why: string) => UserError, index: TextIndex, filter: Extract<SearchFilter, { type: "Eq" }>,
): { field: string; value: JsonValue | undefined } {
  if (!index.filterFields.includes(filter.fieldPath)) {
    throw refuse("IncorrectFilterField", `contains an equality filter on ${JSON.stringify(filter.fieldPath)} but that field isn't indexed for filtering in \`filterFields\`.`);
  }
  return { field: filter.fieldPath, value: normalizeOrUndefined(filter.value) };
}

/** The best documents of a search, best first, at most {@link MAX_CANDIDATES}; sees uncommitted writes. */
export function searchText(database: Database, index: TextIndex, search: SearchRead): Candidate[] {
  const stats = database.sqlite.prepare<{ documents: number; tokens: number }>("SELECT documents, tokens FROM search_stats WHERE idx = ?").get(index.idx);
  if (stats === undefined || stats.documents === 0) return [];
  const averageTokens = stats.tokens / stats.documents || 1;
  const found = new Map<number, { score: number; created: number }>();
  for (const term of expandTerms(database, index, search.terms)) {
    const holders = database.sqlite.prepare<{ count: number }>("SELECT count(*) AS count FROM postings WHERE idx = ? AND term = ?").get(index.idx, term)?.count ?? 0;
    const rarity = Math.log(1 + (stats.documents - holders + 0.5) / (holders + 0.5));
    for (const { rid, frequency, tokens, created } of postings(database, index, { term, filters: search.filters })) {
      const length = 1 - LENGTH_WEIGHT + (LENGTH_WEIGHT * tokens) / averageTokens;
      const score = (rarity * frequency * (SATURATION + 1)) / (frequency + SATURATION * length);
      const known = found.get(rid);
      if (known === undefined) found.set(rid, { score, created });
      else known.score += score;
    }
  }
  const candidates = [...found].map(([rid, { score, created }]) => ({ rid, score, created }));
  candidates.sort((a, b) => b.score - a.score || b.created - a.created || a.rid - b.rid);
  return candidates.slice(0, MAX_CANDIDATES);
}

interface Posting { rid: number; frequency: number; tokens: number; created: number }

function postings(database: Database, index: TextIndex, wanted: { term: string; filters: SearchRead["filters"] }): Posting[] {
  const conditions = wanted.filters.map(({ field }) => ` AND substr(s.filters, ${1 + FILTER_BYTES * index.filterFields.indexOf(field)}, ${FILTER_BYTES}) = ?`);
  return database.sqlite
    .prepare<Posting>(
      "SELECT p.rid AS rid, p.frequency AS frequency, s.tokens AS tokens, s.created AS created FROM postings p " +
        `CROSS JOIN search_documents s ON s.idx = p.idx AND s.rid = p.rid WHERE p.idx = ? AND p.term = ?${conditions.join("")}`,
    )
    .all(index.idx, wanted.term, ...wanted.filters.map(({ value }) => filterHash(value)));
}

/** The words to look for: each one asked for, and what the index has that begins with the last. */
function expandTerms(database: Database, index: TextIndex, terms: SearchRead["terms"]): Set<string> {
  const expanded = new Set(terms.map(({ text }) => text));
  const following = database.sqlite.prepare<{ term: string }>("SELECT term FROM postings WHERE idx = ? AND term > ? ORDER BY term LIMIT 1");
  for (const { text } of terms.filter(({ prefix }) => prefix)) {
    let last = text;
    for (let count = 0; count < MAX_EXPANSIONS && expanded.size < MAX_TERMS; count++) {
      const next = following.get(index.idx, last)?.term;
      if (next === undefined || !next.startsWith(text)) break;
      expanded.add(next);
      last = next;
    }
  }
  return expanded;
}
