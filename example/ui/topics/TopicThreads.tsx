import { usePaginatedQuery } from "convex/react";
import type { FunctionArgs } from "convex/server";
import type { ReactNode } from "react";
import { api } from "../../convex/_generated/api";
import { viewerKey } from "../app/viewer";
import { ThreadNav } from "./ThreadNav";

const PAGE_SIZE = 30;

interface TopicThreadsProps {
  path: string;
  topic: FunctionArgs<typeof api.topicThreads.list>["topic"];
  current: string | undefined;
  /** What a new one is called: "New trip". */
  newLabel: string;
  /** What the list is called: "Trips". */
  label: string;
  /** Above the list. */
  extra?: ReactNode;
}

/** The viewer's own conversations of one page. */
export function TopicThreads({ topic, ...nav }: TopicThreadsProps) {
  const { results, status, loadMore } = usePaginatedQuery(api.topicThreads.list, { viewerKey, topic }, { initialNumItems: PAGE_SIZE });
  return <ThreadNav {...nav} emptyText="What you begin will be listed here." threads={results} status={status} onMore={() => loadMore(PAGE_SIZE)} />;
}
