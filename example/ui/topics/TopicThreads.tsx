import { usePaginatedQuery } from "convex/react";
import type { FunctionArgs } from "convex/server";
import { Plus } from "lucide-react";
import { api } from "../../convex/_generated/api";
import { Button, Dots } from "../app/controls";
import { Link } from "../app/router";
import { viewerKey } from "../app/viewer";

const PAGE_SIZE = 30;

interface TopicThreadsProps {
  path: string;
  topic: FunctionArgs<typeof api.topicThreads.list>["topic"];
  current: string | undefined;
  /** What a new one is called: "New trip". */
  newLabel: string;
  /** What the list is called: "Trips". */
  label: string;
}

/** The viewer's own conversations of one page. */
export function TopicThreads({ path, topic, current, newLabel, label }: TopicThreadsProps) {
  const { results, status, loadMore } = usePaginatedQuery(api.topicThreads.list, { viewerKey, topic }, { initialNumItems: PAGE_SIZE });
  return (
    <nav aria-label={label} className="flex h-full flex-col pt-3">
      <div className="px-3 pb-2">
        <Link href={`/${path}`} className="flex items-center gap-2 rounded-lg border border-line bg-raised px-3 py-2 text-sm font-medium hover:bg-bubble"><Plus size={16} aria-hidden />{newLabel}</Link>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-2 pb-3">
        {status === "LoadingFirstPage" && <p className="grid place-items-center py-6"><Dots /><span className="sr-only">Loading</span></p>}
        {status !== "LoadingFirstPage" && results.length === 0 && <p className="px-3 py-4 text-sm text-muted">What you begin will be listed here.</p>}
        <ul>
          {results.map(({ threadId, title }) => (
            <li key={threadId}>
              <Link href={`/${path}/${encodeURIComponent(threadId)}`} aria-current={threadId === current ? "page" : undefined}
                className="block truncate rounded-lg px-3 py-2 text-sm hover:bg-bubble aria-[current=page]:bg-bubble aria-[current=page]:font-medium">{title ?? "New conversation"}</Link>
            </li>
          ))}
        </ul>
        {status === "CanLoadMore" && <Button className="mx-3 mt-2" onClick={() => loadMore(PAGE_SIZE)}>Show older</Button>}
      </div>
    </nav>
  );
}
