import type { ResultOf } from "../connection/api";
import { Link2, Pencil, Trash2 } from "lucide-react";
import { Suspense, useMemo, useState } from "react";
import { Badge, IconButton } from "../app/controls";
import { CopyIcon } from "../app/Copy";
import { ConfirmDialog } from "../app/Dialog";
import { formatTime } from "../app/format";
import { lazyPart } from "../app/lazyPart";
import { currentLink, go } from "../app/location";
import { useShortcuts, type Shortcut } from "../app/shortcuts";
import { useToasts } from "../app/toasts";
import { usePlayground, usePlaygroundMutation } from "../connection/api";
import { EditThread } from "./EditThread";

const ExportMenu = lazyPart(async () => (await import("../exporting/ExportMenu")).ExportMenu);
type Thread = NonNullable<ResultOf<"getThread">>;

/** What a thread is, and what can be done with all of it. */
export function ThreadHeader({ thread }: { thread: Thread }) {
  const { isReadOnly } = usePlayground();
  const toasts = useToasts();
  const [open, setOpen] = useState<"edit" | "delete" | null>(null);
  const close = () => setOpen(null);
  useShortcuts(useMemo((): Shortcut[] => [
    { keys: ["e"], label: "Edit the thread", run: () => { if (!isReadOnly) setOpen("edit"); } },
    { keys: ["l"], label: "Copy a link to what is on screen", run: () => void navigator.clipboard.writeText(currentLink()).then(() => toasts.done("The link is copied."), toasts.failed) },
  ], [isReadOnly, toasts]));
  return (
    <div className="flex items-center gap-1 px-3 pt-2 sm:px-4">
      <div className="min-w-0 flex-1">
        <div className="flex items-center gap-2">
          <h2 className="truncate font-semibold" title={thread.summary}>{thread.title ?? <span className="text-muted">No title</span>}</h2>
          {thread.status === "archived" && <Badge>archived</Badge>}
        </div>
        <p className="flex items-center gap-1 truncate text-xs text-muted">
          <span className="max-w-1/2 shrink-0 truncate" title={`Created ${formatTime(thread._creationTime)}`}>{thread.userId ?? "no user"}</span><span aria-hidden>·</span>
          <code className="truncate">{thread._id}</code><CopyIcon label="Copy the thread’s id" text={() => thread._id} className="size-6" />
        </p>
      </div>
      <CopyIcon label="Copy a link to what is on screen" icon={Link2} text={currentLink} className="size-9" />
      <Suspense fallback={<span className="size-9" />}><ExportMenu threadId={thread._id} /></Suspense>
      <IconButton label="Edit the thread" disabled={isReadOnly} onClick={() => setOpen("edit")}><Pencil size={16} /></IconButton>
      <IconButton label="Delete the thread" disabled={isReadOnly} onClick={() => setOpen("delete")}><Trash2 size={16} /></IconButton>
      {open === "edit" && <EditThread thread={thread} onClose={close} />}
      {open === "delete" && <DeleteThread thread={thread} onClose={close} />}
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
  };
  return (
    <ConfirmDialog title="Delete this thread?" phrase={thread.title?.trim() || "delete"} action="Delete for ever" onConfirm={confirm} onClose={onClose}>
      Its messages, streams, embeddings and file references go with it. This cannot be undone.
    </ConfirmDialog>
  );
}
