import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { flushMs } from "./disk.ts";
import { isReached, milliseconds, type Figure, type Scenario } from "./measure.ts";
import { clients } from "./scenarios/clients.ts";
import { indexQuery } from "./scenarios/indexQuery.ts";
import { inserts } from "./scenarios/inserts.ts";
import { million } from "./scenarios/million.ts";
import { subscribers } from "./scenarios/subscribers.ts";
import { vectors } from "./scenarios/vectors.ts";

const SCENARIOS: readonly Scenario[] = [inserts, clients, indexQuery, subscribers, million, vectors];
const HELP = `Measures the backend beside its yardsticks.

  npm run bench -w backend -- [--only NAME]…

NAME is one of ${SCENARIOS.map(({ name }) => name).join(", ")}. Each has a process of its own, in which the work and its
yardstick take turns. A ratio is the median over rounds; ≥ is a share of the yardstick's rate, ≤ a multiple of its time.
Exit status 1: a goal was missed.
`;

/** Runs the scenarios and prints their figures; whether all goals were reached. */
async function run(names: readonly string[]): Promise<boolean> {
  const disk = `a flush to this disk takes ${milliseconds(await flushMs())}`;
  const figures = names.flatMap((name) => {
    process.stderr.write(`${name} …\n`);
    const { status, stdout } = spawnSync(process.execPath, [...process.execArgv, import.meta.filename, "--figures", name], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
    if (status !== 0) throw new Error(`${name} came to no figures (exit status ${status})`);
    // Printed by printFigures, below.
    return JSON.parse(stdout) as Figure[];
  });
  process.stdout.write(`${availableParallelism()} cores, ${process.platform}, Node ${process.version}; ${disk}\n`);
  print([["what", "here", "yardstick", "ratio", "goal", ""], ...figures.map(rowOf)]);
  return figures.every(isReached);
}

async function printFigures(scenario: Scenario): Promise<void> {
  process.stdout.write(JSON.stringify(await scenario.run({ note: (text) => process.stderr.write(`  ${text}\n`) })));
}

function rowOf(figure: Figure): string[] {
  const { what, ours, yardstick, goal, ratio } = figure;
  const show = (value: number): string => (goal.kind === "atLeast" ? `${Math.round(value * 100)} %` : `${value.toFixed(2)} ×`);
  return [what, ours, yardstick, show(ratio), `${goal.kind === "atLeast" ? "≥" : "≤"} ${show(goal.value)}`, isReached(figure) ? "reached" : "MISSED"];
}

function print(rows: readonly string[][]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  for (const row of rows) process.stdout.write(`${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd()}\n`);
}

const { values } = parseArgs({ options: { only: { type: "string", multiple: true }, figures: { type: "string" }, help: { type: "boolean" } } });
const byName = new Map(SCENARIOS.map((scenario) => [scenario.name, scenario]));
const scenario = values.figures === undefined ? undefined : byName.get(values.figures);
const names = values.only ?? [...byName.keys()];
const unknown = names.find((name) => !byName.has(name));
if (values.help === true) process.stdout.write(HELP);
else if (scenario !== undefined) await printFigures(scenario);
else if (unknown === undefined) process.exitCode = (await run(names)) ? 0 : 1;
else {
  process.stderr.write(`There is no scenario ${unknown}.\n\n${HELP}`);
  process.exitCode = 2;
}
