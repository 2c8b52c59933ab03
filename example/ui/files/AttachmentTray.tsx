import { CircleAlert, FileText, LoaderCircle, Paperclip, RotateCcw, X } from "lucide-react";
import { useId, useRef } from "react";
import { ACCEPTED, KINDS_IN_WORDS, MAX_FILE_BYTES, sizeInWords } from "../../convex/files/kinds";
import { Button, IconButton } from "../app/controls";
import { goesAlong, type Attachment } from "./attachments";

interface AttachmentTrayProps {
  attachments: readonly Attachment[];
  /** What was wrong with the last choice as a whole. */
  problem: string | null;
  onAdd: (files: readonly File[]) => void;
  onRemove: (id: number) => void;
  onRetry: (id: number) => void;
}

/** The files that go with the next message, and where to choose them. */
export function AttachmentTray({ attachments, problem, onAdd, onRemove, onRetry }: AttachmentTrayProps) {
  const [going, refused] = [attachments.filter(goesAlong), attachments.filter((attachment) => !goesAlong(attachment))];
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const choose = (list: FileList | null) => {
    onAdd([...(list ?? [])]);
    // The same file can be chosen again after it was taken out.
    if (input.current !== null) input.current.value = "";
  };
  return (
    <div>
      {[{ label: "Files that cannot be used", list: refused }, { label: "Files of the next message", list: going }].map(({ label, list }) => list.length > 0 && (
        <ul key={label} aria-label={label} className="mb-2 flex flex-wrap gap-2">
          {list.map((attachment) => <Chip key={attachment.id} attachment={attachment} onRemove={() => onRemove(attachment.id)} onRetry={() => onRetry(attachment.id)} />)}
        </ul>
      ))}
      {problem !== null && <p role="alert" className="mb-2 text-sm text-danger">{problem}</p>}
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <input ref={input} id={id} type="file" multiple accept={ACCEPTED} tabIndex={-1} aria-hidden className="sr-only" onChange={(event) => choose(event.target.files)} />
        <Button onClick={() => input.current?.click()}><Paperclip size={14} aria-hidden />Add files</Button>
        <p className="min-w-0 flex-1 text-xs text-muted">{KINDS_IN_WORDS}, up to {sizeInWords(MAX_FILE_BYTES)} each. Drop or paste them, too.</p>
      </div>
    </div>
  );
}

function Chip({ attachment, onRemove, onRetry }: { attachment: Attachment; onRemove: () => void; onRetry: () => void }) {
  const { file, previewUrl, state } = attachment;
  const isBad = state.kind === "refused" || state.kind === "failed";
  return (
    <li className={`flex max-w-full items-center gap-2.5 rounded-xl border p-1.5 pr-1 text-sm ${isBad ? "w-full border-danger/40 bg-danger-wash" : "border-line bg-raised"}`}>
      <span aria-hidden className="grid size-10 shrink-0 place-items-center overflow-hidden rounded-lg bg-bubble text-muted">
        {isBad ? <CircleAlert size={18} className="text-danger" /> : previewUrl === undefined ? <FileText size={18} /> : <img src={previewUrl} alt="" className="size-full object-cover" />}
      </span>
      {isBad
        ? <p role="alert" className="min-w-0 flex-1 text-danger wrap-anywhere">{state.problem}</p>
        : (
          <p className="min-w-0">
            <span className="block max-w-48 truncate">{file.name}</span>
            <span role="status" className="flex items-center gap-1 text-xs text-muted">{state.kind === "uploading" ? <><LoaderCircle size={12} aria-hidden className="animate-spin" />Uploading…</> : `${sizeInWords(file.size)}, ready`}</span>
          </p>
        )}
      {state.kind === "failed" && <IconButton label={`Upload “${file.name}” again`} className="size-8!" onClick={onRetry}><RotateCcw size={15} /></IconButton>}
      <IconButton label={state.kind === "refused" ? `Close the note about “${file.name}”` : `Take “${file.name}” out`} className="size-8!" onClick={onRemove}><X size={15} /></IconButton>
    </li>
  );
}
