import { useStreamingUIMessages } from "convex-agent/react";
import { LoaderCircle, Square } from "lucide-react";
import { useState, type MouseEvent } from "react";
import { Badge, Button } from "../app/controls";
import { giveFocus } from "../app/focus";
import { Dots } from "../app/states";
import { useToasts } from "../app/toasts";
import { useConnection, useOptionalQuery, usePlaygroundFunction, usePlaygroundMutation } from "../connection/api";
import { AnswerParts } from "./AnswerCard";

/** An answer that is being made, and is not saved. */
export interface LiveRun {
  /** What it is followed and stopped by. */
  readonly liveId: number;
  readonly agentName: string;
}

/** A number that no other answer of the thread has. */
export function newLiveId(): number {
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
  return random + 1;
}

interface Props {
  threadId: string;
  title: string;
  live: LiveRun;
}

/** The answer as far as it is said, and a way to stop it. */
export function LiveAnswer({ threadId, title, live: { liveId, agentName } }: Props) {
  // Asks for nothing but whether the app has the function: one that exports only the documented ones has not.
  const follows = useOptionalQuery("listLive", { threadId, liveId });
  return (
    <article aria-label={title} aria-busy className="flex min-w-0 flex-col rounded-xl border border-accent/50 bg-raised">
      <header className="border-b border-line px-3 py-2">
        <h4 className="flex flex-wrap items-center gap-2 text-sm font-semibold">{title}<Badge tone="accent"><LoaderCircle size={11} aria-hidden className="animate-spin" />live</Badge></h4>
        <p className="mt-0.5 text-xs text-muted wrap-anywhere">{agentName}</p>
      </header>
      <div className="grid grid-cols-1 gap-2.5 px-3 py-3">
        {follows.kind === "value" && <Said threadId={threadId} liveId={liveId} />}
        {follows.kind === "missing" && <p className="text-sm text-muted">The app exports no <code>listLive</code>: the answer is here when it is whole.</p>}
      </div>
      <footer className="mt-auto flex gap-2 border-t border-line px-3 py-2"><Stop threadId={threadId} liveId={liveId} /></footer>
    </article>
  );
}

function Said({ threadId, liveId }: { threadId: string; liveId: number }) {
  const { apiKey } = useConnection();
  const messages = useStreamingUIMessages(usePlaygroundFunction("listLive"), { threadId, liveId, apiKey }, { startOrder: -liveId });
  const parts = messages?.flatMap((message) => message.parts).filter(({ type }) => type !== "step-start") ?? [];
  return parts.length === 0 ? <Dots /> : <AnswerParts parts={parts} isGrowing />;
}

function Stop({ threadId, liveId }: { threadId: string; liveId: number }) {
  const abort = usePlaygroundMutation("abortStream");
  const toasts = useToasts();
  const [isBusy, setIsBusy] = useState(false);
  const stop = async ({ currentTarget }: MouseEvent<HTMLElement>) => {
    setIsBusy(true);
    // What comes in the place of this is within.
    const answers = currentTarget.closest<HTMLElement>("[data-answers]");
    try {
      if (!(await abort({ live: { threadId, liveId } }))) toasts.done("It had ended already.");
      giveFocus(answers);
    } catch (error) {
      toasts.failed(error);
      setIsBusy(false);
    }
  };
  return <Button size="small" disabled={isBusy} onClick={(event) => void stop(event)}><Square size={11} aria-hidden fill="currentColor" />{isBusy ? "Stopping" : "Stop"}</Button>;
}
