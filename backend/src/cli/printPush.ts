import type { PushReport } from "../push/pushReport.ts";
import { describeChanges } from "./describeChanges.ts";
import { formatError } from "./printError.ts";
import type { Terminal } from "./terminal.ts";

/**
 * A push from elsewhere as lines for a person.
 *
 * @example
 * ```text
 * ✔ Functions were pushed: 12 functions, 2 components, 340 ms
 *   + index messages.by_channel
 * ```
 */
export function formatPush(report: PushReport, options: { paint: Terminal["paint"]; folder: string }): string[] {
  const { paint } = options;
  if (!report.ok) return [...formatError(report.error, options), paint("red", "✘ A push was refused: what was live before stays as it is")];
  const { app, indexes, crons } = report.result;
  const root = app.instances.get("");
  const functions = [...(root?.definition.modules.values() ?? [])].reduce((sum, found) => sum + found.length, 0);
  const components = app.instances.size - (root === undefined ? 0 : 1);
  const parts = [counted(functions, "function"), ...(components === 0 ? [] : [counted(components, "component")]), `${Math.round(report.tookMs)} ms`];
  return [
    paint("green", `✔ Functions were pushed: ${parts.join(", ")}`),
    ...describeChanges({ indexes, crons }).map((line) => `  ${paint("gray", line)}`),
  ];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
