import type { Figure } from "./figures.ts";

export interface Pair {
  readonly ours: number;
  readonly peer: number;
}

export function printTitle(title: string): void {
  console.log(`\n${title}`);
}

/** One figure of both sides: the ratio (ours to the peer's), the goal and whether it is reached. */
export function printRow(figure: Figure, { ours, peer }: Pair): void {
  const verdict = figure.goal === undefined ? "" : `${ours <= figure.goal ? "ok" : "MISSED"}  (at most ${format(figure.goal, figure.unit)})`;
  const ratio = peer === 0 ? "" : `× ${(ours / peer).toFixed(2)}`;
  console.log(`  ${figure.name.padEnd(38)} ${format(ours, figure.unit).padStart(10)} ${format(peer, figure.unit).padStart(10)}  ${ratio.padEnd(7)} ${verdict}`);
}

export function format(value: number, unit: Figure["unit"]): string {
  if (unit === "B") return value >= 1024 * 1024 ? `${(value / 1024 / 1024).toFixed(2)} MB` : value >= 1024 ? `${(value / 1024).toFixed(1)} KB` : `${Math.round(value)} B`;
  if (unit === "ms") return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
  return unit === "" ? String(Math.round(value * 100) / 100) : `${value} ${unit}`;
}
