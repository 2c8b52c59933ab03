import { useQuery } from "convex/react";
import { api } from "../../convex/_generated/api";
import { Dots } from "../app/controls";
import { ErrorBoundary } from "../app/ErrorBoundary";
import { Shell } from "../app/Shell";
import type { PageProps } from "../app/topic";
import { viewerKey } from "../app/viewer";
import { TopicThreads } from "../topics/TopicThreads";
import { CustomerView } from "./CustomerView";
import { GuestView } from "./GuestView";
import { INBOX_ITEM } from "./inboxPath";
import { InboxLink, SupportInbox } from "./SupportInbox";
import { SupportView } from "./SupportView";

/**
 * A conversation that an agent or a person answers: whoever began it is the customer; the support team finds it in its
 * inbox, or by its link.
 */
export function HumanPage({ topic, item }: PageProps) {
  const isInbox = item === INBOX_ITEM;
  const side = <TopicThreads path={topic.path} topic="human" current={item} newLabel="New support request" label="Requests" extra={<InboxLink isCurrent={isInbox} />} />;
  return (
    <Shell topic={topic} title={isInbox ? "Support inbox" : topic.title} side={side}>
      <ErrorBoundary resetKey={item ?? ""} homePath={`/${topic.path}`}>
        {isInbox && <SupportInbox />}
        {item === undefined && <CustomerView path={topic.path} threadId={undefined} holder={{ kind: "agent" }} />}
        {item !== undefined && !isInbox && <Case key={item} path={topic.path} threadId={item} />}
      </ErrorBoundary>
    </Shell>
  );
}

function Case({ path, threadId }: { path: string; threadId: string }) {
  const found = useQuery(api.human.cases.get, { viewerKey, threadId });
  if (found === undefined) return <p role="status" className="grid h-full place-items-center"><Dots /><span className="sr-only">Loading the conversation</span></p>;
  switch (found.role) {
    case "customer": return <CustomerView path={path} threadId={threadId} holder={found.holder} />;
    case "support": return <SupportView threadId={threadId} holder={found.holder} questions={found.questions} />;
    case "guest": return <GuestView threadId={threadId} />;
    default: return found.role satisfies never;
  }
}
