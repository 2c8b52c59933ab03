import { useMutation, usePaginatedQuery } from "convex/react";
import { Plus, Trash2 } from "lucide-react";
import { useRef, useState } from "react";
import { api } from "../../convex/_generated/api";
import { Button, Dots, IconButton } from "../app/controls";
import { describeError } from "../app/errors";
import { Link, navigate } from "../app/router";
import { useToast } from "../app/toasts";
import { viewerKey } from "../app/viewer";

interface ThreadItem {
  threadId: string;
  title: string | null;
}

const PAGE_SIZE = 30;

/** The viewer's conversations. */
export function ThreadList({ path, current }: { path: string; current: string | undefined }) {
  const { results, status, loadMore } = usePaginatedQuery(api.threads.list, { viewerKey }, { initialNumItems: PAGE_SIZE });
  const [doomed, setDoomed] = useState<ThreadItem | null>(null);
  return (
    <nav aria-label="Conversations" className="flex h-full flex-col pt-3">
      <div className="px-3 pb-2">
        <Link href={`/${path}`} className="flex items-center gap-2 rounded-lg border border-line bg-raised px-3 py-2 text-sm font-medium hover:bg-bubble"><Plus size={16} aria-hidden />New conversation</Link>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-2 pb-3">
        {status === "LoadingFirstPage" && <p className="grid place-items-center py-6"><Dots /><span className="sr-only">Loading</span></p>}
        {status !== "LoadingFirstPage" && results.length === 0 && <p className="px-3 py-4 text-sm text-muted">Your conversations will be listed here.</p>}
        <ul>{results.map((thread) => <ThreadRow key={thread.threadId} path={path} thread={thread} isCurrent={thread.threadId === current} onDelete={() => setDoomed(thread)} />)}</ul>
        {status === "CanLoadMore" && <Button className="mx-3 mt-2" onClick={() => loadMore(PAGE_SIZE)}>Show older</Button>}
      </div>
      {doomed !== null && <DeleteDialog thread={doomed} onClose={() => setDoomed(null)} onDeleted={() => { if (doomed.threadId === current) navigate(`/${path}`); }} />}
    </nav>
  );
}

function titleOf({ title }: ThreadItem): string {
  return title ?? "New conversation";
}

function ThreadRow({ path, thread, isCurrent, onDelete }: { path: string; thread: ThreadItem; isCurrent: boolean; onDelete: () => void }) {
  return (
    <li className="group relative">
      <Link href={`/${path}/${encodeURIComponent(thread.threadId)}`} aria-current={isCurrent ? "page" : undefined}
        className="block truncate rounded-lg py-2 pr-10 pl-3 text-sm hover:bg-bubble aria-[current=page]:bg-bubble aria-[current=page]:font-medium">{titleOf(thread)}</Link>
      <IconButton label={`Delete “${titleOf(thread)}”`} onClick={onDelete}
        className="absolute top-0.5 right-0.5 size-8! opacity-0 group-hover:opacity-100 focus-visible:opacity-100 pointer-coarse:opacity-100"><Trash2 size={15} /></IconButton>
    </li>
  );
}

function DeleteDialog({ thread, onClose, onDeleted }: { thread: ThreadItem; onClose: () => void; onDeleted: () => void }) {
  const remove = useMutation(api.threads.remove);
  const showToast = useToast();
  const [isDeleting, setIsDeleting] = useState(false);
  const dialog = useRef<HTMLDialogElement>(null);
  const open = (element: HTMLDialogElement | null) => {
    dialog.current = element;
    if (element !== null && !element.open) element.showModal();
  };
  const confirm = async () => {
    setIsDeleting(true);
    try {
      await remove({ viewerKey, threadId: thread.threadId });
      onDeleted();
    } catch (error) {
      showToast(describeError(error));
    }
    dialog.current?.close();
  };
  return (
    <dialog ref={open} onClose={onClose} aria-labelledby="delete-title" className="m-auto w-[min(26rem,calc(100%-2rem))] rounded-2xl border border-line bg-raised p-5 text-ink shadow-xl backdrop:bg-black/40">
      <h2 id="delete-title" className="font-semibold">Delete this conversation?</h2>
      <p className="mt-2 text-sm text-muted wrap-anywhere">“{titleOf(thread)}” and all its messages will be gone, for everybody who has the link.</p>
      <div className="mt-5 flex justify-end gap-2">
        <Button autoFocus onClick={() => dialog.current?.close()}>Keep it</Button>
        <Button look="danger" disabled={isDeleting} onClick={() => void confirm()}>Delete</Button>
      </div>
    </dialog>
  );
}
