const count = new Intl.NumberFormat("en");
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const dateTime = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium" });
const day = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", year: "numeric" });

/** 12,345 */
export function formatCount(value: number): string {
  return count.format(value);
}

/** 12.3K */
export function formatShort(value: number): string {
  return short.format(value);
}

/** 840 ms, 3.4 s, 2 min 5 s */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  const seconds = Math.round(ms / 1_000);
  return seconds % 60 === 0 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Nov 21, 2026, 10:14:00 AM */
export function formatTime(ms: number): string {
  return dateTime.format(ms);
}

const STEPS = [[60_000, "s", 1_000], [3_600_000, "min", 60_000], [86_400_000, "h", 3_600_000], [7 * 86_400_000, "d", 86_400_000]] as const;

/** How long ago: now, 40 s, 5 min, 3 h, 2 d, then the date. A clock that runs behind sees nothing in the future. */
export function formatAge(ms: number, nowMs: number): string {
  const age = Math.max(0, nowMs - ms);
  if (age < 5_000) return "now";
  for (const [below, unit, size] of STEPS) if (age < below) return `${Math.floor(age / size)} ${unit}`;
  return day.format(ms);
}

/** The same as part of a sentence: now, 5 min ago, Nov 2, 2026. */
export function formatAgo(ms: number, nowMs: number): string {
  const age = formatAge(ms, nowMs);
  return /^\d+ [a-z]+$/.test(age) ? `${age} ago` : age;
}

/** 1 thread, 2 threads */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${formatCount(value)} ${value === 1 ? one : many}`;
}
