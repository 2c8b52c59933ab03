import { useMutation } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { Headset, Inbox } from "lucide-react";
import { useState } from "react";
import { api } from "../../convex/_generated/api";
import { Button } from "../app/controls";
import { describeError, errorCode } from "../app/errors";
import { Link } from "../app/router";
import { useToast } from "../app/toasts";
import { viewerKey } from "../app/viewer";
import { restoreDraft, setDraft, useDraft } from "../chat/drafts";
import { PromptAuthorContext } from "../chat/promptAuthor";
import { ToolSlotsContext } from "../chat/toolSlots";
import { MessageList, useConversation } from "../topics/MessageList";
import { PromptBox } from "../topics/PromptBox";
import { AnswerBox } from "./AnswerBox";
import type { Holder } from "./CustomerView";
import { supportSlots } from "./HumanAnswer";
import { INBOX } from "./inboxPath";

type Questions = FunctionReturnType<typeof api.human.cases.get>["questions"];

/** The side of the one who helps: reads along, answers what the agent asks, takes the conversation over. */
export function SupportView({ threadId, holder, questions }: { threadId: string; holder: Holder; questions: Questions }) {
  const conversation = useConversation(threadId);
  return (
    <PromptAuthorContext value="Customer">
      <ToolSlotsContext value={supportSlots}>
        <div className="flex h-full flex-col">
          <div className="flex items-center gap-3 border-b border-line bg-panel px-4 py-2 text-sm md:px-5">
            <p role="status" className="flex min-w-0 flex-1 items-center gap-2"><Headset size={16} aria-hidden className="shrink-0 text-accent" />{describe(holder)}</p>
            <Link href={INBOX} className="flex shrink-0 items-center gap-1.5 rounded font-medium text-accent underline-offset-3 hover:underline"><Inbox size={15} aria-hidden />Inbox</Link>
          </div>
          <MessageList conversation={conversation} waiting={holder.kind === "person" ? "The customer waits for an answer." : "Nobody has answered yet."} />
          <div className="mx-auto w-full max-w-3xl shrink-0 space-y-3 px-3 pb-4 md:px-5">
            {questions.map((question) => <AnswerBox key={question.toolCallId} threadId={threadId} question={question} />)}
            {holder.kind === "person" && holder.isYou ? <Reply threadId={threadId} name={holder.name} /> : <TakeOver threadId={threadId} holder={holder} />}
          </div>
        </div>
      </ToolSlotsContext>
    </PromptAuthorContext>
  );
}

function describe(holder: Holder): string {
  switch (holder.kind) {
    case "agent": return "You are support here. The agent answers the customer.";
    case "waiting": return "You are support here. The customer asks for a person.";
    case "person": return holder.isYou ? `You answer the customer, as ${holder.name}.` : `You are support here. ${holder.name} answers the customer.`;
    default: return holder satisfies never;
  }
}

function TakeOver({ threadId, holder }: { threadId: string; holder: Holder }) {
  const takeOver = useMutation(api.human.support.takeOver);
  const showToast = useToast();
  const run = async () => {
    try {
      await takeOver({ viewerKey, threadId });
    } catch (error) {
      showToast(describeError(error));
    }
  };
  const isTaken = holder.kind === "person";
  return (
    <div className="flex flex-wrap items-center gap-3 rounded-2xl border border-line bg-panel px-4 py-3 text-sm">
      <p className="min-w-0 flex-1 basis-56 text-muted">{isTaken ? "A colleague takes care of this customer. You can read along." : "Take over to answer the customer yourself; the agent keeps quiet then."}</p>
      <Button look="primary" disabled={isTaken} onClick={() => void run()}>{isTaken ? `${holder.name} is here` : "Take over"}</Button>
    </div>
  );
}

function Reply({ threadId, name }: { threadId: string; name: string }) {
  const say = useMutation(api.human.support.say);
  const handBack = useMutation(api.human.support.handBack);
  const showToast = useToast();
  const here = `human/${threadId}/support`;
  const draft = useDraft(here);
  const [problem, setProblem] = useState<string | null>(null);
  const submit = async () => {
    setDraft(here, "");
    setProblem(null);
    try {
      await say({ viewerKey, threadId, text: draft });
    } catch (error) {
      restoreDraft(here, draft);
      if (errorCode(error) === null) showToast(`Not sent. ${describeError(error)}`);
      else setProblem(describeError(error));
    }
  };
  const giveBack = async () => {
    try {
      await handBack({ viewerKey, threadId });
    } catch (error) {
      showToast(describeError(error));
    }
  };
  return (
    <>
      <PromptBox text={draft} label={`Answer as ${name}`} placeholder={`Answer as ${name}…`} problem={problem} onSend={() => void submit()} onTextChange={(text) => { setDraft(here, text); setProblem(null); }} />
      <div className="text-center"><Button onClick={() => void giveBack()}>Hand back to the agent</Button></div>
    </>
  );
}
