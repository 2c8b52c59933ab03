import { useMutation } from "convex/react";
import { api } from "../../convex/_generated/api";
import { ErrorBoundary } from "../app/ErrorBoundary";
import { Shell } from "../app/Shell";
import type { PageProps } from "../app/topic";
import { viewerKey } from "../app/viewer";
import { SplitPage } from "../topics/SplitPage";
import { TopicConversation } from "../topics/TopicConversation";
import { TopicThreads } from "../topics/TopicThreads";
import { UsageReport } from "./UsageReport";

/** What each call of the model has used, and the invoice that comes of it. */
export function UsagePage({ topic, item: threadId }: PageProps) {
  const send = useMutation(api.usage.send.send);
  const retry = useMutation(api.usage.send.retry);
  return (
    <Shell topic={topic} title={topic.title} side={<TopicThreads path={topic.path} topic="usage" current={threadId} newLabel="New conversation" label="Conversations" />}>
      <ErrorBoundary resetKey={threadId ?? ""} homePath={`/${topic.path}`}>
        <SplitPage asideLabel="Usage" aside={<UsageReport />}>
          <TopicConversation path={topic.path} threadId={threadId} placeholder="Ask something that costs a few tokens…"
            send={(args) => send({ viewerKey, ...args })} retry={(args) => retry({ viewerKey, ...args })}
            welcome={{
              title: "What does an answer cost?",
              text: "The agent's usage handler writes down every call of the model. A question that needs a tool takes two: one to call the tool, one to answer.",
              suggestions: ["What is the weather like in Lisbon?", "Count to 20", "Hello!"],
            }} />
        </SplitPage>
      </ErrorBoundary>
    </Shell>
  );
}
