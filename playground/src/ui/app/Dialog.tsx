import { X } from "lucide-react";
import { useId, useLayoutEffect, useRef, useState, type ReactNode } from "react";
import { Button, Field, IconButton } from "./controls";
import { ErrorNote } from "./states";

/**
 * A dialog over the page. It is there as long as it is rendered; Escape and a click beside it ask to close it. The focus
 * goes to its first field, and back to where it was.
 */
export function Dialog({ title, children, onClose, width = "max-w-lg" }: { title: string; children: ReactNode; onClose: () => void; width?: string }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Before it leaves the page: a dialog that is gone gives no focus back.
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    element?.querySelector<HTMLElement>("input, textarea, select")?.focus();
    return () => element?.close();
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={id} onCancel={(event) => { event.preventDefault(); onClose(); }}
      onMouseDown={(event) => { if (event.target === event.currentTarget) onClose(); }}
      className={`m-auto w-[calc(100%-1.5rem)] ${width} rounded-2xl border border-line bg-raised p-0 text-ink shadow-2xl backdrop:bg-black/40`}>
      <div className="flex max-h-[calc(100dvh-4rem)] flex-col">
        <header className="flex items-center gap-2 border-b border-line py-2 pr-2 pl-5">
          <h2 id={id} className="min-w-0 flex-1 truncate font-semibold">{title}</h2>
          <IconButton label="Close" onClick={onClose}><X size={18} /></IconButton>
        </header>
        <div className="min-h-0 flex-1 overflow-y-auto px-5 py-4">{children}</div>
      </div>
    </dialog>
  );
}

interface ConfirmProps {
  title: string;
  children: ReactNode;
  /** What has to be typed first. Left out: nothing. */
  phrase?: string;
  action: string;
  /** Rejecting keeps the dialog open and says why. */
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
}

/** Asks before something that cannot be undone. */
export function ConfirmDialog({ title, children, phrase, action, onConfirm, onClose }: ConfirmProps) {
  const [typed, setTyped] = useState("");
  const [state, setState] = useState<{ isBusy: boolean; error: unknown }>({ isBusy: false, error: null });
  const isReady = phrase === undefined || typed.trim() === phrase.trim();
  const confirm = async () => {
    setState({ isBusy: true, error: null });
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      setState({ isBusy: false, error });
    }
  };
  return (
    <Dialog title={title} onClose={onClose} width="max-w-md">
      <form className="space-y-4" onSubmit={(event) => { event.preventDefault(); if (isReady) void confirm(); }}>
        <div className="text-sm text-muted">{children}</div>
        {phrase !== undefined && <Field label={`Type “${phrase}” to confirm`} value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" autoFocus />}
        {state.error !== null && <ErrorNote error={state.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="danger" disabled={!isReady || state.isBusy}>{action}</Button>
        </div>
      </form>
    </Dialog>
  );
}
