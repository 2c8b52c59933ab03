import { useThreadMessages } from "convex-agent/react";
import { useMemo, useState } from "react";
import { useConnection, usePlaygroundFunction, usePlaygroundQuery } from "../connection/api";
import { turnsOf, type ShownDoc, type Turn } from "./turns";

/** Rows of the newest page, and of each older one. */
const PAGE = 40;

export interface Turns {
  readonly turns: readonly Turn[];
  readonly isLoading: boolean;
  /** There are older turns. */
  readonly canLoadMore: boolean;
  readonly loadMore: () => void;
}

/** The newest turns of a thread, live, with what is being written; older ones by page. */
export function useNewestTurns(threadId: string): Turns {
  const { apiKey } = useConnection();
  const query = usePlaygroundFunction("listMessages");
  const { results, status, loadMore } = useThreadMessages(query, { threadId, apiKey }, { initialNumItems: PAGE, stream: true });
  const turns = useStableTurns(results);
  // The newest turn comes alone and the rest of its page after it. A list that begins with what fits, and then gets more
  // above than fits, may lose its end.
  const [filledFor, setFilledFor] = useState<string | null>(null);
  const isFilled = filledFor === threadId || status === "CanLoadMore" || status === "Exhausted";
  if (isFilled && filledFor !== threadId) setFilledFor(threadId);
  return useMemo(() => ({
    turns,
    isLoading: !isFilled,
    canLoadMore: status === "CanLoadMore",
    loadMore: () => loadMore(PAGE),
  }), [turns, isFilled, status, loadMore]);
}

/** The turns from `lowest` to before `end`, live; undefined until they are here. */
export function useTurnRange(threadId: string, { lowest, end }: { lowest: number; end: number }): readonly Turn[] | undefined {
  // The page between the cursors of two turns holds what lies between them, however many rows that are.
  const paginationOpts = { cursor: String(end), endCursor: String(lowest), numItems: PAGE };
  const page = usePlaygroundQuery("listMessages", { threadId, paginationOpts });
  const docs = useMemo(() => page?.page.toReversed().map((doc): ShownDoc => ({ ...doc, key: doc._id, streaming: false })), [page]);
  const turns = useStableTurns(docs ?? NONE);
  return docs === undefined ? undefined : turns;
}

const NONE: readonly ShownDoc[] = [];

/** Turns that keep their identity as long as their messages do. */
class TurnCache {
  #turns: readonly Turn[] = [];

  turnsOf(docs: readonly ShownDoc[]): readonly Turn[] {
    this.#turns = turnsOf(docs, this.#turns);
    return this.#turns;
  }
}

function useStableTurns(docs: readonly ShownDoc[]): readonly Turn[] {
  const [cache] = useState(() => new TurnCache());
  return useMemo(() => cache.turnsOf(docs), [cache, docs]);
}
