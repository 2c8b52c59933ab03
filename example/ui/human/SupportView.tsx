import { useMutation } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { Headset } from "lucide-react";
import { useState, type FormEvent } from "react";
import { api } from "../../convex/_generated/api";
import { Button } from "../app/controls";
import { describeError, errorCode } from "../app/errors";
import { useToast } from "../app/toasts";
import { viewerKey } from "../app/viewer";
import { restoreDraft, setDraft, useDraft } from "../chat/drafts";
import { PromptAuthorContext } from "../chat/promptAuthor";
import { ToolSlotsContext, type ToolSlots } from "../chat/toolSlots";
import { Field } from "../topics/Field";
import { MessageList, useConversation } from "../topics/MessageList";
import { PromptBox } from "../topics/PromptBox";
import { AnswerBox } from "./AnswerBox";
import type { Holder } from "./CustomerView";
import { HumanAnswer, waitsForPerson } from "./HumanAnswer";

type Questions = FunctionReturnType<typeof api.human.cases.get>["questions"];

const NAME = "human/name";
const slots: ToolSlots = { waitsFor: waitsForPerson, output: (output) => (typeof output === "string" ? <HumanAnswer text={output} /> : null) };

/** The side of the one who helps: reads along, answers what the agent asks, takes the conversation over. */
export function SupportView({ threadId, holder, questions }: { threadId: string; holder: Holder; questions: Questions }) {
  const conversation = useConversation(threadId);
  const name = useDraft(NAME);
  return (
    <PromptAuthorContext value="Customer">
      <ToolSlotsContext value={slots}>
        <div className="flex h-full flex-col">
          <p role="status" className="flex items-center gap-2 border-b border-line bg-panel px-4 py-2 text-sm md:px-5"><Headset size={16} aria-hidden className="shrink-0 text-accent" />{describe(holder)}</p>
          <MessageList conversation={conversation} onRetry={() => undefined} waiting={holder.kind === "person" ? "The customer waits for an answer." : "Nobody has answered yet."} />
          <div className="mx-auto w-full max-w-3xl shrink-0 space-y-3 px-3 pb-4 md:px-5">
            {questions.map((question) => <AnswerBox key={question.toolCallId} threadId={threadId} question={question} name={name} />)}
            {holder.kind === "person" && holder.isYou ? <Reply threadId={threadId} name={holder.name} /> : <TakeOver threadId={threadId} holder={holder} name={name} />}
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

function TakeOver({ threadId, holder, name }: { threadId: string; holder: Holder; name: string }) {
  const takeOver = useMutation(api.human.support.takeOver);
  const showToast = useToast();
  const [problem, setProblem] = useState<string | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setProblem(null);
    try {
      await takeOver({ viewerKey, threadId, name });
    } catch (error) {
      if (errorCode(error) === "invalid_input") setProblem(describeError(error));
      else showToast(describeError(error));
    }
  };
  const isTaken = holder.kind === "person";
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-wrap items-end gap-3 rounded-2xl border border-line bg-panel px-4 py-3">
      <Field label="Your name" hint="The customer sees it." value={name} autoComplete="given-name" problem={problem} onChange={(event) => { setDraft(NAME, event.target.value); setProblem(null); }} />
      <Button type="submit" look="primary" className="py-2.5" disabled={isTaken}>{isTaken ? `${holder.name} is here` : "Take over"}</Button>
    </form>
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
