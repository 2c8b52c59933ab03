import { useMutation } from "convex/react";
import { MessageCircleQuestion } from "lucide-react";
import { useState } from "react";
import { api } from "../../convex/_generated/api";
import { describeError, errorCode } from "../app/errors";
import { useToast } from "../app/toasts";
import { viewerKey } from "../app/viewer";
import { restoreDraft, setDraft, useDraft } from "../chat/drafts";
import { PromptBox } from "../topics/PromptBox";

interface AnswerBoxProps {
  threadId: string;
  question: { toolCallId: string; question: string };
}

/** A question of the agent, and where a person answers it. */
export function AnswerBox({ threadId, question: { toolCallId, question } }: AnswerBoxProps) {
  const answer = useMutation(api.human.support.answer);
  const showToast = useToast();
  const here = `human/${toolCallId}`;
  const draft = useDraft(here);
  const [problem, setProblem] = useState<string | null>(null);
  const submit = async () => {
    setDraft(here, "");
    setProblem(null);
    try {
      await answer({ viewerKey, threadId, toolCallId, text: draft });
    } catch (error) {
      restoreDraft(here, draft);
      if (errorCode(error) === null) showToast(`Not sent. ${describeError(error)}`);
      else setProblem(describeError(error));
    }
  };
  return (
    <section aria-label="Question of the agent" className="rounded-2xl border border-accent bg-panel px-4 py-3">
      <p className="mb-2 flex items-start gap-2 text-sm"><MessageCircleQuestion size={16} aria-hidden className="mt-0.5 shrink-0 text-accent" /><span><span className="font-medium">The agent asks:</span> {question}</span></p>
      <PromptBox takesFocus={false} text={draft} label="Your answer to the agent" placeholder="The agent goes on with what you write…" problem={problem} onSend={() => void submit()} onTextChange={(text) => { setDraft(here, text); setProblem(null); }} />
    </section>
  );
}
