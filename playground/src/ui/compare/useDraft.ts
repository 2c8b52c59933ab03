import { useCallback, useEffect, useRef, useState } from "react";

/** What is typed is told after so long without a key: an address that changes with each key is more than browsers take. */
const SETTLED_MS = 300;

/** A text that is typed here and kept elsewhere: told when typing pauses or the field is left. */
export function useDraft(value: string, commit: (text: string) => void): { text: string; change: (text: string) => void; flush: () => void } {
  const [draft, setDraft] = useState<{ text: string; of: string } | null>(null);
  const latest = useRef(commit);
  const pending = useRef<string | null>(null);
  useEffect(() => {
    latest.current = commit;
  });
  const flush = useCallback(() => {
    const text = pending.current;
    pending.current = null;
    if (text !== null) latest.current(text);
  }, []);
  useEffect(() => {
    if (draft === null) return;
    const timer = setTimeout(flush, SETTLED_MS);
    return () => clearTimeout(timer);
  }, [draft, flush]);
  // Changed elsewhere since it was typed here: that is newer.
  const isOwn = draft !== null && (draft.of === value || draft.text === value);
  return {
    text: isOwn ? draft.text : value,
    change: (text) => {
      pending.current = text;
      setDraft({ text, of: value });
    },
    flush,
  };
}
