import type { UIMessage } from "convex-agent/react";
import { useMutation } from "convex/react";
import { useState, type ReactNode } from "react";
import { api } from "../../convex/_generated/api";
import { promptProblem } from "../../convex/chat/prompt";
import { describeError, errorCode } from "../app/errors";
import { navigate } from "../app/router";
import { useToast } from "../app/toasts";
import { viewerKey } from "../app/viewer";
import { moveDraft, restoreDraft, setDraft, useDraft } from "../chat/drafts";
import { holdUnsent } from "../chat/unsent";
import { keepFocus, usePromptField } from "../chat/usePromptField";
import { MessageList, useConversation } from "./MessageList";
import { ModelLine } from "./ModelLine";
import { PromptBox } from "./PromptBox";
import { Welcome } from "./Welcome";

export interface TopicConversationProps {
  /** The page's path: conversations are at `/<path>/<thread>`. */
  path: string;
  threadId: string | undefined;
  /** Saves the message and has it answered; begins a conversation when there is none. */
  send: (args: { prompt: string; threadId: string | undefined }) => Promise<{ threadId: string }>;
  /** Has a turn answered again. */
  retry: (args: { threadId: string; order: number; promptMessageId: string }) => Promise<unknown>;
  welcome: { title: string; text: ReactNode; suggestions: readonly string[] };
  placeholder: string;
  /** Why nothing can be sent just now. */
  blocked?: string | null;
  /** Between the messages and the place to write. */
  footer?: ReactNode;
  after?: (message: UIMessage) => ReactNode;
  /** How the page shows a reply, where it has its own way. */
  reply?: (message: UIMessage) => ReactNode;
  /** What is said while nobody has answered, where that is not a model's turn to do. */
  waiting?: ReactNode;
}

/** Why nothing can be sent while the first message is on its way: it would begin another conversation. */
export const BEGINNING = "Your first message is on its way. What you write stays here.";

interface SubmitOptions extends Pick<TopicConversationProps, "path" | "threadId" | "send"> {
  /** The newest turn; -1: there is none. */
  afterOrder: number;
}

/** Sends what is in the field. What the person can mend is said where the text is. */
function useSubmit({ path, threadId, send, afterOrder }: SubmitOptions) {
  const showToast = useToast();
  const here = `${path}/${threadId ?? "new"}`;
  const draft = useDraft(here);
  const [found, setFound] = useState<{ at: string; text: string } | null>(null);
  const submit = async () => {
    const wrong = promptProblem(draft);
    setFound(wrong === null ? null : { at: here, text: wrong });
    if (wrong !== null) return;
    const from = window.location.pathname;
    const sending = holdUnsent(here, { text: draft, afterOrder });
    setDraft(here, "");
    try {
      const sent = await send({ prompt: draft, threadId });
      sending.moveTo(`${path}/${sent.threadId}`);
      sending.acknowledge();
      // Who has gone elsewhere meanwhile stays there.
      if (window.location.pathname === from) {
        moveDraft(here, `${path}/${sent.threadId}`);
        navigate(`/${path}/${encodeURIComponent(sent.threadId)}`);
      }
    } catch (error) {
      sending.giveUp();
      restoreDraft(here, draft);
      // What the person can mend or wait for is said where the text is.
      if (errorCode(error) === null) showToast(`Not sent. ${describeError(error)}`);
      else setFound({ at: here, text: describeError(error) });
    }
  };
  return { submit, problem: found?.at === here ? found.text : null, clearProblem: () => setFound(null) };
}

/** A conversation with an agent, for the pages that show something around one. */
export function TopicConversation({ path, threadId, send, retry, welcome, placeholder, blocked = null, footer, after, reply, waiting }: TopicConversationProps) {
  const here = `${path}/${threadId ?? "new"}`;
  const conversation = useConversation(threadId, here);
  const stopReply = useMutation(api.chat.send.stop);
  const showToast = useToast();
  const { field, pick } = usePromptField(here);
  const draft = useDraft(here);
  const { submit, problem, clearProblem } = useSubmit({ path, threadId, send, afterOrder: conversation.results.at(-1)?.order ?? -1 });
  const { turn, results, unsent } = conversation;
  const isBeginning = threadId === undefined && unsent.length > 0;

  const attempt = async (run: () => Promise<unknown>) => {
    try {
      await run();
    } catch (error) {
      showToast(describeError(error));
    }
  };
  const stop = async (target: { threadId: string; order: number }) => {
    keepFocus(field.current);
    const { stopped } = await stopReply({ viewerKey, ...target });
    if (!stopped) showToast("There was nothing to stop: the reply is complete.");
  };
  const again = async () => {
    const prompt = results.findLast(({ role, status }) => role === "user" && status === "success");
    if (threadId !== undefined && prompt !== undefined) await retry({ threadId, order: prompt.order, promptMessageId: prompt.id });
  };
  const canStop = threadId !== undefined && (turn.kind === "streaming" || (turn.kind === "waiting" && turn.isSaved && waiting === undefined));
  return (
    <div className="flex h-full min-w-0 flex-col">
      {threadId === undefined && !isBeginning
        ? <Welcome {...welcome} onPick={pick} />
        : <MessageList key={threadId} conversation={conversation} retry={{ run: () => attempt(again) }} after={after} reply={reply} waiting={waiting} />}
      <div className="mx-auto w-full max-w-3xl shrink-0 space-y-2 px-3 pb-3 md:px-5">
        {footer}
        <PromptBox field={field} text={draft} placeholder={placeholder} problem={problem} blocked={isBeginning && draft !== "" ? BEGINNING : blocked} onSend={() => void submit()}
          onStop={canStop ? () => void attempt(() => stop({ threadId, order: turn.order })) : undefined}
          onTextChange={(text) => { setDraft(here, text); clearProblem(); }} />
        <ModelLine />
      </div>
    </div>
  );
}
