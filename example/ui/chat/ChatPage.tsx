import { useQuery } from "convex/react";
import { Link2 } from "lucide-react";
import { useState } from "react";
import { api } from "../../convex/_generated/api";
import { promptProblem } from "../../convex/chat/prompt";
import { Button, Dots } from "../app/controls";
import { ErrorBoundary } from "../app/ErrorBoundary";
import { describeError, errorCode } from "../app/errors";
import { navigate } from "../app/router";
import { Shell } from "../app/Shell";
import { useToast } from "../app/toasts";
import type { PageProps, Topic } from "../app/topic";
import { viewerKey } from "../app/viewer";
import { Composer } from "./Composer";
import { restoreDraft, setDraft, useDraft } from "./drafts";
import { JumpToNewest } from "./JumpToNewest";
import { MessageRow } from "./MessageRow";
import { ModelNote } from "./ModelNote";
import { ThreadList } from "./ThreadList";
import { TurnStatus } from "./TurnStatus";
import { useChat } from "./useChat";
import { useStickToBottom } from "./useStickToBottom";

/** Where the draft of a conversation that does not exist yet is kept. */
const NEW = "new";

/** Chat with an agent: `/chat` begins a conversation, `/chat/<thread>` shows one. */
export function ChatPage({ topic, item: threadId }: PageProps) {
  return (
    <Shell topic={topic} title={topic.title} side={<ThreadList path={topic.path} current={threadId} />}>
      <ErrorBoundary resetKey={threadId ?? ""} homePath={`/${topic.path}`}>
        <Conversation topic={topic} threadId={threadId} />
      </ErrorBoundary>
    </Shell>
  );
}

function Conversation({ topic, threadId }: { topic: Topic; threadId: string | undefined }) {
  const chat = useChat(threadId);
  const showToast = useToast();
  const here = threadId ?? NEW;
  const draft = useDraft(here);
  const [found, setFound] = useState<{ at: string; text: string } | null>(null);
  // What is wrong with a text is said where the text is.
  const problem = found?.at === here ? found.text : null;
  const { turn } = chat;

  const send = async () => {
    const wrong = promptProblem(draft);
    setFound(wrong === null ? null : { at: here, text: wrong });
    if (wrong !== null) return;
    // The conversation gets its address on the way; what comes back, comes back there.
    let conversation = here;
    setDraft(conversation, "");
    try {
      await chat.send(draft, (created) => {
        conversation = created;
        navigate(`/${topic.path}/${encodeURIComponent(created)}`);
      });
    } catch (error) {
      restoreDraft(conversation, draft);
      if (errorCode(error) === "invalid_input") setFound({ at: conversation, text: describeError(error) });
      else showToast(`Not sent. ${describeError(error)}`);
    }
  };
  const stop = async () => {
    if (turn.kind !== "streaming" && turn.kind !== "waiting") return;
    try {
      if (!(await chat.stop(turn.order))) showToast("There was nothing to stop: the reply is complete.");
    } catch (error) {
      showToast(describeError(error));
    }
  };
  const retry = async () => {
    try {
      await chat.retry();
    } catch (error) {
      showToast(describeError(error));
    }
  };

  const canStop = turn.kind === "streaming" || (turn.kind === "waiting" && turn.isSaved);
  return (
    <div className="flex h-full flex-col">
      {threadId === undefined
        ? <Welcome onPick={(text) => setDraft(here, text)} />
        : <Messages key={threadId} threadId={threadId} chat={chat} onRetry={() => void retry()} />}
      <div className="mx-auto w-full max-w-3xl shrink-0 px-3 pb-3 md:px-5">
        <Composer text={draft} problem={problem} onSend={() => void send()} onStop={canStop ? () => void stop() : undefined} isStopping={chat.isStopping}
          onTextChange={(text) => { setDraft(here, text); setFound(null); }} />
        <ModelNote />
      </div>
    </div>
  );
}

