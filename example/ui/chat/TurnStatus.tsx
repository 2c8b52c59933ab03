import type { TurnState } from "convex-agent/react";
import { CircleAlert, CircleStop, RotateCcw, UserRound } from "lucide-react";
import { useEffect, useState, type ReactNode } from "react";
import { Button, Dots } from "../app/controls";
import { explainFailure, STOPPED, TAKEN_OVER } from "./failures";

/** After this long without a word, waiting is worth a remark. */
const LONG_WAIT_MS = 15_000;

interface TurnStatusProps {
  turn: TurnState;
  /** Without it nothing can be tried again here. */
  onRetry: (() => void) | undefined;
  /** What is said while nobody has answered, where that is not a model's turn to do. */
  waiting?: ReactNode;
}

/** Where the newest turn is, in words, with what can be done about it. */
export function TurnStatus({ turn, onRetry, waiting }: TurnStatusProps) {
  return (
    <>
      <p role="status" className="sr-only">{announcement(turn)}</p>
      {turn.kind === "waiting" && turn.isSaved && (waiting === undefined ? <Waiting key={turn.order} onRetry={onRetry} /> : <p className="text-sm text-muted">{waiting}</p>)}
      {turn.kind === "failed" && turn.reason === STOPPED && (
        <div className="flex flex-wrap items-center gap-3 text-sm text-muted">
          <span className="flex items-center gap-2"><CircleStop size={16} aria-hidden />Stopped. What was said so far is kept.</span>
          {onRetry !== undefined && <Button onClick={onRetry}><RotateCcw size={14} aria-hidden />Answer again</Button>}
        </div>
      )}
      {turn.kind === "failed" && turn.reason === TAKEN_OVER && <p className="flex items-center gap-2 text-sm text-muted"><UserRound size={16} aria-hidden />The agent stopped here: a person has taken over.</p>}
      {turn.kind === "failed" && turn.reason !== STOPPED && turn.reason !== TAKEN_OVER && <Failed reason={turn.reason} onRetry={onRetry} />}
    </>
  );
}

function Waiting({ onRetry }: Pick<TurnStatusProps, "onRetry">) {
  const [isLong, setIsLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsLong(true), LONG_WAIT_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="flex flex-wrap items-center gap-3 text-sm text-muted">
      <Dots /><span>{isLong ? "The reply has not begun yet. This takes longer than usual." : "Waiting for the reply"}</span>
      {isLong && onRetry !== undefined && <Button onClick={onRetry}><RotateCcw size={14} aria-hidden />Try again</Button>}
    </div>
  );
}

function Failed({ reason, onRetry }: { reason: string | undefined } & Pick<TurnStatusProps, "onRetry">) {
  const { what, advice } = explainFailure(reason);
  return (
    <div role="alert" className="rounded-xl border border-danger/30 bg-danger-wash px-4 py-3 text-sm">
      <p className="flex items-center gap-2 font-medium text-danger"><CircleAlert size={16} aria-hidden />The reply failed</p>
      {what !== "" && <p className="mt-1 wrap-anywhere">{what}</p>}
      <p className="mt-1 text-muted">{advice}</p>
      {onRetry !== undefined && <Button className="mt-3" onClick={onRetry}><RotateCcw size={14} aria-hidden />Try again</Button>}
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
