import type { Growth, ThrottleRow } from "./growth.ts";
import { goalOf, type Figure, type Numbers, type Result, type Unit } from "./scenario.ts";

export function format(value: number, unit: Unit): string {
  switch (unit) {
    case "B":
      return bytes(value);
    case "ms":
      return value >= 10_000 ? `${(value / 1000).toFixed(1)} s` : `${round(value)} ms`;
    case "µ$":
      return `${value >= 1000 ? Math.round(value).toLocaleString("en") : round(value)} µ$`;
    case "×":
      return `${value.toFixed(2)} ×`;
    case "":
      return round(value);
    default:
      return unit satisfies never;
  }
}

function bytes(value: number): string {
  if (value >= 1024 * 1024) return `${(value / 1024 / 1024).toFixed(2)} MB`;
  return value >= 1024 ? `${(value / 1024).toFixed(1)} KB` : `${Math.round(value)} B`;
}

function round(value: number): string {
  return Number(value.toFixed(value < 100 ? 1 : 0)).toLocaleString("en");
}

/** One figure of both sides. */
export interface Row {
  readonly name: string;
  readonly ours: string;
  readonly peer: string;
  /** Ours to the peer's. */
  readonly ratio: string;
  readonly goal: string;
  readonly isMissed: boolean;
}

export function rowsOf({ figures, ours, peer }: Result): Row[] {
  return Object.entries(figures).map(([key, figure]) => rowOf(figure, ours[key] ?? Number.NaN, peer[key] ?? Number.NaN));
}

function rowOf(figure: Figure, ours: number, peer: number): Row {
  const goal = goalOf(figure, peer);
  return {
    name: figure.name,
    ours: format(ours, figure.unit),
    peer: format(peer, figure.unit),
    ratio: peer === 0 ? "" : `× ${(ours / peer).toFixed(ours / peer < 0.1 ? 3 : 2)}`,
    goal: goal === undefined ? "" : figure.goalRatio === undefined ? `≤ ${format(goal, figure.unit)}` : `≤ × ${figure.goalRatio.toFixed(figure.goalRatio < 0.1 ? 3 : 2)}`,
    isMissed: goal !== undefined && !(ours <= goal),
  };
}

/** For a terminal. */
export function printed(result: Result): string {
  const lines = rowsOf(result).map(({ name, ours, peer, ratio, goal, isMissed }) =>
    `  ${name.padEnd(40)} ${ours.padStart(11)} ${peer.padStart(11)}  ${ratio.padEnd(8)} ${goal.padEnd(12)} ${isMissed ? "MISSED" : ""}`.trimEnd());
  return [`\n${result.title}`, ...lines].join("\n");
}

/** For a page. */
export function resultsTable(results: readonly Result[]): string {
  const lines = results.flatMap((result) => [
    `| **${result.title}** | | | | | |`,
    ...rowsOf(result).map(({ name, ours, peer, ratio, goal, isMissed }) => `| ${name} | ${ours} | ${peer} | ${ratio} | ${goal} | ${goal === "" ? "" : isMissed ? "missed" : "reached"} |`),
  ]);
  return ["| | ours | peer | ratio | goal | |", "|---|--:|--:|--:|--:|---|", ...lines].join("\n");
}

export function growthTable({ title, sizes, rows }: Growth): string {
  const lines = rows.map(({ name, unit, values, law }) => `| ${name} | ${values.map((value) => format(value, unit)).join(" | ")} | ${law === "faster than its work" ? `**${law}**` : law} |`);
  return [`| ${title} | ${sizes.map((size) => size.toLocaleString("en")).join(" | ")} | grows |`, `|---|${sizes.map(() => "--:|").join("")}---|`, ...lines].join("\n");
}

function cell(numbers: Numbers, key: string, unit: Unit): string {
  return format(numbers[key] ?? Number.NaN, unit);
}

export function throttleTable(rows: readonly ThrottleRow[]): string {
  const lines = rows.map(({ name, short, long }) =>
    `| ${name} | ${cell(short, "writes", "")} | ${cell(short, "price", "µ$")} | ${cell(short, "toEyeMs", "ms")} | ${cell(long, "writes", "")} | ${cell(long, "bytesDown", "B")} | ${cell(long, "price", "µ$")} |`);
  return ["| `throttleMs` | 600 tokens: writes | price | first word | 6,000 tokens: writes | bytes to a viewer | price |", "|---|--:|--:|--:|--:|--:|--:|", ...lines].join("\n");
}
