import type { UsageRow } from "convex-agent";
import { costOf, type PriceTable } from "./prices";

export const GROUPINGS = ["day", "userId", "agentName", "model"] as const;
/** By what tokens are added up. */
export type Grouping = (typeof GROUPINGS)[number];

/** Sums of one group. `cost` is undefined when no model of it has a price, and too low when `hasUnpriced`. */
export interface UsageSum {
  readonly key: string;
  readonly label: string;
  readonly messages: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly totalTokens: number;
  readonly reasoningTokens: number;
  readonly cachedInputTokens: number;
  readonly cost: number | undefined;
  /** Some of its tokens are of models without a price. */
  readonly hasUnpriced: boolean;
}

/** What rows of a kind are called that have no name. */
const NAMELESS: Readonly<Record<Grouping, string>> = { day: "No day", userId: "No user", agentName: "No agent", model: "No model" };

const ZERO = { messages: 0, promptTokens: 0, completionTokens: 0, totalTokens: 0, reasoningTokens: 0, cachedInputTokens: 0 };

/** The sums of each group: days in their order, all else the largest first by what is measured. */
export function sumBy(rows: readonly UsageRow[], { grouping, measure, prices }: { grouping: Grouping; measure: Measure; prices: PriceTable }): UsageSum[] {
  const sums = new Map<string, UsageSum>();
  for (const row of rows) {
    const key = row[grouping] ?? "";
    const sum = sums.get(key) ?? { key, label: key === "" ? NAMELESS[grouping] : key, ...ZERO, cost: undefined, hasUnpriced: false };
    sums.set(key, plus(sum, row, prices));
  }
  const all = [...sums.values()];
  // What has no price comes after what costs nothing.
  const sizeOf = ({ cost, totalTokens }: UsageSum) => (measure === "cost" ? (cost ?? -1) : totalTokens);
  return all.sort((a, b) => (grouping === "day" ? 0 : sizeOf(b) - sizeOf(a) || b.totalTokens - a.totalTokens) || (a.key < b.key ? -1 : 1));
}

/** All of it. */
export function sumAll(rows: readonly UsageRow[], prices: PriceTable): UsageSum {
  return rows.reduce<UsageSum>((sum, row) => plus(sum, row, prices), { key: "", label: "All", ...ZERO, cost: undefined, hasUnpriced: false });
}

function plus(sum: UsageSum, row: UsageRow, prices: PriceTable): UsageSum {
  const cost = costOf(prices, row.model, row);
  return {
    ...sum,
    messages: sum.messages + row.messages,
    promptTokens: sum.promptTokens + row.promptTokens,
    completionTokens: sum.completionTokens + row.completionTokens,
    totalTokens: sum.totalTokens + row.totalTokens,
    reasoningTokens: sum.reasoningTokens + row.reasoningTokens,
    cachedInputTokens: sum.cachedInputTokens + row.cachedInputTokens,
    cost: cost === undefined ? sum.cost : (sum.cost ?? 0) + cost,
    hasUnpriced: sum.hasUnpriced || cost === undefined,
  };
}

/** A day of the chart: what each of the series comes to, by its key. */
export type ChartDay = { readonly day: string } & Readonly<Record<`s${number}`, number>>;
export interface ChartSeries {
  /** The field of {@link ChartDay}. */
  readonly field: `s${number}`;
  readonly label: string;
}
export interface UsageChartData {
  readonly days: readonly ChartDay[];
  readonly series: readonly ChartSeries[];
}

/** More colours than these are not told apart; the rest is one. */
const MAX_SERIES = 6;
export type Measure = "tokens" | "cost";

/** Days from the first to the last, days without anything included, each with what the largest groups come to. */
export function chartOf(rows: readonly UsageRow[], { grouping, measure, prices, days }: { grouping: Exclude<Grouping, "day"> | "kind"; measure: Measure; prices: PriceTable; days: readonly string[] }): UsageChartData {
  const keyed = rows.flatMap((row) => contributions(row, { grouping, measure, prices }));
  const totals = new Map<string, number>();
  for (const { key, value } of keyed) totals.set(key, (totals.get(key) ?? 0) + value);
  const keys = [...totals].sort(([a, x], [b, y]) => (grouping === "kind" ? (a < b ? -1 : 1) : y - x || (a < b ? -1 : 1))).map(([key]) => key);
  const shown = keys.slice(0, keys.length > MAX_SERIES ? MAX_SERIES - 1 : MAX_SERIES);
  const rest = keys.length - shown.length;
  const series = [...shown, ...(rest > 0 ? [`${rest} others`] : [])].map((label, index): ChartSeries => ({ field: `s${index}`, label: label === "" && grouping !== "kind" ? NAMELESS[grouping] : label }));
  const chart = new Map<string, Record<string, number>>(days.map((day) => [day, Object.fromEntries(series.map(({ field }) => [field, 0]))]));
  for (const { day, key, value } of keyed) {
    const values = chart.get(day);
    const index = shown.indexOf(key);
    const field = `s${index < 0 ? shown.length : index}`;
    if (values !== undefined) values[field] = (values[field] ?? 0) + value;
  }
  return { days: [...chart].map(([day, values]): ChartDay => ({ day, ...values })), series };
}

function contributions(row: UsageRow, { grouping, measure, prices }: { grouping: Exclude<Grouping, "day"> | "kind"; measure: Measure; prices: PriceTable }): { day: string; key: string; value: number }[] {
  const { day, promptTokens, completionTokens } = row;
  const valueOf = (tokens: { promptTokens: number; completionTokens: number; cachedInputTokens: number }) =>
    measure === "cost" ? (costOf(prices, row.model, tokens) ?? 0) : tokens.promptTokens + tokens.completionTokens;
  if (grouping !== "kind") return [{ day, key: row[grouping] ?? "", value: valueOf(row) }];
  return [
    { day, key: "Tokens in", value: valueOf({ ...row, completionTokens: 0, promptTokens }) },
    { day, key: "Tokens out", value: valueOf({ promptTokens: 0, cachedInputTokens: 0, completionTokens }) },
  ];
}

const DAY_MS = 86_400_000;

/** The beginning of the first of so many days (UTC) up to and with today, ms since the epoch. */
export function startOfDays(count: number, nowMs: number): number {
  return (Math.floor(nowMs / DAY_MS) - count + 1) * DAY_MS;
}

/** The names of so many days (UTC) up to and with today. */
export function dayNames(count: number, nowMs: number): string[] {
  const startMs = startOfDays(count, nowMs);
  return Array.from({ length: count }, (_, index) => new Date(startMs + index * DAY_MS).toISOString().slice(0, 10));
}
