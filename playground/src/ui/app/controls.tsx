import { ChevronRight } from "lucide-react";
import { useId, useState, type AnchorHTMLAttributes, type ButtonHTMLAttributes, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, type TextareaHTMLAttributes } from "react";

const looks = {
  primary: "bg-accent text-accent-ink hover:opacity-90",
  quiet: "border border-line bg-raised hover:bg-bubble",
  plain: "text-muted hover:bg-bubble hover:text-ink",
  danger: "bg-danger text-canvas hover:opacity-90",
} as const;
const sizes = { normal: "min-h-9 px-3 py-1.5 text-sm", small: "min-h-7 px-2 py-0.5 text-xs" } as const;

interface ButtonLook {
  look?: keyof typeof looks;
  size?: keyof typeof sizes;
}

const buttonClass = ({ look = "quiet", size = "normal" }: ButtonLook, className: string) =>
  `inline-flex shrink-0 items-center justify-center gap-1.5 rounded-lg font-medium whitespace-nowrap transition disabled:cursor-not-allowed disabled:opacity-50 ${looks[look]} ${sizes[size]} ${className}`;

export function Button({ look, size, className = "", children, ...rest }: ButtonLook & ButtonHTMLAttributes<HTMLButtonElement>) {
  return <button type="button" {...rest} className={buttonClass({ look, size }, className)}>{children}</button>;
}

/** A link that looks like a button. */
export function ButtonLink({ look, size, className = "", children, ...rest }: ButtonLook & AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  return <a {...rest} className={buttonClass({ look, size }, className)}>{children}</a>;
}

/** A button that is only an icon; `label` is what a screen reader says and the tooltip shows. `className` may give it another size. */
export function IconButton({ label, children, className = "", ...rest }: { label: string; children: ReactNode } & ButtonHTMLAttributes<HTMLButtonElement>) {
  return (
    <button type="button" aria-label={label} title={label} {...rest}
      className={`inline-grid ${/(^|\s)size-/.test(className) ? "" : "size-9"} shrink-0 place-items-center rounded-lg text-muted transition-colors hover:bg-bubble hover:text-ink disabled:cursor-not-allowed disabled:opacity-40 ${className}`}>
      {children}
    </button>
  );
}

const box = "block w-full rounded-lg border border-line bg-raised px-3 py-1.5 text-sm outline-none placeholder:text-muted focus:border-accent focus:ring-1 focus:ring-accent aria-invalid:border-danger disabled:opacity-60";

interface Labelled {
  label: string;
  hint?: ReactNode;
  /** What is wrong with what was typed. */
  problem?: ReactNode;
  /** The label is there for screen readers alone: the place says what it is. */
  hidesLabel?: boolean;
}

function useLabelled({ label, hint, problem, hidesLabel = false }: Labelled) {
  const id = useId();
  const hasProblem = problem !== undefined && problem !== null;
  const hasHint = hint !== undefined && hint !== null;
  const about = [hasHint ? `${id}-hint` : "", hasProblem ? `${id}-problem` : ""].filter(Boolean).join(" ");
  return {
    control: { id, "aria-invalid": hasProblem || undefined, "aria-describedby": about === "" ? undefined : about },
    above: <label htmlFor={id} className={hidesLabel ? "sr-only" : "mb-1 block text-sm font-medium"}>{label}</label>,
    below: (
      <>
        {hasHint && <p id={`${id}-hint`} className="mt-1 text-xs text-muted">{hint}</p>}
        {hasProblem && <p id={`${id}-problem`} role="alert" className="mt-1 text-sm text-danger wrap-anywhere">{problem}</p>}
      </>
    ),
  };
}

/** A labelled line to type in. */
export function Field({ label, hint, problem, hidesLabel, className = "", ...input }: Labelled & InputHTMLAttributes<HTMLInputElement>) {
  const { control, above, below } = useLabelled({ label, hint, problem, hidesLabel });
  return <div className={`min-w-0 ${className}`}>{above}<input {...control} {...input} className={box} />{below}</div>;
}

