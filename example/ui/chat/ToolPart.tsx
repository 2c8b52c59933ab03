import type { DynamicToolUIPart, ToolUIPart } from "ai";
import type { UIMessage } from "convex-agent/react";
import { Check, CircleAlert, LoaderCircle, ShieldQuestion, Wrench } from "lucide-react";
import { isWeatherReport, WeatherCard } from "./WeatherCard";

type AnyToolPart = ToolUIPart | DynamicToolUIPart;

export function isToolPart(part: UIMessage["parts"][number]): part is AnyToolPart {
  return part.type === "dynamic-tool" || part.type.startsWith("tool-");
}

/** A tool call: what it was asked, how far it is, what came out. */
export function ToolPart({ part, isStreaming }: { part: AnyToolPart; isStreaming: boolean }) {
  const name = part.type === "dynamic-tool" ? part.toolName : part.type.slice("tool-".length);
  const status = statusOf(part, isStreaming);
  return (
    <section aria-label={`Tool ${name}: ${status.text}`} className="overflow-hidden rounded-xl border border-line bg-panel text-sm">
      <header className="flex items-center gap-2 px-4 py-2.5">
        <Wrench size={15} aria-hidden className="shrink-0 text-muted" />
        <span className="font-medium">{part.title ?? name}</span>
        <span className="min-w-0 flex-1 truncate text-muted">{summarize(part.input)}</span>
        <span className="flex shrink-0 items-center gap-1.5 text-xs text-muted"><status.Icon size={14} aria-hidden className={status.isBusy ? "animate-spin" : ""} />{status.text}</span>
      </header>
      <ToolBody part={part} />
    </section>
  );
}

function ToolBody({ part }: { part: AnyToolPart }) {
  if (part.state === "output-error") return <p className="border-t border-line px-4 py-2.5 text-danger wrap-anywhere">{part.errorText}</p>;
  if (part.state !== "output-available") return null;
  if (isWeatherReport(part.output)) return <WeatherCard report={part.output} />;
  return (
    <details className="border-t border-line px-4 py-2.5">
      <summary className="rounded text-muted">Result</summary>
      <pre tabIndex={0} className="mt-2 max-h-64 overflow-auto text-xs">{JSON.stringify(part.output, null, 2)}</pre>
    </details>
  );
}

function statusOf(part: AnyToolPart, isStreaming: boolean) {
  const busy = (text: string) => (isStreaming ? { text, Icon: LoaderCircle, isBusy: true } : { text: "Not finished", Icon: CircleAlert, isBusy: false });
  switch (part.state) {
    case "input-streaming": return busy("Preparing");
    case "input-available": return busy("Running");
    case "approval-requested": return { text: "Waits for approval", Icon: ShieldQuestion, isBusy: false };
    case "approval-responded": return busy("Running");
    case "output-available": return part.preliminary === true ? busy("Working") : { text: "Done", Icon: Check, isBusy: false };
    case "output-error": return { text: "Failed", Icon: CircleAlert, isBusy: false };
    case "output-denied": return { text: "Not allowed", Icon: CircleAlert, isBusy: false };
    default: return part satisfies never;
  }
}

function summarize(input: unknown): string {
  if (typeof input !== "object" || input === null) return "";
  return Object.entries(input).map(([field, value]) => `${field}: ${typeof value === "string" ? value : JSON.stringify(value)}`).join(", ");
}
