import { ArrowRight, Check, NotebookPen } from "lucide-react";
import type { ReactNode } from "react";
import type { ColleagueAnswer } from "../../convex/tools/colleague";
import type { WrittenNote } from "../../convex/tools/notes";
import type { PrimeCount } from "../../convex/tools/primes";
import type { Conversion } from "../../convex/tools/units";
import { Markdown } from "../chat/Markdown";
import type { ToolSlots } from "../chat/toolSlots";

/** What the tools of this page give, complete or on its way. Anything else is shown as it came. */
export const toolSlots: ToolSlots = {
  output(output, isPreliminary) {
    if (isPrimeCount(output)) return <PrimeView count={output} />;
    if (isConversion(output)) return <ConversionView conversion={output} />;
    if (isNote(output)) return <NoteView note={output} />;
    if (isAnswer(output)) return <AnswerView answer={output} isGrowing={isPreliminary} />;
    return null;
  },
};

function has<Field extends string>(value: unknown, field: Field, type: "string" | "number"): value is Record<Field, string & number> {
  return typeof value === "object" && value !== null && field in value && typeof Reflect.get(value, field) === type;
}

const isPrimeCount = (output: unknown): output is PrimeCount =>
  has(output, "upTo", "number") && has(output, "checked", "number") && has(output, "primes", "number") && has(output, "largest", "number");
const isConversion = (output: unknown): output is Conversion =>
  has(output, "value", "number") && has(output, "result", "number") && has(output, "from", "string") && has(output, "to", "string");
const isNote = (output: unknown): output is WrittenNote => has(output, "text", "string") && has(output, "count", "number");
const isAnswer = (output: unknown): output is ColleagueAnswer => has(output, "colleague", "string") && has(output, "text", "string");

function Frame({ children }: { children: ReactNode }) {
  return <div className="border-t border-line px-4 py-3">{children}</div>;
}

function PrimeView({ count: { upTo, checked, primes, largest } }: { count: PrimeCount }) {
  const share = checked / upTo;
  return (
    <Frame>
      <div className="flex items-baseline justify-between gap-3 tabular-nums">
        <p className="text-lg font-semibold">{primes.toLocaleString("en")} <span className="text-sm font-normal text-muted">primes{share < 1 ? " so far" : ""}</span></p>
        <p className="text-xs text-muted">{share < 1 ? `${checked.toLocaleString("en")} of ${upTo.toLocaleString("en")}` : `The largest is ${largest.toLocaleString("en")}`}</p>
      </div>
      <progress aria-label="Numbers that are checked" value={checked} max={upTo}
        className="mt-2 h-1.5 w-full overflow-hidden rounded-full [&::-webkit-progress-bar]:bg-line [&::-webkit-progress-value]:bg-accent [&::-webkit-progress-value]:transition-[width]" />
    </Frame>
  );
}

function ConversionView({ conversion: { value, from, result, to } }: { conversion: Conversion }) {
  return (
    <Frame>
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-base tabular-nums">
        <span>{value.toLocaleString("en")} {from}</span><ArrowRight size={16} role="img" aria-label="are" className="text-muted" /><strong>{result.toLocaleString("en", { maximumSignificantDigits: 6 })} {to}</strong>
      </p>
    </Frame>
  );
}

function NoteView({ note: { text } }: { note: WrittenNote }) {
  return <Frame><p className="flex items-center gap-2 wrap-anywhere"><NotebookPen size={15} aria-hidden className="shrink-0 text-muted" />{text}<Check size={15} role="img" aria-label="written down" className="shrink-0 text-accent" /></p></Frame>;
}

function AnswerView({ answer: { text }, isGrowing }: { answer: ColleagueAnswer; isGrowing: boolean }) {
  return <Frame><div className="border-l-2 border-line pl-3 text-muted"><Markdown text={text} isGrowing={isGrowing} /></div></Frame>;
}