/** A labelled box for several lines; it grows with what is typed. */
export function TextArea({ label, hint, problem, hidesLabel, className = "", ...input }: Labelled & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const { control, above, below } = useLabelled({ label, hint, problem, hidesLabel });
  return <div className={`min-w-0 ${className}`}>{above}<textarea rows={3} {...control} {...input} className={`${box} max-h-80 field-sizing-content`} />{below}</div>;
}

/** A labelled choice; `children` are its `<option>`s. */
export function Select({ label, hint, problem, hidesLabel, className = "", ...select }: Labelled & SelectHTMLAttributes<HTMLSelectElement>) {
  const { control, above, below } = useLabelled({ label, hint, problem, hidesLabel });
  return <div className={`min-w-0 ${className}`}>{above}<select {...control} {...select} className={box} />{below}</div>;
}

/** A box to tick, with its label beside it. */
export function Checkbox({ label, hint, className = "", ...input }: { label: ReactNode; hint?: ReactNode } & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  return (
    <div className={`flex items-start gap-2 ${className}`}>
      <input id={id} type="checkbox" {...input} aria-describedby={hint === undefined ? undefined : `${id}-hint`} className="mt-0.5 size-4 shrink-0 accent-accent" />
      <div className="min-w-0 text-sm">
        <label htmlFor={id}>{label}</label>
        {hint !== undefined && <p id={`${id}-hint`} className="text-xs text-muted">{hint}</p>}
      </div>
    </div>
  );
}

const tones = {
  plain: "bg-bubble text-muted",
  accent: "bg-accent-wash text-accent",
  good: "bg-good-wash text-good",
  warn: "bg-warn-wash text-warn",
  danger: "bg-danger-wash text-danger",
} as const;
export type Tone = keyof typeof tones;

/** A word or two about a thing: its state, its kind. */
export function Badge({ tone = "plain", children, className = "", title }: { tone?: Tone; children: ReactNode; className?: string; title?: string }) {
  return <span title={title} className={`inline-flex shrink-0 items-center gap-1 rounded-md px-1.5 py-0.5 text-xs font-medium whitespace-nowrap ${tones[tone]} ${className}`}>{children}</span>;
}

/** One of a few, as a row of buttons. */
export function Segmented<Value extends string>({ label, value, options, onChange }: {
  label: string;
  value: Value;
  options: readonly { value: Value; label: string }[];
  onChange: (value: Value) => void;
}) {
  return (
    <div role="group" aria-label={label} className="inline-flex rounded-lg border border-line bg-panel p-0.5">
      {options.map((option) => (
        <button key={option.value} type="button" aria-pressed={option.value === value} onClick={() => onChange(option.value)}
          className="rounded-md px-2.5 py-1 text-xs font-medium text-muted hover:text-ink aria-pressed:bg-raised aria-pressed:text-ink aria-pressed:shadow-sm">
          {option.label}
        </button>
      ))}
    </div>
  );
}

/** Something that opens: closed, it is one line, and what is in it is not made. `plain` is without a frame. */
export function Disclosure({ summary, children, isOpen = false, look = "framed" }: { summary: ReactNode; children: ReactNode; isOpen?: boolean; look?: "framed" | "plain" }) {
  const isFramed = look === "framed";
  const [wasOpened, setWasOpened] = useState(isOpen);
  return (
    <details open={isOpen} onToggle={(event) => { if (event.currentTarget.open) setWasOpened(true); }} className={isFramed ? "rounded-lg border border-line bg-panel text-sm" : "text-xs"}>
      <summary className={`flex items-center gap-2 rounded-lg text-muted hover:text-ink ${isFramed ? "min-h-8 px-3 py-1.5" : "min-h-6 w-fit pr-2"}`}>
        <ChevronRight size={13} aria-hidden className="shrink-0 transition-transform [details[open]>summary>&]:rotate-90" />{summary}
      </summary>
      <div className={isFramed ? "border-t border-line px-3 py-2" : "mt-1.5 rounded-lg border border-line bg-panel p-3"}>{(wasOpened || isOpen) && children}</div>
    </details>
  );
}
