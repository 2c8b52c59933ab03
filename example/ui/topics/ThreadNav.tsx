import type { PaginationStatus } from "convex/react";
import { Plus, Trash2 } from "lucide-react";
import { useRef, useState, type ReactNode } from "react";
import { Button, Dots, IconButton } from "../app/controls";
import { Link, navigate } from "../app/router";
import { DeleteThread } from "./DeleteThread";

export interface ThreadItem {
  threadId: string;
  title: string | null;
}

interface ThreadNavProps {
  path: string;
  /** What the list is called: "Trips". */
  label: string;
  /** What a new one is called: "New trip". */
  newLabel: string;
  emptyText: string;
  current: string | undefined;
  threads: readonly ThreadItem[];
  status: PaginationStatus;
  onMore: () => void;
  /** Above the list. */
  extra?: ReactNode;
}

function titleOf({ title }: ThreadItem): string {
  return title ?? "New conversation";
}

/** Conversations to go to, to begin and to delete. */
export function ThreadNav({ path, label, newLabel, emptyText, current, threads, status, onMore, extra }: ThreadNavProps) {
  const [doomed, setDoomed] = useState<ThreadItem | null>(null);
  const nav = useRef<HTMLElement>(null);
  const leave = (threadId: string) => {
    if (threadId === current) navigate(`/${path}`);
    // The button that was pressed goes with its row; without this the keyboard would begin at the top of the page again.
    nav.current?.querySelector("a")?.focus();
  };
  return (
    <nav ref={nav} aria-label={label} className="flex h-full flex-col pt-3">
      <div className="space-y-2 px-3 pb-2">
        <Link href={`/${path}`} className="flex items-center gap-2 rounded-lg border border-line bg-raised px-3 py-2 text-sm font-medium hover:bg-bubble"><Plus size={16} aria-hidden />{newLabel}</Link>
        {extra}
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-2 pb-3">
        {status === "LoadingFirstPage" && <p className="grid place-items-center py-6"><Dots /><span className="sr-only">Loading</span></p>}
        {status !== "LoadingFirstPage" && threads.length === 0 && <p className="px-3 py-4 text-sm text-muted">{emptyText}</p>}
        <ul>{threads.map((thread) => <ThreadRow key={thread.threadId} path={path} thread={thread} isCurrent={thread.threadId === current} onDelete={() => setDoomed(thread)} />)}</ul>
        {(status === "CanLoadMore" || status === "LoadingMore") && <Button className="mx-3 mt-2" disabled={status === "LoadingMore"} onClick={onMore}>Show older</Button>}
      </div>
      {doomed !== null && <DeleteThread threadId={doomed.threadId} title={titleOf(doomed)} onConfirm={() => leave(doomed.threadId)} onClose={() => setDoomed(null)} />}
    </nav>
  );
}

function ThreadRow({ path, thread, isCurrent, onDelete }: { path: string; thread: ThreadItem; isCurrent: boolean; onDelete: () => void }) {
  return (
    <li className="group relative">
      <Link href={`/${path}/${encodeURIComponent(thread.threadId)}`} aria-current={isCurrent ? "page" : undefined} title={titleOf(thread)}
        className="block truncate rounded-lg py-2 pr-10 pl-3 text-sm outline-offset-[-2px] hover:bg-bubble aria-[current=page]:bg-bubble aria-[current=page]:font-medium">{titleOf(thread)}</Link>
      <IconButton label={`Delete “${titleOf(thread)}”`} onClick={onDelete}
        className="absolute top-0.5 right-0.5 size-8! outline-offset-[-2px] opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 focus-visible:opacity-100 pointer-coarse:opacity-100"><Trash2 size={15} /></IconButton>
    </li>
  );
}
