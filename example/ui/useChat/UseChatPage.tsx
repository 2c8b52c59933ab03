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
import { moveDraft, restoreDraft, setDraft, useDraft } from "../chat/drafts";
import { MessageList, useConversation } from "../topics/MessageList";
import { BEGINNING } from "../topics/TopicConversation";
import { UnsentRow } from "../chat/MessageRow";
import { holdUnsent } from "../chat/unsent";
import { usePromptField } from "../chat/usePromptField";
import { ModelLine } from "../topics/ModelLine";
import { PromptBox } from "../topics/PromptBox";
import { TopicThreads } from "../topics/TopicThreads";
import { Welcome } from "../topics/Welcome";
import { ChatView } from "./ChatView";
import { firstOf, keepFirst } from "./firstMessages";
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
  const [first] = useState(() => firstOf(threadId));
  return (
    <Suspense fallback={<Loading first={first} />}>
      <ChatView threadId={threadId} transport={transport} history={history} />
    </Suspense>
  );
}

/** While a conversation loads; of one that has just begun it is known what it begins with. */
function Loading({ first }: { first: string | undefined }) {
  if (first !== undefined) return <div className="mx-auto max-w-3xl px-3 py-6 md:px-5"><UnsentRow text={first} /></div>;
  return <p role="status" className="grid h-full place-items-center"><Dots /><span className="sr-only">Loading the conversation</span></p>;
}

function NewChat({ path }: { path: string }) {
  const create = useMutation(api.useChat.turns.create);
  const sendMessage = useMutation(api.useChat.turns.send);
  const showToast = useToast();
  const here = `${path}/new`;
  const conversation = useConversation(undefined, here);
  const isBeginning = conversation.unsent.length > 0;
  const { field, pick } = usePromptField(here);
  const draft = useDraft(here);
  const [problem, setProblem] = useState<string | null>(null);
  const submit = async () => {
    const wrong = promptProblem(draft);
    setProblem(wrong);
    if (wrong !== null) return;
    const from = window.location.pathname;
    const sending = holdUnsent(here, { text: draft, afterOrder: -1 });
    setDraft(here, "");
    try {
      const { threadId } = await create({ viewerKey });
      if (window.location.pathname === from) {
        keepFirst(threadId, draft);
        moveDraft(here, `${path}/${threadId}`);
        navigate(`/${path}/${encodeURIComponent(threadId)}`);
      } else {
        // Who has gone elsewhere meanwhile stays there; the hook, which would send it, is not on that page.
        await sendMessage({ viewerKey, threadId, prompt: draft });
      }
      sending.giveUp();
    } catch (error) {
      sending.giveUp();
      restoreDraft(here, draft);
      showToast(`Not sent. ${describeError(error)}`);
    }
  };
  return (
    <div className="flex h-full flex-col">
      {isBeginning ? <MessageList conversation={conversation} /> : (
        <Welcome title="The hook you know, on a thread" onPick={pick}
          text="This page is written with useChat of @ai-sdk/react; a ConvexChatTransport joins it to a thread. The reply goes on when you close the page: reload in the middle, or open the link elsewhere. What is written elsewhere meanwhile is seen here after a reload: the hook reads a conversation once, when it opens."
          suggestions={["Tell me a long story, so that I can watch it stream.", "Send 500 euros to Ann", "Count to 60"]} />
      )}
      <div className="mx-auto w-full max-w-3xl shrink-0 space-y-2 px-3 pb-3 md:px-5">
        <PromptBox field={field} text={draft} placeholder="Write a message…" problem={problem} blocked={isBeginning && draft !== "" ? BEGINNING : null} onSend={() => void submit()} onTextChange={(text) => { setDraft(here, text); setProblem(null); }} />
        <ModelLine />
      </div>
    </div>
  );
}
