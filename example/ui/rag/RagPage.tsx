import type { UIMessage } from "convex-agent/react";
import { useMutation, useQuery } from "convex/react";
import { useState } from "react";
import { api } from "../../convex/_generated/api";
import { ErrorBoundary } from "../app/ErrorBoundary";
import { Shell } from "../app/Shell";
import type { PageProps } from "../app/topic";
import { viewerKey } from "../app/viewer";
import { Choice } from "../topics/Choice";
import { SplitPage } from "../topics/SplitPage";
import { TopicConversation } from "../topics/TopicConversation";
import { TopicThreads } from "../topics/TopicThreads";
import { Documents } from "./Documents";
import { Sources, type SourcesProps } from "./Sources";

type Mode = "prompt" | "tool";
const modes = [{ value: "prompt", label: "with each question" }, { value: "tool", label: "when the model asks" }] as const;

/** Answers from documents that one adds on the page, with the passages they came from. */
export function RagPage({ topic, item: threadId }: PageProps) {
  return (
    <Shell topic={topic} title={topic.title} side={<TopicThreads path={topic.path} topic="rag" current={threadId} newLabel="New conversation" label="Conversations" />}>
      <ErrorBoundary resetKey={threadId ?? ""} homePath={`/${topic.path}`}>
        <SplitPage asideLabel="Documents" aside={<Documents />}><Conversation path={topic.path} threadId={threadId} /></SplitPage>
      </ErrorBoundary>
    </Shell>
  );
}

function Conversation({ path, threadId }: { path: string; threadId: string | undefined }) {
  const [mode, setMode] = useState<Mode>("prompt");
  const send = useMutation(api.rag.send.send);
  const retry = useMutation(api.rag.send.retry);
  const searches = useQuery(api.rag.sources.list, threadId === undefined ? "skip" : { viewerKey, threadId });
  return (
    <TopicConversation path={path} threadId={threadId} placeholder="Ask what your documents say…"
      send={(args) => send({ viewerKey, mode, ...args })} retry={(args) => retry({ viewerKey, mode, ...args })}
      after={(message) => sourcesUnder(message, searches)}
      footer={<Choice legend="The documents are searched" options={modes} value={mode} onChange={setMode} />}
      welcome={{
        title: "What do your documents say?",
        text: "Add a text at the side: it is cut into passages, and each gets a vector. A question is answered from the passages that are most like it, and they are shown with the answer.",
        suggestions: ["Within how many days can I give something back?", "Search my documents for the shipping costs."],
      }} />
  );
}

function sourcesUnder({ role, order }: UIMessage, searches: SourcesProps["searches"] | undefined) {
  return role === "assistant" && searches !== undefined && <Sources searches={searches.filter((search) => search.order === order)} />;
}
