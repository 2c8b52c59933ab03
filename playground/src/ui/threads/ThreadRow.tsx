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
  const { title, latestMessage, lastMessageAt, lastMessageStatus, lastMessageError, lastAgentName, status, userName, userId } = thread;
  const atMs = lastMessageAt ?? thread._creationTime;
  const who = [showsUser ? (userName ?? userId ?? "no user") : null, lastAgentName].filter(Boolean).join(" · ");
  return (
    <PlaceLink to={{ threadId: thread._id, panel: undefined }} aria-current={isCurrent ? "page" : undefined}
      className="mx-2 my-0.5 block rounded-lg px-2.5 py-2 hover:bg-bubble aria-[current=page]:bg-accent-wash">
      <span className="flex items-baseline gap-2">
        <span className={`min-w-0 flex-1 truncate text-sm font-medium ${title === undefined ? "text-muted" : ""}`}>{title ?? "No title"}</span>
        <time dateTime={new Date(atMs).toISOString()} title={formatTime(atMs)} className="shrink-0 text-xs text-muted tabular-nums">{formatAge(atMs, nowMs)}</time>
      </span>
      <span className="mt-0.5 block truncate text-xs text-muted">{latestMessage === undefined || latestMessage === "" ? (lastMessageAt === undefined ? "No messages yet" : "No text") : latestMessage}</span>
      <span className="mt-1 flex min-h-5 items-center gap-1.5">
        <span className="min-w-0 flex-1 truncate text-xs text-muted">{who}</span>
        {lastMessageStatus === "pending" && <Badge tone="accent">running</Badge>}
        {lastMessageStatus === "failed" && <Ended error={lastMessageError} />}
        {status === "archived" && <Badge>archived</Badge>}
      </span>
    </PlaceLink>
  );
});

/** What kind of early end: somebody stopped it, or it failed. */
function Ended({ error }: { error: string | undefined }) {
  const code = error === undefined ? "error" : parseFailure(error).code;
  return code === "aborted" ? <Badge title={error}>stopped</Badge> : <Badge tone="danger" title={error}>{code === "error" ? "failed" : code}</Badge>;
}
