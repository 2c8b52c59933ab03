import { useConvex, useMutation } from "convex/react";
import { Suspense, useState } from "react";
import { api } from "../../convex/_generated/api";
import { promptProblem } from "../../convex/chat/prompt";
import { Dots } from "../app/controls";
import { ErrorBoundary } from "../app/ErrorBoundary";
import { describeError } from "../app/errors";
import { navigate } from "../app/router";
import { Shell } from "../app/Shell";
import { useToast } from "../app/toasts";
import type { PageProps } from "../app/topic";
import { viewerKey } from "../app/viewer";
import { restoreDraft, setDraft, useDraft } from "../chat/drafts";
import { ModelLine } from "../topics/ModelLine";
import { PromptBox } from "../topics/PromptBox";
import { TopicThreads } from "../topics/TopicThreads";
import { Welcome } from "../topics/Welcome";
import { ChatView } from "./ChatView";
import { keepFirst } from "./firstMessages";
import { createTransport } from "./transport";

/** The AI SDK's own hook on our threads. */
export function UseChatPage({ topic, item: threadId }: PageProps) {
  return (
    <Shell topic={topic} title={topic.title} side={<TopicThreads path={topic.path} topic="useChat" current={threadId} newLabel="New conversation" label="Conversations" />}>
      <ErrorBoundary resetKey={threadId ?? ""} homePath={`/${topic.path}`}>
        {threadId === undefined ? <NewChat path={topic.path} /> : <OpenChat key={threadId} threadId={threadId} />}
      </ErrorBoundary>
    </Shell>
  );
}

/** Loads what was said, then hands it to the hook. */
function OpenChat({ threadId }: { threadId: string }) {
  const client = useConvex();
  const showToast = useToast();
  const [transport] = useState(() => createTransport(client, (error) => showToast(describeError(error))));
  const [history] = useState(() => transport.loadMessages(threadId));
  return (
    <Suspense fallback={<p role="status" className="grid h-full place-items-center"><Dots /><span className="sr-only">Loading the conversation</span></p>}>
      <ChatView threadId={threadId} transport={transport} history={history} />
    </Suspense>
  );
}

function NewChat({ path }: { path: string }) {
  const create = useMutation(api.useChat.turns.create);
  const showToast = useToast();
  const here = `${path}/new`;
  const draft = useDraft(here);
  const [problem, setProblem] = useState<string | null>(null);
  const submit = async () => {
    const wrong = promptProblem(draft);
    setProblem(wrong);
    if (wrong !== null) return;
    setDraft(here, "");
    try {
      const { threadId } = await create({ viewerKey });
      keepFirst(threadId, draft);
      navigate(`/${path}/${encodeURIComponent(threadId)}`);
    } catch (error) {
      restoreDraft(here, draft);
      showToast(`Not sent. ${describeError(error)}`);
    }
  };
  return (
    <div className="flex h-full flex-col">
      <Welcome title="The hook you know, on a thread" onPick={(text) => setDraft(here, text)}
        text="This page is written with useChat of @ai-sdk/react; a ConvexChatTransport joins it to a thread. The reply goes on when you close the page: reload in the middle, or open the link elsewhere."
        suggestions={["Tell me a long story, so that I can watch it stream.", "Send 500 euros to Ann", "Count to 60"]} />
      <div className="mx-auto w-full max-w-3xl shrink-0 space-y-2 px-3 pb-3 md:px-5">
        <PromptBox text={draft} placeholder="Write a message…" problem={problem} onSend={() => void submit()} onTextChange={(text) => { setDraft(here, text); setProblem(null); }} />
        <ModelLine />
      </div>
    </div>
  );
}
