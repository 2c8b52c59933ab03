import type { TurnState, UIMessage } from "convex-agent/react";
import { CircleAlert, CircleStop, RotateCcw, UserRound } from "lucide-react";
import { useEffect, useState, type MouseEvent, type ReactNode } from "react";
import { Button, Dots } from "../app/controls";
import { explainFailure, STOPPED, TAKEN_OVER } from "./failures";

/** After this long without a word, waiting is worth a remark. */
const LONG_WAIT_MS = 15_000;

export interface Retry {
  run: () => Promise<unknown>;
  /** What it is called; without one after what has happened: "Answer again", "Try again". */
  label?: string;
}

interface TurnStatusProps {
  turn: TurnState;
  /** The last message that is shown; another object whenever something was added to it. */
  newest: UIMessage | undefined;
  /** Without it nothing can be tried again here. */
  retry: Retry | undefined;
  /** What is said while nobody has answered, where that is not a model's turn to do. */
  waiting?: ReactNode;
}

/** Where the newest turn is, in words, with what can be done about it. */
export function TurnStatus({ turn, newest, retry, waiting }: TurnStatusProps) {
  return (
    <>
      <p role="status" className="sr-only">{announcement(turn)}</p>
      {turn.kind === "waiting" && turn.isSaved && (waiting === undefined ? <Waiting key={turn.order} retry={retry} /> : <p className="text-sm text-muted">{waiting}</p>)}
      {turn.kind === "streaming" && newest !== undefined && <Silence newest={newest} />}
      {turn.kind === "failed" && turn.reason === STOPPED && (
        <div className="flex flex-wrap items-center gap-3 text-sm text-muted">
          <span className="flex items-center gap-2"><CircleStop size={16} aria-hidden />Stopped. What was said so far is kept.</span>
          {retry !== undefined && <RetryButton retry={retry} label="Answer again" />}
        </div>
      )}
      {turn.kind === "failed" && turn.reason === TAKEN_OVER && <p className="flex items-center gap-2 text-sm text-muted"><UserRound size={16} aria-hidden />The agent stopped here: a person has taken over.</p>}
      {turn.kind === "failed" && turn.reason !== STOPPED && turn.reason !== TAKEN_OVER && <Failed reason={turn.reason} retry={retry} />}
    </>
  );
}

/** Whether nothing was new for long: since the first render, or since `newest` was another. */
function useIsLong(newest?: unknown): boolean {
  const [silent, setSilent] = useState<{ after: unknown } | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setSilent({ after: newest }), LONG_WAIT_MS);
    return () => clearTimeout(timer);
  }, [newest]);
  return silent !== null && silent.after === newest;
}

function Silence({ newest }: { newest: UIMessage }) {
  return useIsLong(newest) ? <p role="status" className="text-sm text-muted">Nothing new has come for a while. The reply may still be at work.</p> : null;
}

/** The button that has a turn answered. It goes once that has begun; the focus stays in the list of messages then. */
function RetryButton({ retry, label, className }: { retry: Retry; label: string; className?: string }) {
  const [isRunning, setIsRunning] = useState(false);
  const click = async ({ currentTarget }: MouseEvent<HTMLButtonElement>) => {
    setIsRunning(true);
    currentTarget.closest<HTMLElement>('[role="region"]')?.focus({ preventScroll: true });
    try {
      await retry.run();
    } finally {
      setIsRunning(false);
    }
  };
  return <Button className={className} disabled={isRunning} onClick={(event) => void click(event)}><RotateCcw size={14} aria-hidden />{retry.label ?? label}</Button>;
}

function Waiting({ retry }: Pick<TurnStatusProps, "retry">) {
  const isLong = useIsLong();
  return (
    <div className="flex flex-wrap items-center gap-3 text-sm text-muted">
      <Dots /><span>{isLong ? "The reply has not begun yet. This takes longer than usual." : "Waiting for the reply"}</span>
      {isLong && retry !== undefined && <RetryButton retry={retry} label="Try again" />}
    </div>
  );
}

function Failed({ reason, retry }: { reason: string | undefined } & Pick<TurnStatusProps, "retry">) {
  const { what, advice } = explainFailure(reason);
  return (
    <div role="alert" className="rounded-xl border border-danger/30 bg-danger-wash px-4 py-3 text-sm">
      <p className="flex items-center gap-2 font-medium text-danger"><CircleAlert size={16} aria-hidden />The reply failed</p>
      {what !== "" && <p className="mt-1 wrap-anywhere">{what}</p>}
      <p className="mt-1 text-muted">{advice}</p>
      {retry !== undefined && <RetryButton className="mt-3" retry={retry} label="Try again" />}
    </div>
  );
}

/** What a screen reader says when the turn changes; the words of the reply are read by moving to them. */
function announcement(turn: TurnState): string {
  switch (turn.kind) {
    case "empty": return "";
    case "waiting": return turn.isSaved ? "Sent. Waiting for the reply." : "Sending.";
    case "streaming": return "The reply is being written.";
    case "awaiting-approval": return "A tool waits for approval.";
    case "failed": return turn.reason === STOPPED ? "The reply was stopped." : "The reply failed.";
    case "done": return "The reply is complete.";
    default: return turn satisfies never;
  }
}
