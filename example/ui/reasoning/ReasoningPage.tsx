import { useMutation } from "convex/react";
import { useState } from "react";
import { api } from "../../convex/_generated/api";
import type { Effort } from "../../convex/reasoning/efforts";
import { ErrorBoundary } from "../app/ErrorBoundary";
import { Shell } from "../app/Shell";
import type { PageProps } from "../app/topic";
import { viewerKey } from "../app/viewer";
import { Choice } from "../topics/Choice";
import { showPrompt } from "../topics/showPrompt";
import { TopicConversation } from "../topics/TopicConversation";
import { TopicThreads } from "../topics/TopicThreads";

const options = [{ value: "low", label: "a little" }, { value: "medium", label: "some" }, { value: "high", label: "a lot" }] as const;

/** What a model thinks before it answers, apart from the answer. */
export function ReasoningPage({ topic, item: threadId }: PageProps) {
  const [effort, setEffort] = useState<Effort>("medium");
  const send = useMutation(api.reasoning.send.send).withOptimisticUpdate(showPrompt);
  const retry = useMutation(api.reasoning.send.retry);
  return (
    <Shell topic={topic} title={topic.title} side={<TopicThreads path={topic.path} topic="reasoning" current={threadId} newLabel="New conversation" label="Conversations" />}>
      <ErrorBoundary resetKey={threadId ?? ""} homePath={`/${topic.path}`}>
        <TopicConversation path={topic.path} threadId={threadId} placeholder="Ask something that takes thinking…"
          send={(args) => send({ viewerKey, effort, ...args })} retry={(args) => retry({ viewerKey, effort, ...args })}
          footer={<div className="px-1"><Choice legend="Thinking before the next answer" options={options} value={effort} onChange={setEffort} /></div>}
          welcome={{
            title: "What goes on before the answer?",
            text: "A model that reasons says how it gets to its answer first. That streams like the answer, is stored as a part of its own kind, and is shown apart: open while the model thinks, closed after. Open it again whenever you like.",
            suggestions: ["What is (17 + 5) × 3 − 8 ÷ 2?", "Twelve tickets for 35 each, and 20 off: what is 12 × 35 − 20?", "What is the weather in Lisbon? Think first."],
          }} />
      </ErrorBoundary>
    </Shell>
  );
}
