import { useMutation } from "convex/react";
import { useState } from "react";
import { api } from "../../convex/_generated/api";
import type { SearchSettings } from "../../convex/search/settings";
import { ErrorBoundary } from "../app/ErrorBoundary";
import { Shell } from "../app/Shell";
import type { PageProps } from "../app/topic";
import { viewerKey } from "../app/viewer";
import { Choice } from "../topics/Choice";
import { SplitPage } from "../topics/SplitPage";
import { Toggle } from "../topics/Toggle";
import { TopicConversation } from "../topics/TopicConversation";
import { TopicThreads } from "../topics/TopicThreads";
import { FoundMessages } from "./FoundMessages";
import { SampleButton } from "./SampleButton";

const limits = [{ value: 2, label: "2" }, { value: 4, label: "4" }, { value: 8, label: "8" }] as const;

/** What a search puts before the model, by words, by meaning, from other conversations, and why. */
export function SearchPage({ topic, item: threadId }: PageProps) {
  const [settings, setSettings] = useState<SearchSettings>({ byWords: true, byMeaning: true, otherThreads: true, withNeighbours: true, limit: 4 });
  const send = useMutation(api.search.send.send);
  const retry = useMutation(api.search.send.retry);
  return (
    <Shell topic={topic} title={topic.title} side={<TopicThreads path={topic.path} topic="search" current={threadId} newLabel="New conversation" label="Conversations" />}>
      <ErrorBoundary resetKey={threadId ?? ""} homePath={`/${topic.path}`}>
        <SplitPage asideLabel="The search" aside={<Aside settings={settings} onChange={setSettings} path={topic.path} threadId={threadId} />}>
          <TopicConversation path={topic.path} threadId={threadId} placeholder="Ask for something that was said before…"
            send={(args) => send({ viewerKey, settings, ...args })} retry={(args) => retry({ viewerKey, settings, ...args })}
            welcome={{
              title: "What does the agent remember?",
              text: <>Of this conversation the model is shown the last messages only. What else it is shown, a search finds, here and in your other conversations. Put some there first: <SampleButton /></>,
              suggestions: ["What is my puppy called?", "In which part of Lisbon do we lodge on our vacation?", "What needs water twice a day?"],
            }} />
        </SplitPage>
      </ErrorBoundary>
    </Shell>
  );
}

interface AsideProps {
  settings: SearchSettings;
  onChange: (settings: SearchSettings) => void;
  path: string;
  threadId: string | undefined;
}

function Aside({ settings, onChange, path, threadId }: AsideProps) {
  const change = (changed: Partial<SearchSettings>) => onChange({ ...settings, ...changed });
  return (
    <div className="space-y-7">
      <div className="space-y-3.5">
        <h2 className="text-sm font-semibold">For the next question, search</h2>
        <Toggle label="By words" hint="Messages that have words of the question." isOn={settings.byWords} onChange={(byWords) => change({ byWords })} />
        <Toggle label="By meaning" hint="Messages whose vectors are near the question's." isOn={settings.byMeaning} onChange={(byMeaning) => change({ byMeaning })} />
        <Toggle label="In my other conversations" isOn={settings.otherThreads} onChange={(otherThreads) => change({ otherThreads })} />
        <Toggle label="With the messages before and after" isOn={settings.withNeighbours} onChange={(withNeighbours) => change({ withNeighbours })} />
        <Choice legend="Find at most" options={limits} value={limits.find(({ value }) => value === settings.limit)?.value ?? 4} onChange={(limit) => change({ limit })} />
      </div>
      <div>
        <h2 className="mb-2 text-sm font-semibold">What was found, and why</h2>
        {threadId === undefined
          ? <p className="text-sm text-muted">Ask something: what the search puts before the model will be listed here.</p>
          : <FoundMessages path={path} threadId={threadId} />}
      </div>
    </div>
  );
}
