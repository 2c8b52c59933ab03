import { useQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { Bot, User } from "lucide-react";
import { useState } from "react";
import { api } from "../../convex/_generated/api";
import { Dots } from "../app/controls";
import { Link } from "../app/router";
import { viewerKey } from "../app/viewer";

type Search = FunctionReturnType<typeof api.search.record.list>[number];
type Found = Search["found"][number];

/** What the searches of the viewer's questions have found; the newest question first. */
export function FoundMessages({ path, threadId }: { path: string; threadId: string }) {
  const searches = useQuery(api.search.record.list, { viewerKey, threadId });
  const [chosen, setChosen] = useState<number | null>(null);
  if (searches === undefined) return <p role="status" className="grid place-items-center py-8"><Dots /><span className="sr-only">Loading what was found</span></p>;
  const search = searches.find(({ order }) => order === chosen) ?? searches[0];
  if (search === undefined) return <p className="text-sm text-muted">Nothing was looked for yet. Only your own questions are listed here.</p>;
  // The model is shown them by conversation and time; a person looks for the best first.
  const matches = search.found.filter(({ origin }) => origin !== "neighbour").toSorted((a, b) => (b.likeness ?? 0) - (a.likeness ?? 0));
  const others = search.found.filter(({ origin }) => origin === "neighbour");
  return (
    <>
      {searches.length > 1 && (
        <select aria-label="Question" value={search.order} onChange={(event) => setChosen(Number(event.target.value))} className="mb-3 w-full truncate rounded-lg border border-line bg-raised px-2.5 py-1.5 text-sm">
          {searches.map(({ order, question }) => <option key={order} value={order}>{question.slice(0, 80)}</option>)}
        </select>
      )}
      <p role="status" className="mb-3 text-sm text-muted">{summary(search)}</p>
      <ul aria-label="Found messages" className="space-y-2.5">
        {matches.map((message) => <FoundMessage key={message.messageId} message={message} path={path} question={search.question} />)}
      </ul>
      {others.length > 0 && (
        <details key={search.order} className="mt-3 text-sm">
          <summary className="rounded text-muted">{others.length === 1 ? "One message" : `${others.length} messages`} before and after that came along</summary>
          <ul className="mt-2.5 space-y-2.5">{others.map((message) => <FoundMessage key={message.messageId} message={message} path={path} question="" />)}</ul>
        </details>
      )}
    </>
  );
}

function summary({ question, found, settings }: Search): string {
  if (!settings.byWords && !settings.byMeaning) return `For “${question.slice(0, 80)}” nothing was searched: both ways are off.`;
  const matches = found.filter(({ origin }) => origin !== "neighbour").length;
  if (matches === 0) return `For “${question.slice(0, 80)}” the search found nothing that the model is not shown anyway.`;
  const others = found.length - matches;
  return `For “${question.slice(0, 80)}” ${matches} ${matches === 1 ? "message was" : "messages were"} found${others === 0 ? "" : `; ${others} came along`}.`;
}

const origins = {
  words: { label: "words", look: "bg-bubble text-ink" },
  meaning: { label: "meaning", look: "bg-bubble text-ink" },
  both: { label: "words and meaning", look: "bg-accent text-accent-ink" },
  neighbour: { label: "came along", look: "border border-line text-muted" },
} as const;

function FoundMessage({ message, path, question }: { message: Found; path: string; question: string }) {
  const { label, look } = origins[message.origin];
  const Icon = message.role === "user" ? User : Bot;
  return (
    <li className="rounded-xl border border-line bg-raised p-3 text-sm">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1 text-xs text-muted">
        <Icon size={13} aria-hidden /><span className="sr-only">{message.role === "user" ? "Asked" : "Answered"}</span>
        <span className="min-w-0 flex-1 truncate">
          {message.threadTitle === null ? "In this conversation" : <>In <Link href={`/${path}/${encodeURIComponent(message.threadId)}`} className="text-accent underline underline-offset-2">{message.threadTitle}</Link></>}
        </span>
        <span className={`rounded-full px-2 py-0.5 ${look}`}>{label}</span>
      </div>
      <p className="mt-1.5 wrap-anywhere"><Marked text={message.text} words={message.origin === "words" || message.origin === "both" ? question : ""} /></p>
      {message.likeness !== null && message.origin !== "neighbour" && <Likeness value={message.likeness} />}
    </li>
  );
}

function Likeness({ value }: { value: number }) {
  const share = Math.max(0, Math.min(1, value));
  return (
    <div className="mt-2 flex items-center gap-2 text-xs text-muted">
      <div aria-hidden className="h-1.5 flex-1 overflow-hidden rounded-full bg-bubble"><div className="h-full rounded-full bg-accent" style={{ width: `${share * 100}%` }} /></div>
      <span className="tabular-nums">{value.toFixed(2)} alike</span>
    </div>
  );
}

/** Marks the words that the text has in common with the question. */
function Marked({ text, words }: { text: string; words: string }) {
  const wanted = new Set(words.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu));
  const pieces = text.split(/([\p{L}\p{N}]{3,})/u);
  return <>{pieces.map((piece, index) => (wanted.has(piece.toLowerCase()) ? <mark key={index} className="rounded-sm bg-accent/20 text-ink">{piece}</mark> : piece))}</>;
}
