import type { UIMessage } from "convex-agent/react";
import { Link2 } from "lucide-react";
import { FilePart } from "./FilePart";
import { Markdown } from "./Markdown";
import { ReasoningPart } from "./ReasoningPart";
import { ToolPart, isToolPart } from "./ToolPart";
import { usePacedText } from "./usePacedText";

type Part = UIMessage["parts"][number];

interface MessagePartProps {
  part: Part;
  isLast: boolean;
  isStreaming: boolean;
  /** The reply ended early. */
  isCut?: boolean;
}

/** A part of a reply. A kind that this page does not know is shown as it came, closed. */
export function MessagePart({ part, isLast, isStreaming, isCut = false }: MessagePartProps) {
  if (isToolPart(part)) return <ToolPart part={part} isStreaming={isStreaming} isCut={isCut && isLast} />;
  switch (part.type) {
    case "text":
      return <TextPart text={part.text} isGrowing={isStreaming && isLast} />;
    case "reasoning":
      return <ReasoningPart text={part.text} isGrowing={isStreaming && isLast} />;
    case "source-url":
      return <OutsideLink href={part.url} label={part.title ?? part.url} />;
    case "file":
      return <FilePart part={part} />;
    default:
      return <UnknownPart part={part} />;
  }
}

function TextPart({ text, isGrowing }: { text: string; isGrowing: boolean }) {
  const visible = usePacedText(text, isGrowing);
  // Busy until every word that arrived is shown, and not only until the last one has arrived.
  const isBusy = isGrowing || visible !== text;
  return <div aria-busy={isBusy}><Markdown text={visible} isGrowing={isBusy} /></div>;
}

function OutsideLink({ href, label }: { href: string; label: string }) {
  // A source's address comes from outside, like the words of a reply.
  const isWeb = /^https?:\/\//i.test(href);
  return (
    <p className="flex items-center gap-2 text-sm"><Link2 size={15} aria-hidden className="text-muted" />
      {isWeb ? <a href={href} target="_blank" rel="noopener noreferrer nofollow" className="truncate text-accent underline underline-offset-2">{label}</a> : <span className="truncate">{label}</span>}
    </p>
  );
}

function UnknownPart({ part }: { part: Part }) {
  return (
    <details className="rounded-xl border border-line bg-panel px-4 py-2.5 text-sm text-muted">
      <summary className="rounded">A part of the kind “{part.type}”</summary>
      <pre tabIndex={0} className="mt-2 max-h-64 overflow-auto text-xs">{JSON.stringify(part, null, 2)}</pre>
    </details>
  );
}
