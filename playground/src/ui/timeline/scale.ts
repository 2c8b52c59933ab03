import type { Bar } from "./turnTimeline";

/** A stretch of the axis: times from `startMs` to `endMs` are drawn from `from` to `to`, shares of its width. */
interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
  readonly from: number;
  readonly to: number;
  readonly isShortened: boolean;
}

/** A mark on the axis. `ms` counts from the beginning; with `isLater`, from the end of the cut before it. */
export interface Tick {
  readonly at: number;
  readonly ms: number;
  readonly isLater: boolean;
  /** There is room for its label on a small screen too. */
  readonly isMajor: boolean;
}

/** How times are drawn on the axis. */
export interface Scale {
  /** The place of a time, from 0 to 1. Later times are never drawn before earlier ones. */
  at(ms: number): number;
  /** Places at which time is cut short. */
  readonly cuts: readonly { readonly from: number; readonly to: number; readonly durationMs: number }[];
  readonly ticks: readonly Tick[];
}

interface Range {
  readonly startMs: number;
  readonly endMs: number;
}

/** Nobody works for this share of the time of the rest: such a pause hides what there is to see. */
const LONG_SHARE = 0.5;
/** A pause that is cut short takes this share of the axis. */
const CUT_WIDTH = 0.06;

/** @param options.shortensWaits Draws long stretches in which nothing but waiting goes on short. */
export function timeScale(range: Range, bars: readonly Bar[], { shortensWaits }: { shortensWaits: boolean }): Scale {
  const pauses = shortensWaits ? longPauses(range, bars) : [];
  const stretches = layOut(range, pauses);
  const at = (ms: number): number => {
    const stretch = stretches.find(({ endMs }) => ms <= endMs) ?? stretches.at(-1);
    if (stretch === undefined || stretch.endMs <= stretch.startMs) return 0;
    const share = Math.min(1, Math.max(0, (ms - stretch.startMs) / (stretch.endMs - stretch.startMs)));
    return stretch.from + share * (stretch.to - stretch.from);
  };
  return {
    at,
    cuts: stretches.filter(({ isShortened }) => isShortened).map(({ from, to, startMs, endMs }) => ({ from, to, durationMs: endMs - startMs })),
    ticks: ticksOf(stretches, range.startMs),
  };
}

/** Whether there is anything to shorten. */
export function hasLongWaits(range: Range, bars: readonly Bar[]): boolean {
  return longPauses(range, bars).length > 0;
}

/** Stretches without work that are long beside all the work there is. */
function longPauses({ startMs, endMs }: Range, bars: readonly Bar[]): Range[] {
  const work = bars.filter(({ kind }) => kind === "model" || kind === "tool").sort((a, b) => a.startMs - b.startMs);
  const pauses: Range[] = [];
  let untilMs = startMs;
  for (const bar of [...work, { startMs: endMs, endMs }]) {
    if (bar.startMs > untilMs) pauses.push({ startMs: untilMs, endMs: bar.startMs });
    untilMs = Math.max(untilMs, bar.endMs);
  }
  const pausedMs = pauses.reduce((sum, pause) => sum + pause.endMs - pause.startMs, 0);
  const workedMs = Math.max(1, endMs - startMs - pausedMs);
  return pauses.filter((pause) => pause.endMs - pause.startMs > workedMs * LONG_SHARE);
}

function layOut({ startMs, endMs }: Range, pauses: readonly Range[]): Stretch[] {
  const cutMs = pauses.reduce((sum, pause) => sum + pause.endMs - pause.startMs, 0);
  const leftMs = Math.max(1, endMs - startMs - cutMs);
  const width = 1 - pauses.length * CUT_WIDTH;
  const stretches: Stretch[] = [];
  let from = 0;
  const add = (range: Range, share: number, isShortened: boolean) => {
    stretches.push({ ...range, from, to: from + share, isShortened });
    from += share;
  };
  let untilMs = startMs;
  for (const pause of pauses) {
    if (pause.startMs > untilMs) add({ startMs: untilMs, endMs: pause.startMs }, ((pause.startMs - untilMs) / leftMs) * width, false);
    add(pause, CUT_WIDTH, true);
    untilMs = pause.endMs;
  }
  if (endMs > untilMs || stretches.length === 0) add({ startMs: untilMs, endMs }, 1 - from, false);
  return stretches;
}

const STEPS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000, 3_600_000, 21_600_000, 86_400_000];
const WANTED_TICKS = 6;
/** Labels nearer to one another than this share of the axis cannot be read. */
const MIN_GAP = 0.15;
/** The same on a small screen. */
const MIN_MAJOR_GAP = 0.3;

/** The label of a later one would not fit. */
const LAST_TICK = 0.88;
const LAST_MAJOR_TICK = 0.75;

/** Round times since the beginning, few enough to read. After a cut they count from its end on: the hours before say nothing there. */
function ticksOf(stretches: readonly Stretch[], startMs: number): Tick[] {
  const drawn = stretches.filter(({ isShortened }) => !isShortened);
  const drawnMs = drawn.reduce((sum, stretch) => sum + stretch.endMs - stretch.startMs, 0);
  const stepMs = STEPS_MS.find((step) => drawnMs / step <= WANTED_TICKS) ?? Math.ceil(drawnMs / WANTED_TICKS);
  const ticks: Tick[] = [{ at: 0, ms: 0, isLater: false, isMajor: true }];
  const isApart = (at: number, gap: number, others: readonly Tick[]) => at - (others.at(-1)?.at ?? -1) >= gap;
  for (const stretch of drawn) {
    const lengthMs = stretch.endMs - stretch.startMs;
    const isLater = stretch.startMs > startMs;
    for (let ms = stepMs; ms <= lengthMs; ms += stepMs) {
      const at = stretch.from + (ms / lengthMs) * (stretch.to - stretch.from);
      if (at > LAST_TICK || !isApart(at, MIN_GAP, ticks)) continue;
      ticks.push({ at, ms, isLater, isMajor: at <= LAST_MAJOR_TICK && isApart(at, MIN_MAJOR_GAP, ticks.filter(({ isMajor }) => isMajor)) });
    }
  }
  return ticks;
}
