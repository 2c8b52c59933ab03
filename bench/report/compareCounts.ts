import type { Numbers } from "./scenario.ts";

/** What the library costs, by scenario and figure. */
export type Counts = Readonly<Record<string, Numbers>>;

export interface Difference {
  /** Scenario and figure. */
  readonly figure: string;
  readonly kept: number | undefined;
  readonly now: number | undefined;
}

/** Every figure that is not as it is kept, or is in one of both only. */
export function compareCounts(kept: Counts, now: Counts): Difference[] {
  const [before, after] = [byFigure(kept), byFigure(now)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((figure) => before.get(figure) !== after.get(figure))
    .map((figure) => ({ figure, kept: before.get(figure), now: after.get(figure) }));
}

function byFigure(counts: Counts): Map<string, number> {
  return new Map(Object.entries(counts).flatMap(([id, numbers]) => Object.entries(numbers).map(([key, value]) => [`${id}.${key}`, value] as const)));
}
