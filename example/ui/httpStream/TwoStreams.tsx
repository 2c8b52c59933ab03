import { Cable, Database, Unplug } from "lucide-react";
import { useState, type ReactNode } from "react";
import { promptProblem } from "../../convex/chat/prompt";
import { Button, Dots } from "../app/controls";
import { describeError, errorCode } from "../app/errors";
import { navigate } from "../app/router";
import { useToast } from "../app/toasts";
import { moveDraft, restoreDraft, setDraft, useDraft } from "../chat/drafts";
import { holdUnsent } from "../chat/unsent";
import { usePromptField } from "../chat/usePromptField";
import { MessageList, useConversation } from "../topics/MessageList";
import { ModelLine } from "../topics/ModelLine";
import { PromptBox } from "../topics/PromptBox";
import { BEGINNING } from "../topics/TopicConversation";
import { Welcome } from "../topics/Welcome";
import { useHttpAnswer, type HttpAnswer } from "./useHttpAnswer";

/** The same reply twice: as this page reads it out of a response, and as everybody sees it in the database. */
export function TwoStreams({ path, threadId }: { path: string; threadId: string | undefined }) {
  const here = `${path}/${threadId ?? "new"}`;
  const conversation = useConversation(threadId, here);
  const { results, unsent } = conversation;
  const isBeginning = threadId === undefined && unsent.length > 0;
  const { answer, ask, leave } = useHttpAnswer();
  const showToast = useToast();
  const draft = useDraft(here);
  const { field, put, pick } = usePromptField(here);
  const [found, setFound] = useState<{ at: string; text: string } | null>(null);
  const submit = async () => {
    const wrong = promptProblem(draft);
    setFound(wrong === null ? null : { at: here, text: wrong });
    if (wrong !== null) return;
    const from = window.location.pathname;
    const sending = holdUnsent(here, { text: draft, afterOrder: results.at(-1)?.order ?? -1 });
    setDraft(here, "");
    try {
      await ask(draft, threadId, (begun) => {
        sending.moveTo(`${path}/${begun}`);
        sending.acknowledge();
        // Who has gone elsewhere meanwhile stays there.
        if (window.location.pathname !== from) return;
        moveDraft(here, `${path}/${begun}`);
        navigate(`/${path}/${encodeURIComponent(begun)}`);
      });
    } catch (error) {
      sending.giveUp();
      restoreDraft(here, draft);
      if (errorCode(error) !== null) setFound({ at: here, text: describeError(error) });
      else showToast(error instanceof TypeError ? "Not sent. The backend's HTTP address cannot be reached. Is it running?" : `Not sent. ${describeError(error)}`);
    }
  };
  const putBack = async () => put(results.findLast(({ role }) => role === "user")?.text ?? draft);
  return (
    <div className="flex h-full flex-col">
      {threadId === undefined && !isBeginning
        ? (
          <Welcome title="Two ways for one reply" onPick={pick} suggestions={["Tell me a long story, so that I can watch it stream.", "Count to 60"]}
            text="The message goes to an HTTP action. Its response is the reply, word by word, for this page alone; at the same time the words are saved as deltas, for everybody and for later. Leave the response in the middle, or reload: the deltas go on." />
        )
        : (
          <div className="grid min-h-0 flex-1 grid-rows-2 lg:grid-cols-2 lg:grid-rows-1">
            <Column icon={<Cable size={15} aria-hidden className="shrink-0" />} title="HTTP response" note="only for this page, only now"><HttpColumn answer={answer?.threadId === threadId ? answer : null} onLeave={leave} /></Column>
            <Column icon={<Database size={15} aria-hidden className="shrink-0" />} title="Deltas in the database" note="for everybody with the link, and after a reload">
              <MessageList key={threadId} conversation={conversation} retry={{ run: putBack, label: "Write it again" }} />
            </Column>
          </div>
        )}
      <div className="mx-auto w-full max-w-3xl shrink-0 space-y-2 px-3 pt-2 pb-3 md:px-5">
        <PromptBox field={field} text={draft} placeholder="Ask for something long…" problem={found?.at === here ? found.text : null} blocked={isBeginning && draft !== "" ? BEGINNING : null} onSend={() => void submit()} onTextChange={(text) => { setDraft(here, text); setFound(null); }} />
        <ModelLine />
      </div>
    </div>
  );
}

function Column({ icon, title, note, children }: { icon: ReactNode; title: string; note: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="flex min-h-0 min-w-0 flex-col border-b border-line first:bg-panel lg:border-r lg:border-b-0">
      <h2 className="flex flex-wrap items-center gap-x-2 border-b border-line px-4 py-2 text-sm font-medium">{icon}<span className="shrink-0">{title}</span><span className="font-normal text-muted">{note}</span></h2>
      {children}
    </section>
  );
}

const states = {
  reading: "Reading the response…",
  complete: "The response is complete.",
  left: "You left the response. The deltas go on without it.",
  broken: "The response broke off. The deltas have the rest.",
} as const;

function HttpColumn({ answer, onLeave }: { answer: HttpAnswer | null; onLeave: () => void }) {
  if (answer === null) return <p className="p-4 text-sm text-muted">There is no response here now. What was said stands at the side: a response cannot be read again.</p>;
  const { state, text, pieces, firstMs, totalMs } = answer;
  return (
    <div role="region" aria-label="The response" tabIndex={0} className="min-h-0 flex-1 space-y-3 overflow-y-auto p-4 outline-offset-[-2px]">
      <div className="flex flex-wrap items-center gap-3 text-sm">
        <p role="status" className={state === "broken" ? "text-danger" : "text-muted"}>{states[state]}</p>
        {state === "reading" && firstMs !== null && <Button onClick={onLeave}><Unplug size={14} aria-hidden />Leave the response</Button>}
      </div>
      {firstMs !== null && <p className="text-xs text-muted tabular-nums">{pieces} pieces · first word after {Math.round(firstMs)} ms · {(totalMs / 1000).toFixed(1)} s</p>}
      {text === "" && state === "reading" ? <Dots /> : <p className="font-mono text-sm leading-6 whitespace-pre-wrap wrap-anywhere">{text}</p>}
    </div>
  );
}
