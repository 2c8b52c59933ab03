import type { ResultOf } from "../connection/api";
import { Link2, Pencil, Trash2 } from "lucide-react";
import { Suspense, useMemo, useState, type ReactNode } from "react";
import { Badge, IconButton } from "../app/controls";
import { CopyIcon } from "../app/Copy";
import { ConfirmDialog } from "../app/Dialog";
import { giveFocus } from "../app/focus";
import { formatTime } from "../app/format";
import { lazyPart } from "../app/lazyPart";
import { currentLink, go } from "../app/location";
import { useShortcuts, type Shortcut } from "../app/shortcuts";
import { useToasts } from "../app/toasts";
import { usePlayground, usePlaygroundMutation } from "../connection/api";
import { useThreads } from "../threads/useThreads";
import { EditThread } from "./EditThread";

const ExportMenu = lazyPart(async () => (await import("../exporting/ExportMenu")).ExportMenu);
type Thread = NonNullable<ResultOf<"getThread">>;

/** What a thread is, and what can be done with all of it. */
export function ThreadHeader({ thread }: { thread: Thread }) {
  const { isReadOnly } = usePlayground();
  const [open, setOpen] = useState<"edit" | "delete" | null>(null);
  const close = () => setOpen(null);
  useShortcuts(useMemo((): Shortcut[] => [{ keys: ["e"], label: "Edit the thread", run: () => { if (!isReadOnly) setOpen("edit"); } }], [isReadOnly]));
  return (
    <Head threadId={thread._id} thread={thread}>
      <Suspense fallback={<span className="size-9" />}><ExportMenu threadId={thread._id} /></Suspense>
      <IconButton label="Edit the thread" disabled={isReadOnly} onClick={() => setOpen("edit")}><Pencil size={16} /></IconButton>
      <IconButton label="Delete the thread" disabled={isReadOnly} onClick={() => setOpen("delete")}><Trash2 size={16} /></IconButton>
      {open === "edit" && <EditThread thread={thread} onClose={close} />}
      {open === "delete" && <DeleteThread thread={thread} onClose={close} />}
    </Head>
  );
}

/** The header where the app exports no function that reads one thread: what the list says of it, and its id. */
export function NamedThreadHeader({ threadId }: { threadId: string }) {
  const { threads } = useThreads();
  return <Head threadId={threadId} thread={threads.find(({ _id }) => _id === threadId)} />;
}

interface HeadProps {
  threadId: string;
  thread: Thread | undefined;
  /** What can be done with it. */
  children?: ReactNode;
}

function Head({ threadId, thread, children }: HeadProps) {
  const toasts = useToasts();
  useShortcuts(useMemo((): Shortcut[] => [
    { keys: ["l"], label: "Copy a link to what is on screen", run: () => void navigator.clipboard.writeText(currentLink()).then(() => toasts.done("The link is copied."), toasts.failed) },
  ], [toasts]));
  return (
    <div className="flex items-center gap-1 px-3 pt-2 sm:px-4">
      <div className="min-w-0 flex-1">
        <div className="flex items-center gap-2">
          <h2 className="truncate font-semibold" title={thread?.summary}>{thread?.title ?? <span className="text-muted">{thread === undefined ? "A thread" : "No title"}</span>}</h2>
          {thread?.status === "archived" && <Badge>archived</Badge>}
        </div>
        <p className="flex items-center gap-1 truncate text-xs text-muted">
          {thread !== undefined && <><span className="max-w-1/2 shrink-0 truncate" title={`Created ${formatTime(thread._creationTime)}`}>{thread.userId ?? "no user"}</span><span aria-hidden>·</span></>}
          <code className="truncate">{threadId}</code><CopyIcon label="Copy the thread’s id" text={() => threadId} className="size-6" />
        </p>
      </div>
      <CopyIcon label="Copy a link to what is on screen" icon={Link2} text={currentLink} className="size-9" />
      {children}
    </div>
  );
}

function DeleteThread({ thread, onClose }: { thread: Thread; onClose: () => void }) {
  const remove = usePlaygroundMutation("deleteThread");
  const toasts = useToasts();
  const confirm = async () => {
    await remove({ threadId: thread._id });
    go({ threadId: undefined }, { replace: true });
    toasts.done("The thread and all that belongs to it is deleted.");
    // Once the dialog is gone, under which nothing else can have the focus.
    requestAnimationFrame(() => giveFocus(document.querySelector<HTMLElement>("#main")));
  };
  return (
    <ConfirmDialog title="Delete this thread?" phrase={thread.title?.trim() || "delete"} action="Delete for ever" onConfirm={confirm} onClose={onClose}>
      Its messages, streams, embeddings and file references go with it, and so does what it used: Usage counts messages that are saved. This cannot be undone.
    </ConfirmDialog>
  );
}
