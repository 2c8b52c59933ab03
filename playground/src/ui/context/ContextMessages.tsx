import type { ContextEntry, PromptContext } from "convex-agent";
import { useState } from "react";
import { Badge, Button } from "../app/controls";
import { formatCount, formatTime } from "../app/format";
import { Json } from "../app/Json";
import { PlaceLink } from "../app/PlaceLink";
import { describeMatch, ORIGINS } from "./origins";

/** What a model would be shown, in its order: instructions first, then message after message. */
export function ContextMessages({ context, threadId }: { context: PromptContext; threadId: string }) {
  const { instructions, instructionsTokens, messages, tools, toolsTokens } = context;
  return (
    <ol aria-label="What the model would be shown, in order" className="grid gap-2">
      {instructions !== undefined && (
        <li><Entry role="system" badge={<Badge title="What the agent is told">instructions</Badge>} tokens={`≈ ${formatCount(instructionsTokens)}`}><Content content={instructions} label="Instructions" /></Entry></li>
      )}
      {messages.map((entry, index) => <li key={entry.messageId === undefined ? index : `${entry.messageId} ${index}`} className="[contain-intrinsic-size:auto_5rem] [content-visibility:auto]"><Message entry={entry} number={index + 1} threadId={threadId} /></li>)}
      {tools.length > 0 && (
        <li><Entry role="tools" badge={<Badge>descriptions</Badge>} tokens={`≈ ${formatCount(toolsTokens)}`}><p className="font-mono text-xs wrap-anywhere">{tools.join(", ")}</p></Entry></li>
      )}
    </ol>
  );
}

function Message({ entry, number, threadId }: { entry: ContextEntry; number: number; threadId: string }) {
  const { source, message, estimatedTokens, reportedTokens, holdsFiles, createdMs, order, messageId } = entry;
  const origin = ORIGINS[source];
  const match = describeMatch(entry, threadId);
  const isHere = entry.threadId === threadId && order !== undefined;
  return (
    <Entry role={message.role} tokens={reportedTokens === undefined ? `≈ ${formatCount(estimatedTokens)}${holdsFiles ? " + files" : ""}` : formatCount(reportedTokens)}
      tokensTitle={reportedTokens === undefined ? "Estimated from its length" : "Counted by the provider when it was said"}
      badge={<><Badge tone={origin.tone} title={origin.about}>{origin.label}</Badge>{match !== undefined && <span className="text-xs text-muted">{match}</span>}</>}
      place={isHere ? <PlaceLink to={{ panel: undefined, order, messageId }} className="rounded text-xs text-muted underline-offset-2 hover:underline" title={createdMs === undefined ? undefined : formatTime(createdMs)}>turn {order}</PlaceLink> : undefined}>
      <Content content={message.content} label={`Message ${number}`} />
    </Entry>
  );
}

function Entry({ role, badge, tokens, tokensTitle = "Estimated from its length", place, children }: {
  role: string;
  badge: React.ReactNode;
  tokens: string;
  tokensTitle?: string;
  place?: React.ReactNode;
  children: React.ReactNode;
}) {
  return (
    <article aria-label={role} className="rounded-xl border border-line bg-raised px-3 py-2">
      <header className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <span className="text-xs font-semibold">{role}</span>{badge}{place}
        <span className="ml-auto text-xs text-muted tabular-nums" title={tokensTitle}>{tokens} tokens</span>
      </header>
      <div className="mt-1.5 text-sm">{children}</div>
    </article>
  );
}

/** Longer texts are closed to so many characters: a context is looked through, not read. */
const SHOWN_CHARS = 600;

function Content({ content, label }: { content: unknown; label: string }) {
  if (typeof content === "string") return <Text text={content} />;
  const parts: unknown[] = Array.isArray(content) ? content : [content];
  return <div className="grid gap-2">{parts.map((part, index) => <Part key={index} part={part} label={`${label}, part ${index + 1}`} />)}</div>;
}

function Part({ part, label }: { part: unknown; label: string }) {
  if (typeof part !== "object" || part === null || !("type" in part)) return <Json label={label} value={part} className="max-h-48" />;
  if (part.type === "text" && "text" in part) return <Text text={String(part.text)} />;
  const name = "toolName" in part ? ` ${String(part.toolName)}` : "";
  return <div><p className="mb-1 text-xs text-muted">{String(part.type)}{name}</p><Json label={label} value={shown(part)} className="max-h-48" /></div>;
}

/** Bytes are told by their number. */
function shown(part: object): unknown {
  return Object.fromEntries(Object.entries(part).map(([key, value]: [string, unknown]) => [key, value instanceof ArrayBuffer ? `${formatCount(value.byteLength)} bytes` : value]));
}

function Text({ text }: { text: string }) {
  const [isWhole, setIsWhole] = useState(false);
  const isCut = !isWhole && text.length > SHOWN_CHARS;
  return (
    <>
      <p className="whitespace-pre-wrap wrap-anywhere">{isCut ? `${text.slice(0, SHOWN_CHARS)}…` : text}</p>
      {isCut && <Button size="small" className="mt-1.5" onClick={() => setIsWhole(true)}>Show all {formatCount(text.length)} characters</Button>}
    </>
  );
}
