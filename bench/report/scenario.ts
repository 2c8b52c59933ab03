import type { Side } from "../harness/deployment.ts";

export type Unit = "" | "B" | "ms" | "µ$" | "×";

/** One number of a scenario. */
export interface Figure {
  readonly name: string;
  readonly unit: Unit;
  /** Ours is at most this. */
  readonly goal?: number;
  /** Of times, which differ by machine: ours is at most this part of the peer's. */
  readonly goalRatio?: number;
}

export type Numbers = Readonly<Record<string, number>>;

interface Described {
  readonly id: string;
  readonly title: string;
  readonly figures: Readonly<Record<string, Figure>>;
}

/** Gives the same numbers in every run, on every machine. */
export interface CountScenario extends Described {
  readonly kind: "counts";
  measure(side: Side): Promise<Numbers>;
  /** What is compared with bench/counts.json whenever the tests run: the same, or less of it. Absent: it takes too long. */
  guard?(): Promise<Numbers>;
}

/** Gives times, which are only good for ratios: both sides are measured in turns. */
export interface TimeScenario extends Described {
  readonly kind: "times";
  compare(): Promise<Readonly<Record<Side, Numbers>>>;
}

export type Scenario = CountScenario | TimeScenario;

/** A scenario's numbers, for both. */
export interface Result extends Described {
  readonly ours: Numbers;
  readonly peer: Numbers;
}

/** The figure's goal as a number: of times, what the peer took gives the scale. */
export function goalOf({ goal, goalRatio }: Figure, peer: number): number | undefined {
  return goalRatio === undefined ? goal : goalRatio * peer;
}
