import type { UIMessage } from "convex-agent/react";
import { Brain, FileText, Link2 } from "lucide-react";
import { Disclosure } from "../app/controls";
import { Json } from "../app/Json";
import { Markdown } from "../markdown/Markdown";

type Part = UIMessage["parts"][number];

/** A part of a message that is no tool call. A kind that is not known is shown as it came. */
export function StepPart({ part, isGrowing }: { part: Part; isGrowing: boolean }) {
  switch (part.type) {
    case "text": return part.text === "" ? null : <Markdown text={part.text} isGrowing={isGrowing} />;
    case "reasoning": return part.text === "" ? null : <Reasoning text={part.text} isGrowing={isGrowing} />;
    case "source-url": return <Source href={part.url} label={part.title ?? part.url} />;
    case "source-document": return <p className="flex items-center gap-2 text-sm"><FileText size={14} aria-hidden className="shrink-0 text-muted" />{part.title}{part.filename !== undefined && <span className="text-muted">{part.filename}</span>}</p>;
    case "file": return <File url={part.url} mediaType={part.mediaType} filename={part.filename} />;
    default: return <Disclosure summary={<>A part of the kind “{part.type}”</>}><Json label={`Part ${part.type}`} value={part} /></Disclosure>;
  }
}

function Reasoning({ text, isGrowing }: { text: string; isGrowing: boolean }) {
  return (
    <Disclosure isOpen={isGrowing} summary={<><Brain size={14} aria-hidden />{isGrowing ? "Thinking…" : "Reasoning"}</>}>
      <p className="leading-relaxed whitespace-pre-wrap text-muted wrap-anywhere">{text}</p>
    </Disclosure>
  );
}

/** An address comes from outside, like the words of a reply: only those of the web lead anywhere. */
function outside(href: string): { href: string; target: string; rel: string } | null {
  return /^https?:\/\//i.test(href) ? { href, target: "_blank", rel: "noopener noreferrer nofollow" } : null;
}

function Source({ href, label }: { href: string; label: string }) {
  const link = outside(href);
  return (
    <p className="flex items-center gap-2 text-sm"><Link2 size={14} aria-hidden className="shrink-0 text-muted" />
      {link === null ? <span className="truncate">{label}</span> : <a {...link} className="truncate text-accent underline underline-offset-2">{label}</a>}
    </p>
  );
}

const SHOWN_IMAGE = /^data:image\/(png|jpeg|gif|webp|avif);base64,/;

/** A picture that came with the message is shown; one that lies elsewhere is not asked for until somebody wants it. */
function File({ url, mediaType, filename }: { url: string; mediaType: string; filename: string | undefined }) {
  const link = outside(url);
  const name = filename ?? mediaType;
  if (SHOWN_IMAGE.test(url)) return <img src={url} alt={name} className="max-h-64 max-w-full rounded-lg border border-line" />;
  return (
    <p className="flex items-center gap-2 text-sm"><FileText size={14} aria-hidden className="shrink-0 text-muted" />
      {link === null ? name : <a {...link} className="text-accent underline underline-offset-2">{name}</a>}
      {filename !== undefined && <span className="text-xs text-muted">{mediaType}</span>}
    </p>
  );
}
