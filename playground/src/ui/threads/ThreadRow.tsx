import type { ListedThread } from "convex-agent";
import { parseFailure } from "convex-agent/react";
import { memo } from "react";
import { Badge } from "../app/controls";
import { formatAge, formatTime } from "../app/format";
import { PlaceLink } from "../app/PlaceLink";
import { useNow } from "../app/useNow";

/** A thread in the list: its title or its last words, who said them and when. */
export const ThreadRow = memo(function ThreadRow({ thread, isCurrent, showsUser }: { thread: ListedThread; isCurrent: boolean; showsUser: boolean }) {
  const nowMs = useNow();
  const { title, lastMessageAt, lastMessageStatus, lastMessageError, lastAgentName, status, userName, userId, waitsFor } = thread;
  const atMs = lastMessageAt ?? thread._creationTime;
  return (
    <PlaceLink to={{ threadId: thread._id, panel: undefined }} aria-current={isCurrent ? "page" : undefined}
      className="mx-2 my-0.5 block rounded-lg px-2.5 py-2 hover:bg-bubble aria-[current=page]:bg-accent-wash">
      <span className="flex items-baseline gap-2">
        <span className={`min-w-0 flex-1 truncate text-sm font-medium ${title === undefined ? "text-muted" : ""}`}>{title ?? "No title"}</span>
        <time dateTime={new Date(atMs).toISOString()} title={formatTime(atMs)} className="shrink-0 text-xs text-muted tabular-nums">{formatAge(atMs, nowMs)}</time>
      </span>
      <span className="mt-0.5 block truncate text-xs text-muted">{lastWords(thread)}</span>
      <span className="mt-1 flex min-h-5 items-center gap-1.5">
        <span className="flex min-w-0 flex-1 text-xs whitespace-nowrap text-muted">
          {showsUser && <span className="min-w-0 truncate">{userName ?? userId ?? "no user"}</span>}
          {lastAgentName !== undefined && <span className={showsUser ? "max-w-2/3 shrink-0 truncate" : "truncate"}>{showsUser && <span aria-hidden className="px-1">·</span>}{lastAgentName}</span>}
        </span>
        {waitsFor !== undefined && <Badge tone="warn" title={`A call of ${waitsFor} waits for approval`}>waits for approval</Badge>}
        {lastMessageStatus === "pending" && <Badge tone="accent">running</Badge>}
        {lastMessageStatus === "failed" && <Ended error={lastMessageError} />}
        {status === "archived" && <Badge>archived</Badge>}
      </span>
    </PlaceLink>
  );
});

function lastWords({ latestMessage = "", lastMessageAt, waitsFor }: ListedThread): string {
  if (lastMessageAt === undefined) return "No messages yet";
  const asks = waitsFor === undefined ? "" : `Asks to call ${waitsFor}`;
  if (latestMessage === "") return asks === "" ? "No text" : asks;
  return asks === "" ? latestMessage : `${asks}: ${latestMessage}`;
}

/** What kind of early end: somebody stopped it, or it failed. */
function Ended({ error }: { error: string | undefined }) {
  const code = error === undefined ? "error" : parseFailure(error).code;
  return code === "aborted" ? <Badge title={error}>stopped</Badge> : <Badge tone="danger" title={error}>{code === "error" ? "failed" : code}</Badge>;
}
