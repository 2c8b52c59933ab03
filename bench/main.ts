import { Deployment, type Side } from "./harness/deployment.ts";
import { scenarios } from "./report/figures.ts";
import { printRow, printTitle } from "./report/table.ts";

export async function main(args: readonly string[]): Promise<void> {
  const only = args.filter((arg) => !arg.startsWith("--"));
  const chosen = scenarios.filter(({ id }) => only.length === 0 || only.includes(id));
  if (chosen.length === 0) throw new Error(`No scenario is called ${only.join(", ")}; there are ${scenarios.map(({ id }) => id).join(", ")}`);
  void Deployment;
  for (const scenario of chosen) {
    printTitle(scenario.title);
    const sides: Side[] = ["ours", "peer"];
    const [ours = {}, peer = {}] = [await scenario.measure(sides[0] ?? "ours"), await scenario.measure("peer")];
    for (const [key, figure] of Object.entries(scenario.figures)) printRow(figure, { ours: ours[key] ?? Number.NaN, peer: peer[key] ?? Number.NaN });
  }
}
