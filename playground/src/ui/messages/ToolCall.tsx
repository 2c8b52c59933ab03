import type { UIMessage } from "convex-agent/react";
import { Ban, Check, CircleAlert, LoaderCircle, ShieldQuestion, Wrench, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { Badge, type Tone } from "../app/controls";
import { formatDuration } from "../app/format";
import { Json } from "../app/Json";
import { Approval } from "./Approval";

type Part = UIMessage["parts"][number];
export type ToolPart = Extract<Part, { type: "dynamic-tool" } | { type: `tool-${string}` }>;

export function isToolPart(part: Part): part is ToolPart {
  return part.type === "dynamic-tool" || part.type.startsWith("tool-");
}

export function toolName(part: ToolPart): string {
  return part.type === "dynamic-tool" ? part.toolName : part.type.slice("tool-".length);
}

interface Props {
  part: ToolPart;
  isStreaming: boolean;
  threadId: string;
  agentName: string | undefined;
  /** How long it ran, where that was seen. */
  durationMs: number | undefined;
}

/** A tool call: what it was asked, how far it is, what came out, and whether somebody has to decide. */
export function ToolCall({ part, isStreaming, threadId, agentName, durationMs }: Props) {
  const name = toolName(part);
  const { text, tone, Icon, isBusy } = lookOf(part, isStreaming);
  return (
    <section role="group" aria-label={`Tool ${name}: ${text}`} className="rounded-lg border border-line bg-panel text-sm">
      <header className="flex flex-wrap items-center gap-x-2 gap-y-1 px-3 py-2">
        <Wrench size={14} aria-hidden className="shrink-0 text-muted" />
        <span className="min-w-0 font-mono text-[13px] font-medium wrap-anywhere">{name}</span>
        <Badge tone={tone}><Icon size={12} aria-hidden className={isBusy ? "animate-spin" : ""} />{text}</Badge>
        {part.providerExecuted === true && <Badge title="The model’s provider ran it">by the provider</Badge>}
        {durationMs !== undefined && <span className="ml-auto text-xs text-muted tabular-nums">{formatDuration(durationMs)}</span>}
      </header>
      <div className="grid gap-2 border-t border-line px-3 py-2">
        {part.input !== undefined && <Labelled label="Input"><Json label={`Input of ${name}`} value={part.input} className="max-h-56" /></Labelled>}
        {part.state === "output-available" && <Labelled label={part.preliminary === true ? "Output so far" : "Output"}><Json label={`Output of ${name}`} value={part.output} className="max-h-56" /></Labelled>}
        {part.state === "output-error" && <Labelled label="Error"><Json label={`Error of ${name}`} value={part.errorText} className="max-h-56 text-danger" /></Labelled>}
        {"approval" in part && part.approval !== undefined && (
          part.state === "approval-requested"
            ? <Approval approvalId={part.approval.id} threadId={threadId} agentName={agentName} toolName={name} />
            : <Decision approval={part.approval} />
        )}
      </div>
    </section>
  );
}

function Labelled({ label, children }: { label: string; children: ReactNode }) {
  return <div className="grid gap-x-2 sm:grid-cols-[3.5rem_1fr]"><p className="pt-2 text-xs text-muted">{label}</p><div className="min-w-0">{children}</div></div>;
}

function Decision({ approval }: { approval: { approved?: boolean | undefined; reason?: string | undefined } }) {
  if (approval.approved === undefined) return null;
  return (
    <p className="flex flex-wrap items-center gap-2 text-xs text-muted">
      {approval.approved ? <Badge tone="good"><Check size={12} aria-hidden />approved</Badge> : <Badge tone="danger"><Ban size={12} aria-hidden />denied</Badge>}
      {approval.reason !== undefined && <span className="wrap-anywhere">“{approval.reason}”</span>}
    </p>
  );
}

interface Look { text: string; tone: Tone; Icon: LucideIcon; isBusy: boolean }

const still = (text: string, tone: Tone, Icon: LucideIcon): Look => ({ text, tone, Icon, isBusy: false });

function lookOf(part: ToolPart, isStreaming: boolean): Look {
  const busy = (text: string): Look => (isStreaming ? { text, tone: "accent", Icon: LoaderCircle, isBusy: true } : still("no result", "warn", CircleAlert));
  switch (part.state) {
    case "input-streaming": return busy("input arrives");
    case "input-available": return busy("runs");
    case "approval-requested": return still("waits for approval", "warn", ShieldQuestion);
    case "approval-responded": return isStreaming ? busy("runs") : still("decided", "plain", Check);
    case "output-available": return part.preliminary === true ? busy("runs") : still("done", "good", Check);
    case "output-error": return still("failed", "danger", CircleAlert);
    case "output-denied": return still("denied", "danger", Ban);
    default: return part satisfies never;
  }
}