const suggestions = [
  "What is the weather like in Lisbon?",
  "Compare the weather in Oslo and Cairo.",
  "Tell me a long story, so that I can watch it stream.",
];

function Welcome({ onPick }: { onPick: (text: string) => void }) {
  return (
    <div className="grid min-h-0 flex-1 place-items-center overflow-y-auto p-6">
      <div className="w-full max-w-xl">
        <h2 className="text-2xl font-semibold tracking-tight">What would you like to know?</h2>
        <p className="mt-2 text-muted">The agent streams its answer to everybody who has the link of the conversation, and can look up what weather is typical for a city.</p>
        <ul className="mt-6 grid gap-2">
          {suggestions.map((text) => (
            <li key={text}><button type="button" onClick={() => onPick(text)} className="w-full rounded-xl border border-line px-4 py-3 text-left text-sm transition-colors hover:bg-panel">{text}</button></li>
          ))}
        </ul>
      </div>
    </div>
  );
}

function Messages({ threadId, chat, onRetry }: { threadId: string; chat: ReturnType<typeof useChat>; onRetry: () => void }) {
  const { results, status, loadMore, turn } = chat;
  const { box, content, onScroll, isAtEnd, toEnd } = useStickToBottom(results[0]?.key);
  return (
    <div className="relative min-h-0 flex-1">
      <div ref={box} onScroll={onScroll} tabIndex={0} role="region" aria-label="Messages" className="h-full overflow-y-auto outline-offset-[-2px] [overflow-anchor:none]">
        <div ref={content} className="mx-auto max-w-3xl space-y-6 px-3 py-6 md:px-5">
          <ShareNote threadId={threadId} />
          {(status === "CanLoadMore" || status === "LoadingMore") && (
            <div className="text-center"><Button disabled={status === "LoadingMore"} onClick={() => loadMore(20)}>{status === "LoadingMore" ? "Loading…" : "Show earlier messages"}</Button></div>
          )}
          {status === "LoadingFirstPage" && <Skeleton />}
          {status === "Exhausted" && results.length === 0 && <p className="py-10 text-center text-muted">Nothing has been said here yet.</p>}
          {results.map((message) => <MessageRow key={message.key} message={message} />)}
          <TurnStatus turn={turn} onRetry={onRetry} />
        </div>
      </div>
      <JumpToNewest isAtEnd={isAtEnd} onJump={toEnd} />
    </div>
  );
}

/** A conversation is shared by its address; a guest is told whose it is. */
function ShareNote({ threadId }: { threadId: string }) {
  const thread = useQuery(api.threads.get, { viewerKey, threadId });
  const [isCopied, setIsCopied] = useState(false);
  const showToast = useToast();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(window.location.href);
      setIsCopied(true);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      showToast("The browser does not let this page copy. Copy the address from the address bar.");
    }
  };
  if (thread === undefined) return null;
  return (
    <p className="flex flex-wrap items-center justify-center gap-x-2 gap-y-1 text-xs text-muted">
      {thread.isOwner ? "Whoever has the link can read along and write." : "Somebody shared this conversation with you."}
      <button type="button" onClick={() => void copy()} className="inline-flex items-center gap-1 rounded underline underline-offset-2 hover:text-ink"><Link2 size={13} aria-hidden />{isCopied ? "Link copied" : "Copy the link"}</button>
    </p>
  );
}

function Skeleton() {
  return (
    <div role="status">
      <span className="sr-only">Loading the conversation</span>
      <div aria-hidden className="animate-pulse space-y-6">
        <div className="ml-auto h-10 w-2/5 rounded-2xl bg-bubble" />
        <div className="space-y-2.5"><div className="h-4 w-11/12 rounded bg-bubble" /><div className="h-4 w-4/5 rounded bg-bubble" /><div className="h-4 w-3/5 rounded bg-bubble" /></div>
        <p className="text-center"><Dots /></p>
      </div>
    </div>
  );
}
