import { useQueries, type RequestForQueries } from "convex/react";
import { useEffect, useMemo } from "react";
import { api } from "../../convex/_generated/api";
import { viewerKey } from "./viewer";

/** Names the tab: after the conversation, if one is shown that has a title, and its page. */
export function useTitle(page: string, threadId: string | undefined): void {
  const queries = useMemo((): RequestForQueries => (threadId === undefined ? {} : { thread: { query: api.threads.get, args: { viewerKey, threadId } } }), [threadId]);
  // Unlike `useQuery` it gives an error back: a conversation that is not there is told by the page, within its frame.
  const thread: unknown = useQueries(queries).thread;
  const title = typeof thread === "object" && thread !== null && "title" in thread && typeof thread.title === "string" ? thread.title : null;
  useEffect(() => {
    document.title = [title, page, "convex-agent"].filter((part) => part !== null).join(" · ");
  }, [title, page]);
}
