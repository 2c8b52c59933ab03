import { ArrowUp, Square } from "lucide-react";
import { useId, type KeyboardEvent, type RefObject } from "react";
import { MAX_PROMPT_CHARS } from "../../convex/chat/prompt";
import { useGrowingField } from "./usePromptField";

interface ComposerProps {
  field: RefObject<HTMLTextAreaElement | null>;
  text: string;
  onTextChange: (text: string) => void;
  /** What is wrong with the text, from the last attempt to send it. */
  problem: string | null;
  /** Why nothing can be sent just now; the text stays. */
  blocked: string | null;
  onSend: () => void;
  /** Given while a reply is being written. */
  onStop: (() => void) | undefined;
  isStopping: boolean;
}

const MAX_HEIGHT_PX = 220;
const COUNT_FROM = MAX_PROMPT_CHARS * 0.8;

/** Where one writes. Enter sends, Shift+Enter begins a line. */
export function Composer({ field, text, onTextChange, problem, blocked, onSend, onStop, isStopping }: ComposerProps) {
  const problemId = useId();
  useGrowingField(field, { maxPx: MAX_HEIGHT_PX, takesFocus: true });
  const send = () => { if (blocked === null) onSend(); };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form onSubmit={(event) => { event.preventDefault(); send(); }}>
      {problem !== null && <p id={problemId} role="alert" className="mb-2 px-1 text-sm text-danger">{problem}</p>}
      {blocked !== null && <p role="status" className="mb-2 px-1 text-sm text-muted">{blocked}</p>}
      <div className="flex items-end gap-2 rounded-2xl border border-line bg-raised p-2 shadow-sm focus-within:border-accent">
        <textarea ref={field} rows={1} value={text} onChange={(event) => onTextChange(event.target.value)} onKeyDown={onKeyDown}
          aria-label="Message" aria-invalid={problem !== null} aria-describedby={problem === null ? undefined : problemId}
          placeholder="Ask about the weather…" className="min-h-9 flex-1 resize-none bg-transparent px-2 py-1.5 leading-6 outline-none placeholder:text-muted" />
        {onStop !== undefined && <RoundButton label="Stop the reply" onClick={onStop} disabled={isStopping}><Square size={14} fill="currentColor" /></RoundButton>}
        <RoundButton label="Send" type="submit" disabled={blocked !== null || text.trim() === ""}><ArrowUp size={18} /></RoundButton>
      </div>
      {text.length > COUNT_FROM && <p className={`mt-1 px-1 text-right text-xs tabular-nums ${text.length > MAX_PROMPT_CHARS ? "text-danger" : "text-muted"}`}>{text.length.toLocaleString("en")} / {MAX_PROMPT_CHARS.toLocaleString("en")}</p>}
    </form>
  );
}

function RoundButton({ label, ...rest }: { label: string } & React.ButtonHTMLAttributes<HTMLButtonElement>) {
  return (
    <button type="button" aria-label={label} title={label} {...rest}
      className="grid size-9 shrink-0 place-items-center rounded-xl bg-accent text-accent-ink transition hover:opacity-90 disabled:opacity-30" />
  );
}
