import { compareCounts } from "./report/compareCounts.ts";
import { countScenarios } from "./report/counts.ts";
import { guardedCounts, readCounts, writeCounts } from "./report/guard.ts";
import { growthIds } from "./report/growth.ts";
import { inWorkers, serveJobs } from "./report/jobs.ts";
import { writeReport } from "./report/report.ts";
import type { Result } from "./report/scenario.ts";
import { growthTable, printed, throttleTable } from "./report/table.ts";
import { timeScenarios } from "./report/times.ts";

const THROTTLE = "throttle";

/**
 * `npm run bench` measures everything, prints it and writes bench/results. `npm run bench <ids>` measures and prints
 * these. `-- --counts` prints the counts that are kept in bench/counts.json as they are now, and `-- --update-counts`
 * keeps them.
 */
export async function main(args: readonly string[]): Promise<void> {
  if (args.includes("--worker")) return serveJobs();
  if (args.includes("--counts")) return console.log(JSON.stringify(await guardedCounts()));
  if (args.includes("--update-counts")) return updateCounts();
  const known = [...countScenarios.map(({ id }) => id), ...timeScenarios.map(({ id }) => id), ...growthIds, THROTTLE];
  const unknown = args.filter((arg) => !known.includes(arg));
  if (unknown.length > 0) throw new Error(`No scenario is called ${unknown.join(" or ")}; there are: ${known.join(", ")}`);
  await measure((id) => args.length === 0 || args.includes(id), args.length === 0);
}

async function measure(isWanted: (id: string) => boolean, isWhole: boolean): Promise<void> {
  const counted = countScenarios.filter(({ id }) => isWanted(id));
  const grown = growthIds.filter(isWanted);
  const workers = inWorkers();
  const measuring = counted.map(async (scenario): Promise<Result> => {
    const [ours, peer] = await Promise.all([workers.count(scenario.id, "ours"), workers.count(scenario.id, "peer")]);
    return { ...scenario, ours, peer };
  });
  const growing = grown.map((id) => workers.growth(id));
  const throttling = isWanted(THROTTLE) ? workers.throttles() : undefined;
  const results: Result[] = [];
  const show = (result: Result): void => {
    results.push(result);
    console.log(printed(result));
  };
  try {
    for (const result of measuring) show(await result);
    const growth = await Promise.all(growing);
    const throttles = await throttling;
    for (const table of growth) console.log(`\n${growthTable(table)}`);
    if (throttles !== undefined) console.log(`\n${throttleTable(throttles)}`);
    // By themselves: what runs beside them would be in their times.
    await workers.close();
    for (const scenario of timeScenarios) if (isWanted(scenario.id)) show({ ...scenario, ...(await scenario.compare()) });
    if (isWhole && throttles !== undefined) console.log(`\nWritten to ${writeReport({ results, growth, throttles })}`);
  } finally {
    await workers.close();
  }
}

async function updateCounts(): Promise<void> {
  const counts = await guardedCounts();
  for (const { figure, kept, now } of compareCounts(readCounts(), counts)) console.log(`${figure}: ${kept ?? "none"} → ${now ?? "none"}`);
  writeCounts(counts);
}
