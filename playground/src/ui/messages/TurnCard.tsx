import { ChartNoAxesGantt, Link2, RotateCcw } from "lucide-react";
import { memo } from "react";
import { Badge, type Tone } from "../app/controls";
import { CopyIcon } from "../app/Copy";
import { formatAgo, formatDuration, formatShort, formatTime } from "../app/format";
import { linkTo } from "../app/location";
import { PlaceButton, PlaceLink } from "../app/PlaceLink";
import { useNow } from "../app/useNow";
import { StepCard } from "./StepCard";
import { StepPart } from "./StepPart";
import { promptParts, regenerateTarget, summarize, type ShownDoc, type Turn, type TurnSummary } from "./turns";

/** A turn: what was asked, and each step of the answer. */
export const TurnCard = memo(function TurnCard({ turn, isTarget }: { turn: Turn; isTarget: boolean }) {
  const summary = summarize(turn);
  return (
    <article aria-label={`Turn ${turn.order}`} data-turn={turn.order} tabIndex={-1} className={`mx-auto w-full max-w-3xl rounded-xl border bg-canvas px-3 py-3 sm:px-4 ${isTarget ? "border-accent" : "border-line"}`}>
      <TurnHead turn={turn} summary={summary} />
      <div className="mt-2 grid grid-cols-1 gap-3">
        {turn.prompts.map((doc) => <Prompt key={doc.key} doc={doc} />)}
        {turn.steps.map((step, index) => <StepCard key={step.key} step={step} number={index + 1} />)}
        {summary.state === "asked" && <p className="text-sm text-muted">Nothing was said in answer yet.</p>}
      </div>
    </article>
  );
});

const STATES: Readonly<Record<TurnSummary["state"], { text: string; tone: Tone } | null>> = {
  asked: null,
  done: null,
  streaming: { text: "streaming", tone: "accent" },
  pending: { text: "running", tone: "accent" },
  waits: { text: "waits for approval", tone: "warn" },
  failed: { text: "failed", tone: "danger" },
  stopped: { text: "stopped", tone: "plain" },
};

function TurnHead({ turn, summary }: { turn: Turn; summary: TurnSummary }) {
  const { createdMs, durationMs, inputTokens, outputTokens } = summary;
  const nowMs = useNow();
  const state = STATES[summary.state];
  const again = regenerateTarget(turn);
  return (
    <header className="flex flex-wrap items-center gap-x-2.5 gap-y-1 text-xs text-muted">
      <h3 className="font-semibold text-ink"><PlaceLink to={{ order: turn.order }} className="rounded hover:underline">Turn {turn.order}</PlaceLink></h3>
      {state !== null && <Badge tone={state.tone}>{state.text}</Badge>}
      <time dateTime={new Date(createdMs).toISOString()} title={formatTime(createdMs)}>{formatAgo(createdMs, nowMs)}</time>
      {durationMs !== undefined && <span title="From the first model call to the last word" className="tabular-nums">took {formatDuration(durationMs)}</span>}
      {inputTokens + outputTokens > 0 && <span className="tabular-nums">{formatShort(inputTokens + outputTokens)} tokens</span>}
      <span className="ml-auto flex items-center">
        <PlaceButton look="plain" size="small" to={{ panel: "timeline", order: turn.order }} aria-label={`Timeline of turn ${turn.order}`}><ChartNoAxesGantt size={13} aria-hidden /><span className="max-sm:hidden">Timeline</span></PlaceButton>
        {again !== undefined && <PlaceButton look="plain" size="small" to={{ panel: "compare", messageId: again, order: turn.order, from: undefined }} aria-label={`Regenerate turn ${turn.order}`}><RotateCcw size={13} aria-hidden /><span className="max-sm:hidden">Regenerate</span></PlaceButton>}
        <CopyIcon label={`Copy a link to turn ${turn.order}`} icon={Link2} text={() => linkTo({ order: turn.order, panel: undefined, messageId: undefined })} />
      </span>
    </header>
  );
}

function Prompt({ doc }: { doc: ShownDoc }) {
  const role = doc.message?.role === "system" ? "System" : "User";
  return (
    <section role="group" aria-label={role} className="rounded-lg bg-bubble px-3 py-2">
      <header className="flex items-center gap-2 text-xs text-muted"><span className="font-medium text-ink">{role}</span>{doc.status === "pending" && <Badge tone="accent">pending</Badge>}{doc.status === "failed" && <Badge tone="danger">failed</Badge>}
        <PlaceButton look="plain" size="small" className="ml-auto" to={{ panel: "context", messageId: doc._id, order: doc.order }} aria-label="Context of this message">Context</PlaceButton>
      </header>
      <div className="mt-1 grid grid-cols-1 gap-2">{promptParts(doc).map((part, index) => <StepPart key={index} part={part} isGrowing={false} />)}</div>
    </section>
  );
}
