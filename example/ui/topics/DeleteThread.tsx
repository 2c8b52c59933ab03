import { useMutation } from "convex/react";
import { useLayoutEffect, useRef } from "react";
import { api } from "../../convex/_generated/api";
import { Button } from "../app/controls";
import { describeError } from "../app/errors";
import { useToast } from "../app/toasts";
import { viewerKey } from "../app/viewer";

interface DeleteThreadProps {
  threadId: string;
  title: string;
  /** The person has said yes: the page leaves the conversation before it is gone. */
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before a conversation is deleted for good. */
export function DeleteThread({ threadId, title, onConfirm, onClose }: DeleteThreadProps) {
  const remove = useMutation(api.threads.remove);
  const showToast = useToast();
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal();
  }, []);
  const confirm = async () => {
    dialog.current?.close();
    onConfirm();
    try {
      await remove({ viewerKey, threadId });
    } catch (error) {
      showToast(`“${title}” was not deleted. ${describeError(error)}`);
    }
  };
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="delete-title" aria-describedby="delete-text" className="m-auto w-[min(26rem,calc(100%-2rem))] rounded-2xl border border-line bg-raised p-5 text-ink shadow-xl backdrop:bg-black/40">
      <h2 id="delete-title" className="font-semibold">Delete this conversation?</h2>
      <p id="delete-text" className="mt-2 text-sm text-muted wrap-anywhere">“{title}” and all its messages will be gone, for everybody who has the link.</p>
      <div className="mt-5 flex justify-end gap-2">
        <Button autoFocus onClick={() => dialog.current?.close()}>Keep it</Button>
        <Button look="danger" onClick={() => void confirm()}>Delete</Button>
      </div>
    </dialog>
  );
}
