import { usePaginatedQuery } from "convex/react";
import { api } from "../../convex/_generated/api";
import { viewerKey } from "../app/viewer";
import { ThreadNav } from "../topics/ThreadNav";

const PAGE_SIZE = 30;

/** The viewer's conversations. */
export function ThreadList({ path, current }: { path: string; current: string | undefined }) {
  const { results, status, loadMore } = usePaginatedQuery(api.threads.list, { viewerKey }, { initialNumItems: PAGE_SIZE });
  return (
    <ThreadNav path={path} label="Conversations" newLabel="New conversation" emptyText="Your conversations will be listed here."
      current={current} threads={results} status={status} onMore={() => loadMore(PAGE_SIZE)} />
  );
}
