import { useMutation } from "convex/react";
import { useState } from "react";
import { api } from "../../convex/_generated/api";
import type { StreamSettings } from "../../convex/streaming/settings";
import { ErrorBoundary } from "../app/ErrorBoundary";
import { Shell } from "../app/Shell";
import type { PageProps } from "../app/topic";
import { viewerKey } from "../app/viewer";
import { Choice } from "../topics/Choice";
import { useConversation } from "../topics/MessageList";
import { SecondViewerLink } from "../topics/SecondViewerLink";
import { showPrompt } from "../topics/showPrompt";
import { SplitPage } from "../topics/SplitPage";
import { TopicConversation } from "../topics/TopicConversation";
import { TopicThreads } from "../topics/TopicThreads";
import { ArrivalList } from "./ArrivalList";
import { useArrivals } from "./arrivals";

const chunkings = [
  { value: "model", label: "as the model speaks" }, { value: "word", label: "words" }, { value: "sentence", label: "sentences" }, { value: "line", label: "lines" },
] as const;
const throttles = [{ value: 0, label: "none" }, { value: 100, label: "100 ms" }, { value: 250, label: "250 ms" }, { value: 1000, label: "1 s" }] as const;

/** How a stream is cut and written, and in which pieces it arrives. */
export function StreamingPage({ topic, item: threadId }: PageProps) {
  const [settings, setSettings] = useState<StreamSettings>({ chunking: "word", throttleMs: 250 });
  const send = useMutation(api.streaming.send.send).withOptimisticUpdate(showPrompt);
  const retry = useMutation(api.streaming.send.retry);
  return (
    <Shell topic={topic} title={topic.title} side={<TopicThreads path={topic.path} topic="streaming" current={threadId} newLabel="New conversation" label="Conversations" />}>
      <ErrorBoundary resetKey={threadId ?? ""} homePath={`/${topic.path}`}>
        <SplitPage asideLabel="The stream" aside={<Settings settings={settings} onChange={setSettings} threadId={threadId} />}>
          <TopicConversation path={topic.path} threadId={threadId} placeholder="Ask for something long…"
            send={(args) => send({ viewerKey, settings, ...args })} retry={(args) => retry({ viewerKey, settings, ...args })}
            welcome={{
              title: "How do the words get here?",
              text: "The model's words are cut into pieces, written into the database, and sent to everybody who has the page open. Choose where they are cut and how often they are written, and watch what arrives. Stop when you like: what was seen stays.",
              suggestions: ["Tell me a long story, so that I can watch it stream.", "Count to 100", "Show me the code that streams a reply."],
            }} />
        </SplitPage>
      </ErrorBoundary>
    </Shell>
  );
}

interface SettingsProps {
  settings: StreamSettings;
  onChange: (settings: StreamSettings) => void;
  threadId: string | undefined;
}

function Settings({ settings, onChange, threadId }: SettingsProps) {
  return (
    <div className="space-y-6">
      <div className="space-y-4">
        <h2 className="text-sm font-semibold">The next reply is written</h2>
        <Choice legend="In pieces of" options={chunkings} value={settings.chunking} onChange={(chunking) => onChange({ ...settings, chunking })} />
        <Choice legend="With at least this between two" hint="More costs fewer function calls, for the writer and for every viewer." options={throttles}
          value={throttles.find(({ value }) => value === settings.throttleMs)?.value ?? 250} onChange={(throttleMs) => onChange({ ...settings, throttleMs })} />
      </div>
      <div>
        <h2 className="mb-2 text-sm font-semibold">What reached this page</h2>
        <Followed key={threadId} threadId={threadId} />
      </div>
      {threadId !== undefined && (
        <p className="text-sm text-muted">
          <SecondViewerLink /> and see the same words there. Whoever has the link can read along.
        </p>
      )}
    </div>
  );
}

/** The list's own look at the conversation: the client shares one subscription between the two. */
function Followed({ threadId }: { threadId: string | undefined }) {
  const { results } = useConversation(threadId);
  return <ArrivalList seen={useArrivals(results)} />;
}
