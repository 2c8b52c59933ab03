import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chart } from "./chart.ts";
import type { Growth, ThrottleRow } from "./growth.ts";
import type { Result } from "./scenario.ts";
import { growthTable, resultsTable, rowsOf, throttleTable } from "./table.ts";

export interface Report {
  readonly results: readonly Result[];
  readonly growth: readonly Growth[];
  readonly throttles: readonly ThrottleRow[];
}

/** Writes `bench/results` and returns where. */
export function writeReport(report: Report): string {
  const folder = join(import.meta.dirname, "results");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "latest.json"), `${JSON.stringify(plain(report), null, 2)}\n`);
  writeFileSync(join(folder, "latest.md"), page(report));
  writeFileSync(join(folder, "chart.svg"), chart(report.results));
  return "bench/results";
}

/** The figures alone: what a scenario measured besides them is nobody's business. */
function plain({ results, growth, throttles }: Report): object {
  const scenarios = results.map(({ id, title, figures, ours, peer }) => ({
    id, title,
    figures: Object.entries(figures).map(([key, figure]) => ({ key, ...figure, ours: ours[key], peer: peer[key] })),
  }));
  return { scenarios, growth, throttles };
}

function page({ results, growth, throttles }: Report): string {
  const goals = results.flatMap(rowsOf).filter(({ goal }) => goal !== "");
  const reached = goals.filter(({ isMissed }) => !isMissed).length;
  return `# What it costs

Written by \`npm run bench\`: \`convex-agent\` (ours) beside \`@convex-dev/agent\` 0.7.3 (the peer), in the same scenarios on the
same backend. What is counted and how, and what is to be said of goals that are missed, is in [the bench's README](../README.md).

${reached} of ${goals.length} goals are reached.

![Costs beside the peer's](chart.svg)

${resultsTable(results)}

Counts are the same in every run; milliseconds of processor time and multiples of the AI SDK's time are of one run on one
machine, and good for their ratio.

## As work grows

Ours alone. The last column says what a cost does from the first size to the last.

${growth.map(growthTable).join("\n\n")}

## What the throttle does

Ours, with one viewer. Staleness is the lever: text waits for its write, and each write is paid once more for every viewer.

${throttleTable(throttles)}
`;
}
