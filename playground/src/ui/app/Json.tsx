import { useMemo, useState } from "react";
import { Button } from "./controls";
import { CopyIcon } from "./Copy";
import { formatCount } from "./format";

/** More than this is cut until it is asked for: a megabyte of text stops a page. */
const SHOWN_CHARS = 20_000;

/** A value as JSON, or text as it stands: scrolled in itself, copied with a click. It comes from outside and is shown as text alone. */
export function Json({ label, value, className = "max-h-80" }: { label: string; value: unknown; className?: string }) {
  const text = useMemo(() => (typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? "undefined")), [value]);
  const [isWhole, setIsWhole] = useState(false);
  const isCut = !isWhole && text.length > SHOWN_CHARS;
  return (
    <div className="group/json relative">
      <pre tabIndex={0} aria-label={label} role="group" className={`overflow-auto rounded-lg bg-code px-3 py-2 pr-9 font-mono text-xs leading-relaxed whitespace-pre-wrap wrap-anywhere ${className}`}>
        {isCut ? text.slice(0, SHOWN_CHARS) : text}
      </pre>
      <CopyIcon label={`Copy: ${label}`} text={() => text} className="absolute top-1 right-1 size-7 bg-code" />
      {isCut && <Button size="small" className="mt-1" onClick={() => setIsWhole(true)}>Show all {formatCount(text.length)} characters</Button>}
    </div>
  );
}
