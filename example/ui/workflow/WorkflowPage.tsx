import { ErrorBoundary } from "../app/ErrorBoundary";
import { Shell } from "../app/Shell";
import type { PageProps } from "../app/topic";
import { TopicThreads } from "../topics/TopicThreads";
import { NewTrip } from "./NewTrip";
import { Trip } from "./Trip";

/** A durable workflow over two agents: `/workflow` begins a trip, `/workflow/<thread>` follows one. */
export function WorkflowPage({ topic, item: threadId }: PageProps) {
  return (
    <Shell topic={topic} title={topic.title} side={<TopicThreads path={topic.path} topic="workflow" current={threadId} newLabel="New trip" label="Trips" />}>
      <ErrorBoundary resetKey={threadId ?? ""} homePath={`/${topic.path}`}>
        {threadId === undefined ? <NewTrip path={topic.path} /> : <Trip key={threadId} path={topic.path} threadId={threadId} />}
      </ErrorBoundary>
    </Shell>
  );
}
