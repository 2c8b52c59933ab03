import { Chat, useChat } from "@ai-sdk/react";
import { lastAssistantMessageIsCompleteWithApprovalResponses } from "ai";
import type { UIMessage } from "convex-agent/react";
import { CircleAlert, RotateCcw } from "lucide-react";
import { use, useEffect, useMemo, useRef, useState } from "react";
import { promptProblem } from "../../convex/chat/prompt";
import { Button, Dots } from "../app/controls";
import { describeError } from "../app/errors";
import { restoreDraft, setDraft, useDraft } from "../chat/drafts";
import { JumpToNewest } from "../chat/JumpToNewest";
import { ToolSlotsContext, type ToolSlots } from "../chat/toolSlots";
import { keepFocus } from "../chat/usePromptField";
import { useStickToBottom } from "../chat/useStickToBottom";
import { ModelLine } from "../topics/ModelLine";
import { PromptBox } from "../topics/PromptBox";
import { ApprovalButtons, type ApprovalButtonsProps } from "./ApprovalButtons";
import { ChatMessage } from "./ChatMessage";
import { firstOf, takeFirst } from "./firstMessages";
import { isRefusal, textOf, type createTransport } from "./transport";
import { useHeldMessage } from "./useHeldMessage";

interface ChatViewProps {
  threadId: string;
  transport: ReturnType<typeof createTransport>;
  history: Promise<UIMessage[]>;
}

/** A conversation as `useChat` gives it. */
export function ChatView({ threadId, transport, history }: ChatViewProps) {
  const messagesBefore = use(history);
  const [isNew] = useState(() => firstOf(threadId) !== undefined);
  // A chat of our own: one that `useChat` makes is stopped when the component leaves, and with it the reply for everybody.
  const [chat] = useState(() => new Chat<UIMessage>({
    id: threadId, messages: messagesBefore, transport, sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
  }));
  // A reply that is being written is found again, after a reload and in another browser.
  const helpers = useChat<UIMessage>({ chat, resume: !isNew });
  const { messages, status, error, sendMessage, regenerate, stop, addToolApprovalResponse } = helpers;
  const hold = useHeldMessage({ place: placeOf(threadId), before: messagesBefore, status });
  useEffect(() => {
    const prompt = takeFirst(threadId);
    if (prompt === undefined) return;
    hold(prompt, []);
    void sendMessage({ text: prompt });
  }, [threadId, sendMessage, hold]);
  const isBusy = status === "submitted" || status === "streaming";
  const slots = useMemo(() => slotsFor((answer) => void addToolApprovalResponse(answer)), [addToolApprovalResponse]);
  const last = messages.at(-1);
  const { box, content, onScroll, isAtEnd, toEnd } = useStickToBottom(messages[0]?.id);
  return (
    <ToolSlotsContext value={slots}>
      <div className="flex h-full flex-col">
        <div className="relative min-h-0 flex-1">
          <div ref={box} onScroll={onScroll} tabIndex={0} role="region" aria-label="Messages" className="h-full overflow-y-auto outline-offset-[-2px] [overflow-anchor:none]">
            <div ref={content} className="mx-auto max-w-3xl space-y-6 px-3 py-6 md:px-5">
              {messages.map((message) => (
                <ChatMessage key={message.id} message={message} isStreaming={status === "streaming" && message === last}
                  onRegenerate={message === last && status === "ready" && !waitsForApproval(message) ? () => {
                    box.current?.focus({ preventScroll: true });
                    void regenerate({ messageId: message.id });
                  } : undefined} />
              ))}
              {status === "submitted" && <p className="flex items-center gap-3 text-sm text-muted"><Dots />Waiting for the reply</p>}
              {error !== undefined && <Failed error={error} onRetry={isRefusal(error) ? undefined : () => void regenerate()} />}
              <p role="status" className="sr-only">{statusWords[status]}</p>
            </div>
          </div>
          <JumpToNewest isAtEnd={isAtEnd} onJump={toEnd} />
        </div>
        <Writer threadId={threadId} chat={helpers} hold={hold} onSent={toEnd} onStop={isBusy ? () => void stop() : undefined} />
      </div>
    </ToolSlotsContext>
  );
}

/** Under which name the conversation's draft is kept. */
function placeOf(threadId: string): string {
  return `use-chat/${threadId}`;
}

function waitsForApproval({ parts }: UIMessage): boolean {
  return parts.some((part) => "state" in part && part.state === "approval-requested");
}

function slotsFor(onDecide: ApprovalButtonsProps["onDecide"]): ToolSlots {
  return { below: (part) => <ApprovalButtons part={part} onDecide={onDecide} /> };
}

const statusWords = { submitted: "Sent. Waiting for the reply.", streaming: "The reply is being written.", ready: "The reply is complete.", error: "Something went wrong." } as const;

function Failed({ error, onRetry }: { error: Error; onRetry: (() => void) | undefined }) {
  return (
    <div role="alert" className="rounded-xl border border-danger/30 bg-danger-wash px-4 py-3 text-sm">
      <p className="flex items-center gap-2 font-medium text-danger"><CircleAlert size={16} aria-hidden />{onRetry === undefined ? "Not sent" : "The reply failed"}</p>
      <p className="mt-1 wrap-anywhere">{onRetry === undefined ? `${describeError(error)} What you wrote is back in the field below.` : error.message}</p>
      {onRetry !== undefined && <p className="mt-1 text-muted">What was said so far is kept. Try again; if it fails again, wait a minute first.</p>}
      {onRetry !== undefined && <Button className="mt-3" onClick={onRetry}><RotateCcw size={14} aria-hidden />Try again</Button>}
    </div>
  );
}

interface WriterProps {
  threadId: string;
  chat: ReturnType<typeof useChat<UIMessage>>;
  hold: ReturnType<typeof useHeldMessage>;
  /** Called when something is sent. */
  onSent: () => void;
  onStop: (() => void) | undefined;
}

/** Where one writes. A message that was refused comes back into the field. */
function Writer({ threadId, chat: { status, error, messages, setMessages, sendMessage, clearError }, hold, onSent, onStop }: WriterProps) {
  const here = placeOf(threadId);
  const field = useRef<HTMLTextAreaElement>(null);
  const draft = useDraft(here);
  const [problem, setProblem] = useState<string | null>(null);
  const returned = useRef<Error | undefined>(undefined);
  const unsent = messages.at(-1);
  useEffect(() => {
    if (status !== "error" || error === undefined || !isRefusal(error) || unsent?.role !== "user" || returned.current === error) return;
    returned.current = error;
    restoreDraft(here, textOf(unsent));
    setMessages((all) => all.filter((message) => message !== unsent));
  }, [status, error, unsent, here, setMessages]);
  const submit = () => {
    const wrong = promptProblem(draft);
    setProblem(wrong);
    if (wrong !== null) return;
    setDraft(here, "");
    clearError();
    hold(draft, messages);
    void sendMessage({ text: draft });
    onSent();
  };
  const stop = onStop && (() => {
    keepFocus(field.current);
    onStop();
  });
  return (
    <div className="mx-auto w-full max-w-3xl shrink-0 space-y-2 px-3 pb-3 md:px-5">
      <PromptBox field={field} text={draft} placeholder="Write a message…" problem={problem} blocked={onStop === undefined ? null : "A reply is being written. Wait for it, or stop it; what you write stays here."}
        onSend={submit} onStop={stop} onTextChange={(text) => { setDraft(here, text); setProblem(null); }} />
      <ModelLine />
    </div>
  );
}
