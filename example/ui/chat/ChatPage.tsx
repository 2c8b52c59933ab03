import { useQuery } from "convex/react";
import { Link2 } from "lucide-react";
import { useLayoutEffect, useState } from "react";
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
import { BEGINNING } from "../topics/TopicConversation";
import { Composer } from "./Composer";
import { moveDraft, restoreDraft, setDraft, useDraft } from "./drafts";
import { JumpToNewest } from "./JumpToNewest";
import { MessageRow, UnsentRow } from "./MessageRow";
import { ModelNote } from "./ModelNote";
import { ThreadList } from "./ThreadList";
import { TurnStatus, type Retry } from "./TurnStatus";
import { useChat } from "./useChat";
import { keepFocus, usePromptField } from "./usePromptField";
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

interface SendOptions {
  path: string;
  /** Where the draft is kept. */
  here: string;
  chat: ReturnType<typeof useChat>;
}

/** Sends what is in the field. What is wrong with a text is said where the text is. */
function useSend({ path, here, chat }: SendOptions) {
  const showToast = useToast();
  const draft = useDraft(here);
  const [found, setFound] = useState<{ at: string; text: string } | null>(null);
  const send = async () => {
    const wrong = promptProblem(draft);
    setFound(wrong === null ? null : { at: here, text: wrong });
    if (wrong !== null) return;
    // The conversation gets its address on the way; what comes back, comes back there.
    let conversation = here;
    const from = window.location.pathname;
    setDraft(conversation, "");
    try {
      await chat.send(draft, (created) => {
        conversation = created;
        // Who has gone elsewhere meanwhile stays there.
        if (window.location.pathname !== from) return;
        moveDraft(NEW, created);
        navigate(`/${path}/${encodeURIComponent(created)}`);
      });
    } catch (error) {
      restoreDraft(conversation, draft);
      if (errorCode(error) === "invalid_input") setFound({ at: conversation, text: describeError(error) });
      else showToast(`Not sent. ${describeError(error)}`);
    }
  };
  return { send, problem: found?.at === here ? found.text : null, clearProblem: () => setFound(null) };
}

function Conversation({ topic, threadId }: { topic: Topic; threadId: string | undefined }) {
  const here = threadId ?? NEW;
  const chat = useChat(threadId, here);
  const showToast = useToast();
  const { field, pick } = usePromptField(here);
  const draft = useDraft(here);
  const { send, problem, clearProblem } = useSend({ path: topic.path, here, chat });
  const { turn } = chat;
  const isBeginning = threadId === undefined && chat.unsent.length > 0;

  const stop = async () => {
    if (turn.kind !== "streaming" && turn.kind !== "waiting") return;
    keepFocus(field.current);
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
      {threadId === undefined && !isBeginning
        ? <Welcome onPick={(text) => pick(text, suggestions)} />
        : <Messages key={threadId} threadId={threadId} chat={chat} retry={{ run: retry }} />}
      <div className="mx-auto w-full max-w-3xl shrink-0 px-3 pb-3 md:px-5">
        <Composer field={field} text={draft} problem={problem} blocked={isBeginning && draft !== "" ? BEGINNING : null} onSend={() => void send()} onStop={canStop ? () => void stop() : undefined} isStopping={chat.isStopping}
          onTextChange={(text) => { setDraft(here, text); clearProblem(); }} />
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

function Messages({ threadId, chat, retry }: { threadId: string | undefined; chat: ReturnType<typeof useChat>; retry: Retry }) {
  const { results, status, isLoading, unsent, sendingCount, loadMore, turn } = chat;
  const { box, content, onScroll, isAtEnd, toEnd } = useStickToBottom(results[0]?.key);
  // Who writes wants to see what they wrote, wherever they were reading.
  useLayoutEffect(() => { if (sendingCount > 0) toEnd(); }, [sendingCount, toEnd]);
  return (
    <div className="relative min-h-0 flex-1">
      <div ref={box} onScroll={onScroll} tabIndex={0} role="region" aria-label="Messages" className="h-full overflow-y-auto outline-offset-[-2px] [overflow-anchor:none]">
        <div ref={content} className="mx-auto max-w-3xl space-y-6 px-3 py-6 md:px-5">
          {threadId !== undefined && <ShareNote threadId={threadId} />}
          {(status === "CanLoadMore" || status === "LoadingMore") && (
            <div className="text-center"><Button disabled={status === "LoadingMore"} onClick={() => loadMore(20)}>{status === "LoadingMore" ? "Loading…" : "Show earlier messages"}</Button></div>
          )}
          {isLoading && unsent.length === 0 && <Skeleton />}
          {status === "Exhausted" && results.length === 0 && unsent.length === 0 && <p className="py-10 text-center text-muted">Nothing has been said here yet.</p>}
          {results.map((message) => <MessageRow key={message.key} message={message} />)}
          {unsent.map(({ text }, index) => <UnsentRow key={index} text={text} />)}
          <TurnStatus turn={turn} newest={results.at(-1)} retry={retry} />
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
