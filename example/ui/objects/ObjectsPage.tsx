import type { UIMessage } from "convex-agent/react";
import { useMutation, useQuery } from "convex/react";
import { api } from "../../convex/_generated/api";
import { ErrorBoundary } from "../app/ErrorBoundary";
import { Shell } from "../app/Shell";
import type { PageProps } from "../app/topic";
import { viewerKey } from "../app/viewer";
import { showPrompt } from "../topics/showPrompt";
import { TopicConversation } from "../topics/TopicConversation";
import { TopicThreads } from "../topics/TopicThreads";
import { RecipeCard } from "./RecipeCard";

const showRecipe = (message: UIMessage) => <RecipeCard message={message} />;

/** An object that fits a schema, shown while it grows. */
export function ObjectsPage({ topic, item: threadId }: PageProps) {
  const send = useMutation(api.objects.send.send).withOptimisticUpdate(showPrompt);
  const retry = useMutation(api.objects.send.retry);
  const model = useQuery(api.modelInfo.get);
  return (
    <Shell topic={topic} title={topic.title} side={<TopicThreads path={topic.path} topic="objects" current={threadId} newLabel="New recipe" label="Recipes" />}>
      <ErrorBoundary resetKey={threadId ?? ""} homePath={`/${topic.path}`}>
        <TopicConversation path={topic.path} threadId={threadId} placeholder="What would you like to eat?"
          send={(args) => send({ viewerKey, ...args })} retry={(args) => retry({ viewerKey, ...args })}
          reply={showRecipe}
          footer={model?.kind === "demo" && <p className="text-center text-xs text-muted">The script fills the schema with your words and with the examples in its descriptions. Do not cook after it.</p>}
          welcome={{
            title: "What is for dinner?",
            text: "The agent answers with an object that fits a schema, not with a text. Its JSON is streamed like any reply, so the card fills while the model writes, and everybody who has the link sees it grow.",
            suggestions: ["A soup with leeks, potatoes and cream for 4", "An easy vegetarian curry with chickpeas, spinach and coconut milk", "A hard cake with apples, almonds and cinnamon for 8"],
          }} />
      </ErrorBoundary>
    </Shell>
  );
}
