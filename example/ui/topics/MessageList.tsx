import { useUIMessages, type UIMessage } from "convex-agent/react";
import { Fragment, useLayoutEffect, type ReactNode } from "react";
import { api } from "../../convex/_generated/api";
import { Button, Dots } from "../app/controls";
import { viewerKey } from "../app/viewer";
import { JumpToNewest } from "../chat/JumpToNewest";
import { MessageRow, UnsentRow } from "../chat/MessageRow";
import { TurnStatus, type Retry } from "../chat/TurnStatus";
import { turnWith, useUnsent } from "../chat/unsent";
import { useStickToBottom } from "../chat/useStickToBottom";

const PAGE_SIZE = 20;

const NO_MESSAGES: readonly UIMessage[] = [];

/** The messages of a conversation, live, and where its newest turn is. `place`: where one writes into it, if here. */
export function useConversation(threadId: string | undefined, place = "") {
  const list = useUIMessages(
    api.chat.streaming.listThreadMessages,
    threadId === undefined ? "skip" : { viewerKey, threadId },
    { initialNumItems: PAGE_SIZE, stream: true },
  );
  const isLoading = threadId !== undefined && list.status === "LoadingFirstPage";
  const { unsent, sendingCount } = useUnsent(place, isLoading ? undefined : threadId === undefined ? NO_MESSAGES : list.results);
  return { ...list, isLoading, unsent, sendingCount, turn: turnWith(unsent, list.results) };
}

interface MessageListProps {
  conversation: ReturnType<typeof useConversation>;
  /** Without it nothing can be tried again here. */
  retry?: Retry | undefined;
  /** What a page shows beneath a message. */
  after?: ((message: UIMessage) => ReactNode) | undefined;
  /** How a page shows a reply, where it has its own way. */
  reply?: ((message: UIMessage) => ReactNode) | undefined;
  /** What is said while nobody has answered, where that is not a model's turn to do. */
  waiting?: ReactNode;
}

/** A conversation as one reads it: scrolls along with its end, asks for earlier messages, says where the turn is. */
export function MessageList({ conversation, retry, after, reply, waiting }: MessageListProps) {
  const { results, status, isLoading, unsent, sendingCount, loadMore, turn } = conversation;
  const { box, content, onScroll, isAtEnd, toEnd } = useStickToBottom(results[0]?.key);
  // Who writes wants to see what they wrote, wherever they were reading.
  useLayoutEffect(() => { if (sendingCount > 0) toEnd(); }, [sendingCount, toEnd]);
  return (
    <div className="relative min-h-0 flex-1">
      <div ref={box} onScroll={onScroll} tabIndex={0} role="region" aria-label="Messages" className="h-full overflow-y-auto outline-offset-[-2px] [overflow-anchor:none]">
        <div ref={content} className="mx-auto max-w-3xl space-y-6 px-3 py-6 md:px-5">
          {(status === "CanLoadMore" || status === "LoadingMore") && (
            <div className="text-center"><Button disabled={status === "LoadingMore"} onClick={() => loadMore(PAGE_SIZE)}>{status === "LoadingMore" ? "Loading…" : "Show earlier messages"}</Button></div>
          )}
          {isLoading && unsent.length === 0 && <p role="status" className="py-10 text-center"><Dots /><span className="sr-only">Loading the conversation</span></p>}
          {status === "Exhausted" && results.length === 0 && unsent.length === 0 && <p className="py-10 text-center text-muted">Nothing has been said here yet.</p>}
          {results.map((message) => <Fragment key={message.key}>{reply !== undefined && message.role === "assistant" ? reply(message) : <MessageRow message={message} />}{after?.(message)}</Fragment>)}
          {unsent.map(({ text }, index) => <UnsentRow key={index} text={text} />)}
          <TurnStatus turn={turn} newest={results.at(-1)} retry={retry} waiting={waiting} />
        </div>
      </div>
      <JumpToNewest isAtEnd={isAtEnd} onJump={toEnd} />
    </div>
  );
}
