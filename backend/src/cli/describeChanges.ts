import type { PushResult } from "../push/deployer.ts";

/** What a push changed beside the code, a line for each index and cron: `+ index messages.by_channel`. */
export function describeChanges({ indexes, crons }: Pick<PushResult, "indexes" | "crons">): string[] {
  const lines: string[] = [];
  for (const [componentPath, diff] of indexes) {
    const of = componentPath === "" ? "" : ` in ${componentPath}`;
    for (const { name } of diff.added) lines.push(`+ index ${name}${of}`);
    for (const { name } of diff.removed) lines.push(`- index ${name}${of}`);
  }
  for (const [componentPath, diff] of crons) {
    const of = componentPath === "" ? "" : ` in ${componentPath}`;
    for (const name of diff.added) lines.push(`+ cron ${name}${of}`);
    for (const name of diff.updated) lines.push(`~ cron ${name}${of}`);
    for (const name of diff.deleted) lines.push(`- cron ${name}${of}`);
  }
  return lines;
}
