import type { UIMessage } from "convex-agent/react";
import { Check, CircleAlert, CircleStop, Hourglass, LoaderCircle, ShieldCheck, ShieldQuestion, ShieldX, Wrench } from "lucide-react";
import { useContext } from "react";
import { ToolSlotsContext, type AnyToolPart } from "./toolSlots";
import { isWeatherReport, WeatherCard } from "./WeatherCard";

export function isToolPart(part: UIMessage["parts"][number]): part is AnyToolPart {
  return part.type === "dynamic-tool" || part.type.startsWith("tool-");
}

interface ToolPartProps {
  part: AnyToolPart;
  isStreaming: boolean;
  /** The reply ended early, and here. */
  isCut: boolean;
}

/** A tool call: what it was asked, how far it is, what came out. */
export function ToolPart({ part, isStreaming, isCut }: ToolPartProps) {
  const name = part.type === "dynamic-tool" ? part.toolName : part.type.slice("tool-".length);
  const { below, waitsFor } = useContext(ToolSlotsContext);
  const awaited = isStreaming || part.state !== "input-available" ? null : waitsFor?.(part) ?? null;
  const status = awaited === null ? statusOf(part, isStreaming, isCut) : { text: awaited, Icon: Hourglass, isBusy: false };
  return (
    <div role="group" aria-label={`Tool ${name}: ${status.text}`} className="overflow-hidden rounded-xl border border-line bg-panel text-sm">
      <div className="flex flex-wrap items-center gap-2 px-4 py-2.5">
        <Wrench size={15} aria-hidden className="shrink-0 text-muted" />
        <span className="font-medium">{part.title ?? name}</span>
        {/* Who decides on a call is shown all of it. */}
        <span className={`min-w-0 flex-1 text-muted ${part.state === "approval-requested" ? "order-last basis-full whitespace-pre-wrap wrap-anywhere" : "truncate"}`}>{summarize(part.input)}</span>
        <span className="ml-auto flex shrink-0 items-center gap-1.5 text-xs text-muted"><status.Icon size={14} aria-hidden className={status.isBusy ? "animate-spin" : ""} />{status.text}</span>
      </div>
      <ToolBody part={part} />
      {below?.(part)}
    </div>
  );
}

function ToolBody({ part }: { part: AnyToolPart }) {
  const { output: show } = useContext(ToolSlotsContext);
  if (part.state === "output-error") return <p className="border-t border-line px-4 py-2.5 text-danger wrap-anywhere">{part.errorText}</p>;
  if (part.state !== "output-available") return null;
  const shown = show?.(part.output, part.preliminary === true);
  if (shown !== null && shown !== undefined) return shown;
  if (isWeatherReport(part.output)) return <WeatherCard report={part.output} />;
  return (
    <details className="border-t border-line px-4 py-2.5">
      <summary className="rounded text-muted">Result</summary>
      <pre tabIndex={0} className="mt-2 max-h-64 overflow-auto text-xs">{JSON.stringify(part.output, null, 2)}</pre>
    </details>
  );
}

function statusOf(part: AnyToolPart, isStreaming: boolean, isCut: boolean) {
  const busy = (text: string) => (isStreaming ? { text, Icon: LoaderCircle, isBusy: true } : { text: "Not finished", Icon: CircleAlert, isBusy: false });
  switch (part.state) {
    case "input-streaming": return busy("Preparing");
    case "input-available": return busy("Running");
    case "approval-requested": return { text: "Waits for approval", Icon: ShieldQuestion, isBusy: false };
    case "approval-responded":
      if (isStreaming) return busy("Running");
      return part.approval.approved ? { text: "Approved", Icon: ShieldCheck, isBusy: false } : { text: "Denied", Icon: ShieldX, isBusy: false };
    case "output-available":
      if (isStreaming && part.preliminary === true) return busy("Working");
      // What it showed last is kept as what it gave; whether it had more to do nobody can say any more.
      return isCut || part.preliminary === true ? { text: "Stopped", Icon: CircleStop, isBusy: false } : { text: "Done", Icon: Check, isBusy: false };
    case "output-error": return { text: "Failed", Icon: CircleAlert, isBusy: false };
    case "output-denied": return { text: "Not allowed", Icon: CircleAlert, isBusy: false };
    default: return part satisfies never;
  }
}

function summarize(input: unknown): string {
  if (typeof input !== "object" || input === null) return "";
  return Object.entries(input).map(([field, value]) => `${field}: ${typeof value === "string" ? value : JSON.stringify(value)}`).join(", ");
}
