import type { UsageRow } from "convex-agent";
import { useQueries } from "convex/react";
import { useMemo, useState } from "react";
import { useConnection, usePlaygroundFunction, type ResultOf } from "../connection/api";

/** What was used from a time on. */
export interface UsageRows {
  readonly rows: readonly UsageRow[];
  /** More is on its way; `rows` is what is counted so far. */
  readonly isLoading: boolean;
}

/** The page that begins the list. */
const FIRST = "";
const ONLY_FIRST: readonly string[] = [FIRST];

/** All usage since a time, live: a page is what one transaction reads, and each says where the next begins. */
export function useUsageRows(sinceMs: number): UsageRows {
  const { apiKey } = useConnection();
  const query = usePlaygroundFunction("usage");
  const [known, setKnown] = useState<{ sinceMs: number; cursors: readonly string[] }>({ sinceMs, cursors: ONLY_FIRST });
  const cursors = known.sinceMs === sinceMs ? known.cursors : ONLY_FIRST;
  // The hook takes other queries when it is given another object.
  const queries = useMemo(() => Object.fromEntries(cursors.map((cursor) => [cursor, { query, args: { apiKey, sinceMs, cursor: cursor === FIRST ? null : cursor } }])), [cursors, query, apiKey, sinceMs]);
  const results = useQueries(queries);
  const { rows, wanted, isLoading } = readPages(cursors, (cursor) => pageOf(results[cursor]));
  // Rendered again at once with the next page asked for, or without pages that are no longer in the list.
  if (known.sinceMs !== sinceMs || wanted.length !== known.cursors.length || wanted.some((cursor, index) => cursor !== known.cursors[index])) setKnown({ sinceMs, cursors: wanted });
  return { rows, isLoading };
}

type Page = ResultOf<"usage">;

/** @throws what the query threw. */
function pageOf(result: unknown): Page | undefined {
  if (result instanceof Error) throw result;
  // What the query of this name returns.
  return result as Page | undefined;
}

/** Follows the pages from the first on, as far as they are here. */
export function readPages(asked: readonly string[], pageAt: (cursor: string) => Page | undefined): { rows: UsageRow[]; wanted: string[]; isLoading: boolean } {
  const rows: UsageRow[] = [];
  const wanted: string[] = [];
  let cursor: string | null = FIRST;
  while (cursor !== null && !wanted.includes(cursor)) {
    wanted.push(cursor);
    const page: Page | undefined = asked.includes(cursor) ? pageAt(cursor) : undefined;
    if (page === undefined) return { rows, wanted, isLoading: true };
    rows.push(...page.rows);
    cursor = page.isDone ? null : page.continueCursor;
  }
  return { rows, wanted, isLoading: false };
}
