import { ArrowUp, Square } from "lucide-react";
import { useId, useRef, type KeyboardEvent, type RefObject } from "react";
import { IconButton } from "../app/controls";
import { useGrowingField } from "../chat/usePromptField";

interface PromptBoxProps {
  /** For a page that puts something into the field. */
  field?: RefObject<HTMLTextAreaElement | null>;
  /** Whether the focus goes here when the field appears; not for one that appears beside another. */
  takesFocus?: boolean;
  text: string;
  onTextChange: (text: string) => void;
  placeholder: string;
  /** What is wrong with the text, from the last attempt to send it. */
  problem: string | null;
  /** Why nothing can be sent just now; the text stays. */
  blocked?: string | null;
  onSend: () => void;
  /** Given while a reply is being written. */
  onStop?: (() => void) | undefined;
  label?: string;
}

const MAX_HEIGHT_PX = 180;

/** Where one writes. Enter sends, Shift+Enter begins a line. */
export function PromptBox({ field: given, takesFocus = true, text, onTextChange, placeholder, problem, blocked = null, onSend, onStop, label = "Message" }: PromptBoxProps) {
  const own = useRef<HTMLTextAreaElement>(null);
  const field = given ?? own;
  const id = useId();
  useGrowingField(field, { maxPx: MAX_HEIGHT_PX, takesFocus });
  const send = () => { if (blocked === null) onSend(); };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  const round = "bg-accent! text-accent-ink! hover:opacity-90 disabled:opacity-30!";
  return (
    <form onSubmit={(event) => { event.preventDefault(); send(); }}>
      {problem !== null && <p id={`${id}-problem`} role="alert" className="mb-2 px-1 text-sm text-danger wrap-anywhere">{problem}</p>}
      {blocked !== null && <p id={`${id}-blocked`} className="mb-2 px-1 text-sm tabular-nums text-muted">{blocked}</p>}
      <div className="flex items-end gap-2 rounded-2xl border border-line bg-raised p-2 shadow-sm focus-within:border-accent">
        <textarea ref={field} rows={1} value={text} onChange={(event) => onTextChange(event.target.value)} onKeyDown={onKeyDown} placeholder={placeholder}
          aria-label={label} aria-invalid={problem !== null}
          aria-describedby={[problem === null ? "" : `${id}-problem`, blocked === null ? "" : `${id}-blocked`].join(" ").trim() || undefined}
          className="min-h-9 flex-1 resize-none bg-transparent px-2 py-1.5 leading-6 outline-none placeholder:text-muted" />
        {onStop !== undefined && <IconButton label="Stop the reply" className={round} onClick={onStop}><Square size={14} fill="currentColor" /></IconButton>}
        <IconButton label="Send" type="submit" className={round} disabled={blocked !== null || text.trim() === ""}><ArrowUp size={18} /></IconButton>
      </div>
    </form>
  );
}
