import type { ListedThread } from "convex-agent";
import { useDeferredValue, useMemo, useState } from "react";
import { optionOf, useLocation } from "../app/location";
import { usePlaygroundPaginatedQuery } from "../connection/api";

const PAGE = 50;

/** Which threads the list shows: everybody's, nobody's or one user's. */
export type ThreadsOf = { kind: "everyone" } | { kind: "nobody" } | { kind: "user"; userId: string };

/** What the address says of the list. */
export function useListOptions(): { of: ThreadsOf; search: string; status: "active" | "archived" | undefined } {
  const place = useLocation();
  const { userId } = place;
  const status = optionOf(place, "status");
  return {
    of: useMemo((): ThreadsOf => (userId === undefined ? (place.of === "nobody" ? { kind: "nobody" } : { kind: "everyone" }) : { kind: "user", userId }), [userId, place.of]),
    search: optionOf(place, "search") ?? "",
    status: status === "active" || status === "archived" ? status : undefined,
  };
}

export interface Threads {
  readonly threads: readonly ListedThread[];
  readonly isLoading: boolean;
  readonly canLoadMore: boolean;
  readonly loadMore: () => void;
  /** What is shown is of the search before. */
  readonly isStale: boolean;
}

/** The threads that the address asks for, a page at a time. */
export function useThreads(): Threads {
  const { of, search, status } = useListOptions();
  const wanted = useDeferredValue(search);
  const args = {
    ...(of.kind === "user" ? { userId: of.userId } : {}),
    ...(of.kind === "everyone" ? { everyone: true } : {}),
    ...(wanted.trim() === "" ? {} : { search: wanted.trim() }),
    ...(status === undefined ? {} : { status }),
  };
  const { results, status: pages, loadMore } = usePlaygroundPaginatedQuery("listThreads", args, { initialNumItems: PAGE });
  const canLoadMore = pages === "CanLoadMore";
  const isLoading = pages === "LoadingFirstPage";
  const before = useLastOf(JSON.stringify([of, status]), isLoading ? undefined : results);
  return useMemo(() => {
    const found = isLoading ? (before ?? []) : results;
    return {
      // A search without a user finds everybody's.
      threads: of.kind === "nobody" ? found.filter(({ userId }) => userId === undefined) : found,
      isLoading: isLoading && before === undefined,
      canLoadMore,
      loadMore: () => loadMore(PAGE),
      isStale: wanted !== search || isLoading,
    };
  }, [of, results, before, isLoading, canLoadMore, loadMore, wanted, search]);
}

/** The last value that was there for a key: what is searched for stays in sight until the next is found. */
function useLastOf<Value>(key: string, value: Value | undefined): Value | undefined {
  const [last, setLast] = useState<{ key: string; value: Value } | null>(null);
  if (value !== undefined && (last?.key !== key || last.value !== value)) setLast({ key, value });
  return last?.key === key ? last.value : undefined;
}
