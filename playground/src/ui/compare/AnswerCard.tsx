import type { UIMessage } from "convex-agent/react";
import { parseFailure } from "convex-agent/react";
import { Wrench } from "lucide-react";
import type { ReactNode } from "react";
import { Badge, Disclosure } from "../app/controls";
import { formatCount, formatDuration } from "../app/format";
import { Json } from "../app/Json";
import { StepPart } from "../messages/StepPart";
import { isToolPart, toolName, type ToolPart } from "../messages/ToolCall";
import { formatMoney } from "../usage/prices";
import type { ComparedAnswer } from "./answers";
import type { DiffRun } from "./wordDiff";

interface Props {
  title: string;
  answer: ComparedAnswer;
  /** What differs from the other answer, in place of the words as they are. */
  changes?: readonly DiffRun[] | undefined;
  actions?: ReactNode;
}

/** An answer with what it took, to set beside another. */
export function AnswerCard({ title, answer, changes, actions }: Props) {
  const { parts, error } = answer;
  return (
    <article aria-label={title} className="flex min-w-0 flex-col rounded-xl border border-line bg-raised">
      <header className="border-b border-line px-3 py-2">
        <h4 className="flex flex-wrap items-center gap-2 text-sm font-semibold">{title}
          {error !== undefined ? <EarlyEnd error={error} /> : answer.finishReason !== undefined && <Badge tone={answer.finishReason === "stop" || answer.finishReason === "tool-calls" ? "plain" : "warn"} title="Why the model ended">{answer.finishReason}</Badge>}
        </h4>
        <p className="mt-0.5 text-xs text-muted wrap-anywhere">{[answer.agentName, answer.model].filter(Boolean).join(" · ")}</p>
        <Numbers answer={answer} />
      </header>
      <div className="grid grid-cols-1 gap-2.5 px-3 py-3">
        {changes === undefined ? <AnswerParts parts={parts} isGrowing={false} /> : <><Tools parts={parts} /><Changes runs={changes} /></>}
        {error !== undefined && <p className={`text-sm wrap-anywhere ${parseFailure(error).code === "aborted" ? "text-muted" : "text-danger"}`}>{parseFailure(error).message || error}</p>}
        {parts.length === 0 && error === undefined && <p className="text-sm text-muted">It said nothing.</p>}
      </div>
      {actions !== undefined && <footer className="mt-auto flex flex-wrap gap-2 border-t border-line px-3 py-2">{actions}</footer>}
    </article>
  );
}

function EarlyEnd({ error }: { error: string }) {
  const { code } = parseFailure(error);
  return code === "aborted" ? <Badge title={error}>stopped</Badge> : <Badge tone="danger" title={error}>{code === "error" ? "failed" : code}</Badge>;
}

/** What was said and done, in its order. `isGrowing`: more is to come. */
export function AnswerParts({ parts, isGrowing }: { parts: UIMessage["parts"]; isGrowing: boolean }) {
  return parts.map((part, index) => isToolPart(part)
    ? <Tool key={part.toolCallId} part={part} isRunning={isGrowing} />
    : <StepPart key={index} part={part} isGrowing={isGrowing && index === parts.length - 1} />);
}

function Tools({ parts }: { parts: UIMessage["parts"] }) {
  return parts.filter(isToolPart).map((part) => <Tool key={part.toolCallId} part={part} isRunning={false} />);
}

function Numbers({ answer: { promptTokens, completionTokens, isCounted, durationMs, cost, modelCalls } }: { answer: ComparedAnswer }) {
  const facts: [string, string][] = [
    ...(isCounted ? [["in", formatCount(promptTokens)], ["out", formatCount(completionTokens)]] satisfies [string, string][] : []),
    ["calls", formatCount(modelCalls)],
    ...(durationMs === undefined ? [] : [["time", formatDuration(durationMs)] as [string, string]]),
    ...(cost === undefined ? [] : [["cost", formatMoney(cost)] as [string, string]]),
  ];
  return (
    <dl className="mt-1.5 flex flex-wrap gap-x-4 gap-y-0.5 text-xs">
      {facts.map(([name, value]) => <div key={name} className="flex gap-1"><dt className="text-muted">{name}</dt><dd className="font-medium tabular-nums">{value}</dd></div>)}
    </dl>
  );
}

/** How far a call came. */
const STATES: Readonly<Record<ToolPart["state"], string>> = {
  "input-streaming": "not complete",
  "input-available": "no result",
  "approval-requested": "asks first",
  "approval-responded": "decided",
  "output-available": "done",
  "output-error": "failed",
  "output-denied": "denied",
};

function Tool({ part, isRunning }: { part: ToolPart; isRunning: boolean }) {
  const name = toolName(part);
  const state = isRunning && (part.state === "input-streaming" || part.state === "input-available") ? "runs" : STATES[part.state];
  return (
    <Disclosure summary={<><Wrench size={13} aria-hidden /><span className="min-w-0 flex-1 truncate font-mono text-[13px]">{name}</span><span className="text-xs whitespace-nowrap">{state}</span></>}>
      <div className="grid grid-cols-1 gap-2">
        {part.input !== undefined && <Json label={`Input of ${name}`} value={part.input} className="max-h-40" />}
        {part.state === "output-available" && <Json label={`Output of ${name}`} value={part.output} className="max-h-40" />}
        {part.state === "output-error" && <Json label={`Error of ${name}`} value={part.errorText} className="max-h-40 text-danger" />}
      </div>
    </Disclosure>
  );
}

/** A text with the words marked that the other one does not have. */
function Changes({ runs }: { runs: readonly DiffRun[] }) {
  return (
    <p className="text-sm leading-relaxed whitespace-pre-wrap wrap-anywhere">
      {runs.map(({ kind, text }, index) =>
        kind === "same" ? <span key={index}>{text}</span>
          : kind === "added" ? <ins key={index} className="rounded bg-good-wash text-good no-underline">{text}</ins>
            : <del key={index} className="rounded bg-danger-wash text-danger">{text}</del>)}
    </p>
  );
}
