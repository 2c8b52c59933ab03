import { parseFailure } from "convex-agent/react";
import { CircleAlert, ListTree, RotateCcw, Square } from "lucide-react";
import { memo } from "react";
import { Badge } from "../app/controls";
import { formatDuration, formatShort } from "../app/format";
import { PlaceButton } from "../app/PlaceLink";
import { Dots } from "../app/states";
import { StepDetails } from "./StepDetails";
import { StepPart } from "./StepPart";
import { isToolPart, ToolCall } from "./ToolCall";
import type { ShownDoc, Step } from "./turns";

/** One model call: what was said and done, why it ended, what it took. */
export const StepCard = memo(function StepCard({ step, number }: { step: Step; number: number }) {
  const { head, docs, parts } = step;
  const isStreaming = docs.some(({ streaming }) => streaming);
  const durations = toolDurations(docs);
  const error = docs.findLast((doc) => doc.error !== undefined)?.error;
  return (
    <section role="group" aria-label={`Step ${number}`} aria-busy={isStreaming} className="relative border-l-2 border-line pl-3 sm:pl-4">
      <StepHead step={step} number={number} isStreaming={isStreaming} />
      <div className="mt-1.5 grid grid-cols-1 gap-2.5">
        {parts.map((part, index) => isToolPart(part)
          ? <ToolCall key={part.toolCallId} part={part} isStreaming={isStreaming || head.status === "pending"} threadId={head.threadId} agentName={head.agentName} durationMs={durations.get(part.toolCallId)} />
          : <StepPart key={index} part={part} isGrowing={isStreaming && index === parts.length - 1} />)}
        {parts.length === 0 && (isStreaming || head.status === "pending") && <Dots />}
        {error !== undefined && <Failure error={error} />}
        <StepDetails docs={docs} />
      </div>
    </section>
  );
});

function StepHead({ step: { head }, number, isStreaming }: { step: Step; number: number; isStreaming: boolean }) {
  const { _id, order, message, usage, timing, finishReason, agentName, model, status } = head;
  const [input, output] = [usage?.promptTokens, usage?.completionTokens];
  return (
    <header className="flex flex-wrap items-center gap-x-2 gap-y-1 text-xs text-muted">
      <span className="font-medium text-ink">{agentName ?? (message?.role === "tool" ? "Tools" : "Assistant")}</span>
      {model !== undefined && <span className="font-mono text-[11px] wrap-anywhere">{model}</span>}
      {isStreaming ? <Badge tone="accent">streaming</Badge> : status === "pending" && <Badge tone="accent">pending</Badge>}
      {finishReason !== undefined && <Badge tone={finishReason === "stop" || finishReason === "tool-calls" ? "plain" : "warn"} title="Why the model ended">{finishReason}</Badge>}
      <span className="ml-auto flex items-center gap-2 tabular-nums">
        {(input !== undefined || output !== undefined) && <span title="Tokens in and out">{formatShort(input ?? 0)} → {formatShort(output ?? 0)} tokens</span>}
        {timing !== undefined && <span title="How long the model took">{formatDuration(timing.endedMs - timing.startedMs)}</span>}
        {!isStreaming && <PlaceButton look="plain" size="small" to={{ panel: "context", messageId: _id, order }} aria-label={`Context of step ${number}`}><ListTree size={13} aria-hidden />Context</PlaceButton>}
        {!isStreaming && number > 1 && message?.role === "assistant" && <PlaceButton look="plain" size="small" to={{ panel: "compare", messageId: _id, order, from: "step" }} aria-label={`Regenerate from step ${number}`} title="Answer again from this step on"><RotateCcw size={13} aria-hidden /></PlaceButton>}
      </span>
    </header>
  );
}

/** Why it ended early: what kind of failure, its words, and whether the same call may succeed later. */
function Failure({ error }: { error: string }) {
  const { code, message, retryable } = parseFailure(error);
  if (code === "aborted") return <p className="flex flex-wrap items-center gap-2 text-sm text-muted"><Badge><Square size={10} aria-hidden />aborted</Badge><span className="wrap-anywhere">{message}</span></p>;
  return (
    <div className="flex items-start gap-2 rounded-lg border border-danger/30 bg-danger-wash px-3 py-2 text-sm">
      <CircleAlert size={15} aria-hidden className="mt-0.5 shrink-0 text-danger" />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2"><span className="font-mono text-xs font-medium text-danger">{code}</span>{retryable && <span className="text-xs text-muted">may succeed later</span>}</p>
        <p className="mt-0.5 wrap-anywhere">{message === "" ? "Nothing more is known." : message}</p>
      </div>
    </div>
  );
}

function toolDurations(docs: readonly ShownDoc[]): ReadonlyMap<string, number> {
  return new Map(docs.flatMap(({ timing }) => timing?.tools ?? []).map(({ toolCallId, startedMs, endedMs }) => [toolCallId, endedMs - startedMs]));
}
