import type { UIMessage } from "convex-agent/react";
import { useMutation } from "convex/react";
import { useState, type ReactNode } from "react";
import { api } from "../../convex/_generated/api";
import { promptProblem } from "../../convex/chat/prompt";
import { describeError, errorCode } from "../app/errors";
import { navigate } from "../app/router";
import { useToast } from "../app/toasts";
import { viewerKey } from "../app/viewer";
import { restoreDraft, setDraft, useDraft } from "../chat/drafts";
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

/** A conversation with an agent, for the pages that show something around one. */
export function TopicConversation({ path, threadId, send, retry, welcome, placeholder, blocked = null, footer, after, reply, waiting }: TopicConversationProps) {
  const conversation = useConversation(threadId);
  const stopReply = useMutation(api.chat.send.stop);
  const showToast = useToast();
  const here = `${path}/${threadId ?? "new"}`;
  const draft = useDraft(here);
  const [found, setFound] = useState<{ at: string; text: string } | null>(null);
  const { turn, results } = conversation;

  const submit = async () => {
    const wrong = promptProblem(draft);
    setFound(wrong === null ? null : { at: here, text: wrong });
    if (wrong !== null) return;
    setDraft(here, "");
    try {
      const sent = await send({ prompt: draft, threadId });
      if (sent.threadId !== threadId) navigate(`/${path}/${encodeURIComponent(sent.threadId)}`);
    } catch (error) {
      restoreDraft(here, draft);
      // What the person can mend or wait for is said where the text is.
      if (errorCode(error) === null) showToast(`Not sent. ${describeError(error)}`);
      else setFound({ at: here, text: describeError(error) });
    }
  };
  const attempt = async (run: () => Promise<unknown>) => {
    try {
      await run();
    } catch (error) {
      showToast(describeError(error));
    }
  };
  const stop = async (target: { threadId: string; order: number }) => {
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
      {threadId === undefined
        ? <Welcome {...welcome} onPick={(text) => setDraft(here, text)} />
        : <MessageList key={threadId} conversation={conversation} onRetry={() => void attempt(again)} after={after} reply={reply} waiting={waiting} />}
      <div className="mx-auto w-full max-w-3xl shrink-0 space-y-2 px-3 pb-3 md:px-5">
        {footer}
        <PromptBox text={draft} placeholder={placeholder} problem={found?.at === here ? found.text : null} blocked={blocked} onSend={() => void submit()}
          onStop={canStop ? () => void attempt(() => stop({ threadId, order: turn.order })) : undefined}
          onTextChange={(text) => { setDraft(here, text); setFound(null); }} />
        <ModelLine />
      </div>
    </div>
  );
}
