import type { ThreadSnapshot } from "./store/threadStore.js";
import type { ListResult } from "./queryTypes.js";

/** A snapshot in the form of `usePaginatedQuery`. Throws what the query threw, for the nearest error boundary. */
export function listResult<M>(snapshot: ThreadSnapshot<M>, loadMore: (numItems: number) => void): ListResult<M> {
  if (snapshot.error !== undefined) throw snapshot.error;
  // The documented type has a mutable array; nobody here writes to it after this.
  const results = snapshot.results as M[];
  const { status } = snapshot;
  switch (status) {
    case "LoadingFirstPage":
    case "LoadingMore":
      return { results, status, isLoading: true, loadMore };
    case "CanLoadMore":
    case "Exhausted":
      return { results, status, isLoading: false, loadMore };
    default:
      return status satisfies never;
  }
}
