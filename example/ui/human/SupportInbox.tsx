import { useQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { Hourglass, Inbox, MessageCircleQuestion, UserRound } from "lucide-react";
import { api } from "../../convex/_generated/api";
import { Dots } from "../app/controls";
import { Link } from "../app/router";
import { viewerKey } from "../app/viewer";
import { useNow } from "../topics/useNow";
import { INBOX } from "./inboxPath";
import { JoinTeam } from "./JoinTeam";

type Entry = FunctionReturnType<typeof api.human.inbox.list>["open"][number];

/** The viewer's place in the team, and what it has to do; undefined while it loads, null for everybody else. */
function useInbox() {
  const me = useQuery(api.human.team.me, { viewerKey });
  const inbox = useQuery(api.human.inbox.list, typeof me?.name === "string" ? { viewerKey } : "skip");
  if (me === undefined) return undefined;
  return me.name === null ? null : inbox;
}

/** Leads to the inbox, and says how many wait. */
export function InboxLink({ isCurrent }: { isCurrent: boolean }) {
  const waiting = useInbox()?.open.length ?? 0;
  return (
    <Link href={INBOX} aria-current={isCurrent ? "page" : undefined} className="flex items-center gap-2 rounded-lg px-3 py-2 text-sm font-medium hover:bg-bubble aria-[current=page]:bg-bubble">
      <Inbox size={16} aria-hidden /><span className="flex-1">Support inbox</span>
      {waiting > 0 && <span className="rounded-full bg-accent px-2 py-0.5 text-xs tabular-nums text-accent-ink">{waiting}<span className="sr-only"> waiting</span></span>}
    </Link>
  );
}

/** Everything the support team has to do: who waits and since when, and who takes care of whom. */
export function SupportInbox() {
  const inbox = useInbox();
  const nowMs = useNow(15_000, true);
  return (
    <div role="region" aria-label="Support inbox" tabIndex={0} className="h-full overflow-y-auto outline-offset-[-2px]">
      <div className="mx-auto max-w-3xl px-3 py-6 md:px-5 md:py-8">
        {inbox === undefined && <p role="status" className="py-10 text-center"><Dots /><span className="sr-only">Loading the inbox</span></p>}
        {inbox === null && <JoinTeam />}
        {inbox !== undefined && inbox !== null && (
          <>
            <Entries title="Waiting for a person" entries={inbox.open} nowMs={nowMs} empty="Nobody waits. Who asks for a person, or whose question the agent passes on, is listed here at once." />
            <Entries title="Taken care of" entries={inbox.taken} nowMs={nowMs} empty="No conversation is in the hands of a person now." />
          </>
        )}
      </div>
    </div>
  );
}

function Entries({ title, entries, nowMs, empty }: { title: string; entries: readonly Entry[]; nowMs: number; empty: string }) {
  return (
    <section aria-label={title} className="mb-8">
      <h2 className="mb-3 flex items-baseline gap-2 text-sm font-medium text-muted">{title}<span className="tabular-nums">{entries.length}</span></h2>
      {entries.length === 0 && <p className="rounded-2xl border border-dashed border-line px-4 py-6 text-center text-sm text-muted">{empty}</p>}
      <ul className="space-y-2">{entries.map((entry) => <Row key={entry.threadId} entry={entry} nowMs={nowMs} />)}</ul>
    </section>
  );
}

function Row({ entry: { threadId, title, customer, sinceMs, state }, nowMs }: { entry: Entry; nowMs: number }) {
  const { Icon, words } = describe(state);
  return (
    <li>
      <Link href={`/human/${encodeURIComponent(threadId)}`} className="flex items-start gap-3 rounded-2xl border border-line bg-raised px-4 py-3 transition-colors hover:border-accent">
        <Icon size={18} aria-hidden className={`mt-0.5 shrink-0 ${state.kind === "taken" ? "text-muted" : "text-accent"}`} />
        <span className="min-w-0 flex-1">
          <span className="block truncate font-medium">{title ?? "Support request"}</span>
          <span className="mt-0.5 block text-sm text-muted wrap-anywhere">{customer} · {words}</span>
        </span>
        <time dateTime={new Date(sinceMs).toISOString()} title={new Date(sinceMs).toLocaleString("en")} className="shrink-0 text-sm tabular-nums text-muted"><span className="sr-only">since </span>{durationInWords(nowMs - sinceMs)}</time>
      </Link>
    </li>
  );
}

function describe(state: Entry["state"]) {
  switch (state.kind) {
    case "waiting": return { Icon: Hourglass, words: "asks for a person" };
    case "asked": return { Icon: MessageCircleQuestion, words: `the agent asks: ${state.question}` };
    case "taken": return { Icon: UserRound, words: state.isYou ? "you answer" : `${state.by} answers` };
    default: return state satisfies never;
  }
}

/** How long somebody has waited, in its largest unit. */
function durationInWords(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}
