import { ErrorBoundary } from "../app/ErrorBoundary";
import { Shell } from "../app/Shell";
import type { PageProps } from "../app/topic";
import { TopicThreads } from "../topics/TopicThreads";
import { TwoStreams } from "./TwoStreams";

/** One reply over two ways: the response of an HTTP action, and the deltas in the database. */
export function HttpStreamPage({ topic, item: threadId }: PageProps) {
  return (
    <Shell topic={topic} title={topic.title} side={<TopicThreads path={topic.path} topic="httpStream" current={threadId} newLabel="New conversation" label="Conversations" />}>
      <ErrorBoundary resetKey={threadId ?? ""} homePath={`/${topic.path}`}><TwoStreams path={topic.path} threadId={threadId} /></ErrorBoundary>
    </Shell>
  );
}
