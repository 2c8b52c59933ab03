import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a scenario found, beside the yardstick of the same run. */
export interface Figure {
  readonly what: string;
  readonly ours: string;
  readonly yardstick: string;
  /** `atLeast`: share of the yardstick's speed. `atMost`: multiple of the yardstick's time. */
  readonly goal: { readonly kind: "atLeast" | "atMost"; readonly value: number };
  readonly ratio: number;
}

/** One scenario; `note` prints what takes long. */
export interface Scenario {
  readonly name: string;
  run(bench: { readonly note: (text: string) => void }): Promise<Figure[]>;
}

export function isReached({ goal, ratio }: Figure): boolean {
  return goal.kind === "atLeast" ? ratio >= goal.value : ratio <= goal.value;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Milliseconds that a piece of work takes. */
export async function timed(work: () => Promise<unknown> | void): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Runs `work` with a folder that is gone afterwards. */
export async function inFolder<Result>(work: (dir: string) => Promise<Result>): Promise<Result> {
  const dir = mkdtempSync(join(tmpdir(), "convex-embedded-bench-"));
  try {
    return await work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

export interface Compared {
  readonly ours: number;
  readonly yardstick: number;
  readonly ratio: number;
}

/**
 * Takes turns between the work and its yardstick, so that what else the machine does meets both alike. Medians of the
 * rounds after those that warm up: compiled code, files that have their size.
 */
export async function compare(
  { rounds, warmUp = 1 }: { rounds: number; warmUp?: number }, sides: { ours: () => Promise<number> | number; yardstick: () => Promise<number> | number },
): Promise<Compared> {
  const found: { ours: number; yardstick: number }[] = [];
  for (let round = 0; round < warmUp + rounds; round++) {
    const yardstick = await sides.yardstick();
    const ours = await sides.ours();
    if (round >= warmUp) found.push({ ours, yardstick });
  }
  return {
    ours: median(found.map((each) => each.ours)),
    yardstick: median(found.map((each) => each.yardstick)),
    ratio: median(found.map((each) => each.ours / each.yardstick)),
  };
}

export const perSecond = (value: number): string => `${Math.round(value).toLocaleString("en-US")}/s`;
export const milliseconds = (value: number): string => `${value < 10 ? value.toFixed(2) : Math.round(value)} ms`;
