import { Brain, ChevronRight } from "lucide-react";
import { useState, type MouseEvent } from "react";
import { usePacedText } from "./usePacedText";

/** What the model thought before it answered: open while it thinks, closed after, unless the reader wants it otherwise. */
export function ReasoningPart({ text, isGrowing }: { text: string; isGrowing: boolean }) {
  const visible = usePacedText(text, isGrowing);
  const [chosen, setChosen] = useState<boolean | null>(null);
  const isOpen = chosen ?? isGrowing;
  if (text === "") return null;
  const toggle = (event: MouseEvent) => {
    event.preventDefault();
    setChosen(!isOpen);
  };
  const words = text.split(/\s+/).filter((word) => word !== "").length;
  return (
    <details open={isOpen} className="rounded-xl border border-line bg-panel px-4 py-2.5 text-sm">
      <summary onClick={toggle} className="flex list-none items-center gap-2 rounded text-muted">
        <Brain size={15} aria-hidden className={isGrowing ? "animate-pulse text-accent" : ""} />
        <span className="font-medium">{isGrowing ? "Thinking…" : "How it got there"}</span>
        <span className="flex-1 text-xs tabular-nums">{words === 1 ? "1 word" : `${words} words`}</span>
        <ChevronRight size={15} aria-hidden className={`transition-transform ${isOpen ? "rotate-90" : ""}`} />
      </summary>
      <p className="mt-2 border-l-2 border-line pl-3 leading-relaxed whitespace-pre-wrap text-muted">{visible}</p>
    </details>
  );
}
