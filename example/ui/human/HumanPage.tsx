import { useQuery } from "convex/react";
import { api } from "../../convex/_generated/api";
import { Dots } from "../app/controls";
import { ErrorBoundary } from "../app/ErrorBoundary";
import { Shell } from "../app/Shell";
import type { PageProps } from "../app/topic";
import { viewerKey } from "../app/viewer";
import { TopicThreads } from "../topics/TopicThreads";
import { CustomerView } from "./CustomerView";
import { SupportView } from "./SupportView";

/** A conversation that an agent or a person answers: whoever began it is the customer, whoever has its link is support. */
export function HumanPage({ topic, item: threadId }: PageProps) {
  return (
    <Shell topic={topic} title={topic.title} side={<TopicThreads path={topic.path} topic="human" current={threadId} newLabel="New support request" label="Requests" />}>
      <ErrorBoundary resetKey={threadId ?? ""} homePath={`/${topic.path}`}>
        {threadId === undefined ? <CustomerView path={topic.path} threadId={undefined} holder={{ kind: "agent" }} /> : <Case key={threadId} path={topic.path} threadId={threadId} />}
      </ErrorBoundary>
    </Shell>
  );
}

function Case({ path, threadId }: { path: string; threadId: string }) {
  const found = useQuery(api.human.cases.get, { viewerKey, threadId });
  if (found === undefined) return <p role="status" className="grid h-full place-items-center"><Dots /><span className="sr-only">Loading the conversation</span></p>;
  return found.role === "customer"
    ? <CustomerView path={path} threadId={threadId} holder={found.holder} />
    : <SupportView threadId={threadId} holder={found.holder} questions={found.questions} />;
}
