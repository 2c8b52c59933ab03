import { formatLogArgs, truncateLogLine } from "../../values/inspect.ts";
import { findSandbox, type ConsoleSink } from "./sandbox.ts";

type Level = Parameters<ConsoleSink>[0];

function print(level: Level, values: readonly unknown[]): void {
  findSandbox()?.print(level, formatLogArgs(values));
}

function table(data: unknown, columns?: readonly string[]): void {
  if (typeof data !== "object" || data === null) return print("LOG", [data]);
  const rows = Object.entries(data).map(([key, row]: [string, unknown]) => {
    const cells = typeof row === "object" && row !== null ? Object.entries(row) : [["Values", row] as const];
    return { "(index)": key, ...Object.fromEntries(cells.filter(([name]) => columns?.includes(name) ?? true)) };
  });
  print("LOG", rows);
}

const timers = new Map<string, number>();
const counters = new Map<string, number>();

function elapsed(label: string): string {
  const started = timers.get(label);
  const now = findSandbox()?.performanceNow() ?? performance.now();
  return started === undefined ? `Timer '${label}' does not exist` : `${label}: ${(now - started).toFixed(1)}ms`;
}

const raw = (level: Level, text: string): void => findSandbox()?.print(level, truncateLogLine(text));
const log = (...values: unknown[]): void => print("LOG", values);

/** `console` of user code: lines go to the call's log, formatted as Convex formats them. */
export const sandboxConsole = Object.freeze({
  log,
  debug: (...values: unknown[]) => print("DEBUG", values),
  info: (...values: unknown[]) => print("INFO", values),
  warn: (...values: unknown[]) => print("WARN", values),
  error: (...values: unknown[]) => print("ERROR", values),
  trace: (...values: unknown[]) => {
    const stack = new Error("Trace").stack ?? "";
    print("LOG", values);
    raw("LOG", stack.split("\n").slice(2).join("\n"));
  },
  dir: (value: unknown) => print("LOG", [value]),
  dirxml: log,
  table,
  group: log,
  groupCollapsed: log,
  groupEnd: () => undefined,
  clear: () => undefined,
  assert: (condition: unknown, ...values: unknown[]) => {
    if (!condition) print("ERROR", ["Assertion failed", ...values]);
  },
  time: (label = "default") => void timers.set(label, findSandbox()?.performanceNow() ?? performance.now()),
  timeLog: (label = "default", ...values: unknown[]) => raw("INFO", `${elapsed(label)} ${formatLogArgs(values).text}`.trimEnd()),
  timeEnd: (label = "default") => {
    raw("INFO", elapsed(label));
    timers.delete(label);
  },
  count: (label = "default") => {
    const count = (counters.get(label) ?? 0) + 1;
    counters.set(label, count);
    raw("LOG", `${label}: ${count}`);
  },
  countReset: (label = "default") => void counters.delete(label),
});
