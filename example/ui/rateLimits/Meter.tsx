import type { useRateLimit } from "@convex-dev/rate-limiter/react";
import { useId } from "react";

interface MeterProps {
  label: string;
  unit: string;
  /** The limit after one more was taken from it; undefined while it loads. */
  value: ReturnType<ReturnType<typeof useRateLimit>["check"]>;
  rate: string;
}

/** How much of a limit is left. Below zero is a debt: it was spent before it was counted. */
export function Meter({ label, unit, value, rate }: MeterProps) {
  const id = useId();
  const capacity = value === undefined ? 1 : (value.config.capacity ?? value.config.rate);
  const left = value === undefined ? capacity : Math.floor(value.value + 1);
  const share = Math.max(0, Math.min(1, left / capacity));
  return (
    <div className="min-w-0">
      <p className="flex items-baseline justify-between gap-2 text-sm">
        <span id={id} className="font-medium">{label}</span>
        <span className={`tabular-nums ${left < 0 ? "text-danger" : "text-muted"}`}>{value === undefined ? "…" : `${left.toLocaleString("en")} of ${capacity.toLocaleString("en")}`}</span>
      </p>
      <div role="meter" aria-labelledby={id} aria-valuemin={0} aria-valuemax={capacity} aria-valuenow={Math.max(0, left)} aria-valuetext={`${left.toLocaleString("en")} ${unit} left`}
        className="mt-1.5 h-2 overflow-hidden rounded-full bg-bubble">
        <div className={`h-full rounded-full transition-[width] ${share < 0.2 ? "bg-danger" : "bg-accent"}`} style={{ width: `${share * 100}%` }} />
      </div>
      <p className="mt-1 text-xs text-muted">{rate}</p>
    </div>
  );
}
