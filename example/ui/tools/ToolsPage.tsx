import { useMutation } from "convex/react";
import { api } from "../../convex/_generated/api";
import { ErrorBoundary } from "../app/ErrorBoundary";
import { Shell } from "../app/Shell";
import type { PageProps } from "../app/topic";
import { viewerKey } from "../app/viewer";
import { ToolSlotsContext } from "../chat/toolSlots";
import { showPrompt } from "../topics/showPrompt";
import { SplitPage } from "../topics/SplitPage";
import { TopicConversation } from "../topics/TopicConversation";
import { TopicThreads } from "../topics/TopicThreads";
import { Notebook } from "./Notebook";
import { toolSlots } from "./toolViews";

/** Tools that show their progress, fail, write into the database, and ask another agent. */
export function ToolsPage({ topic, item: threadId }: PageProps) {
  const send = useMutation(api.tools.send.send).withOptimisticUpdate(showPrompt);
  const retry = useMutation(api.tools.send.retry);
  return (
    <Shell topic={topic} title={topic.title} side={<TopicThreads path={topic.path} topic="tools" current={threadId} newLabel="New conversation" label="Conversations" />}>
      <ErrorBoundary resetKey={threadId ?? ""} homePath={`/${topic.path}`}>
        <SplitPage asideLabel="Notebook and tools" aside={<Notebook />}>
          <ToolSlotsContext value={toolSlots}>
            <TopicConversation path={topic.path} threadId={threadId} placeholder="Ask for something that needs a tool…"
              send={(args) => send({ viewerKey, ...args })} retry={(args) => retry({ viewerKey, ...args })}
              welcome={{
                title: "What can an agent do?",
                text: "It calls functions of yours. A tool can show how far it is, write into the database, ask another agent, and fail: then the model is told why, and so are you.",
                suggestions: ["Count the primes up to 2000000", "Convert 26.2 miles to kilometres", "Convert 3 kilograms to metres", "Add a note: water the plants", "Ask your colleague: what are you?"],
              }} />
          </ToolSlotsContext>
        </SplitPage>
      </ErrorBoundary>
    </Shell>
  );
}
