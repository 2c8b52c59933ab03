import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { componentModuleBytes, listModuleBytes } from "../scenarios/modules.ts";
import type { Counts } from "./compareCounts.ts";
import { countScenarios } from "./counts.ts";
import { inWorkers } from "./jobs.ts";
import type { CountScenario, Numbers } from "./scenario.ts";

const FILE = join(import.meta.dirname, "counts.json");

/** The deterministic counts as they are now. */
export async function guardedCounts(): Promise<Counts> {
  const guarded = countScenarios.filter(({ guard }) => guard !== undefined);
  const workers = inWorkers();
  try {
    const measured = await Promise.all(guarded.map(async (scenario) => [scenario.id, figuresOf(scenario, await workers.guard(scenario.id))] as const));
    return { ...Object.fromEntries(measured), modules: await moduleKilobytes() };
  } finally {
    await workers.close();
  }
}

function figuresOf({ figures }: CountScenario, numbers: Numbers): Numbers {
  return Object.fromEntries(Object.keys(figures).map((key) => [key, Number((numbers[key] ?? Number.NaN).toFixed(1))]));
}

/** In whole kilobytes: a line more or less in a module is no change of cost. */
async function moduleKilobytes(): Promise<Numbers> {
  return { listModuleKb: Math.ceil((await listModuleBytes("ours")) / 1024), componentKb: Math.ceil((await componentModuleBytes("ours")) / 1024) };
}

export function readCounts(): Counts {
  // Written by `writeCounts`.
  return JSON.parse(readFileSync(FILE, "utf8")) as Counts;
}

export function writeCounts(counts: Counts): void {
  writeFileSync(FILE, `${JSON.stringify(counts, null, 2)}\n`);
}
