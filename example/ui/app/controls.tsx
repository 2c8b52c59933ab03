import type { ButtonHTMLAttributes, ReactNode } from "react";

/** A button that is only an icon; `label` is what a screen reader says and the tooltip shows. */
export function IconButton({ label, children, className = "", ...rest }: { label: string; children: ReactNode } & ButtonHTMLAttributes<HTMLButtonElement>) {
  return (
    <button type="button" aria-label={label} title={label} {...rest}
      className={`inline-grid size-9 shrink-0 place-items-center rounded-lg text-muted transition-colors hover:bg-bubble hover:text-ink disabled:opacity-40 ${className}`}>
      {children}
    </button>
  );
}

const looks = {
  primary: "bg-accent text-accent-ink hover:opacity-90",
  quiet: "border border-line bg-raised hover:bg-bubble",
  danger: "bg-danger text-canvas hover:opacity-90",
} as const;

export function Button({ look = "quiet", className = "", children, ...rest }: { look?: keyof typeof looks } & ButtonHTMLAttributes<HTMLButtonElement>) {
  return (
    <button type="button" {...rest}
      className={`inline-flex items-center justify-center gap-2 rounded-lg px-3 py-1.5 text-sm font-medium transition disabled:opacity-50 ${looks[look]} ${className}`}>
      {children}
    </button>
  );
}

/** Three dots that say "something is on its way". */
export function Dots() {
  return (
    <span aria-hidden className="inline-flex gap-1">
      {[0, 1, 2].map((dot) => (
        <span key={dot} className="size-1.5 rounded-full bg-muted animate-blink" style={{ animationDelay: `${dot * 0.16}s` }} />
      ))}
    </span>
  );
}
