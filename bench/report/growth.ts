import { earlierMessages, windows } from "../scenarios/storedMessages.ts";
import { streamedReply, type Throttle } from "../scenarios/streamedReply.ts";
import { priceOf } from "../harness/meter.ts";
import type { Numbers, Unit } from "./scenario.ts";

/** How a cost goes with the work. */
export type Law = "flat" | "less than the work" | "with the work" | "faster than its work";

/** What one kind of work costs at several sizes of it: ours alone. */
export interface Growth {
  readonly id: string;
  readonly title: string;
  readonly sizes: readonly number[];
  readonly rows: readonly GrowthRow[];
}

export interface GrowthRow {
  readonly name: string;
  readonly unit: Unit;
  readonly values: readonly number[];
  readonly law: Law;
}

/** Between the smallest and the largest size a flat cost may grow by this part, and one that keeps pace stray by it. */
const TOLERANCE = 0.1;

export function lawOf(sizes: readonly number[], values: readonly number[]): Law {
  const [work, cost] = [growthOf(sizes), growthOf(values)];
  if (cost <= 1 + TOLERANCE) return "flat";
  if (cost < work * (1 - TOLERANCE)) return "less than the work";
  return cost <= work * (1 + TOLERANCE) ? "with the work" : "faster than its work";
}

function growthOf(numbers: readonly number[]): number {
  return (numbers.at(-1) ?? Number.NaN) / (numbers[0] ?? Number.NaN);
}

/** The longest reply ends within the ten minutes that an action may take. */
const TOKEN_MS = 9;

interface GrowthPlan {
  readonly id: string;
  readonly title: string;
  readonly sizes: readonly number[];
  readonly costs: Readonly<Record<string, { name: string; unit: Unit }>>;
  measure(sizes: readonly number[]): Promise<readonly Numbers[]>;
}

async function each(sizes: readonly number[], measure: (size: number) => Promise<Numbers>): Promise<Numbers[]> {
  const all: Numbers[] = [];
  for (const size of sizes) all.push(await measure(size));
  return all;
}

const plans: readonly GrowthPlan[] = [
  {
    id: "window", title: "Messages that a reply is shown (`recentMessages`), or that a page holds", sizes: [10, 20, 50, 100],
    costs: {
      bytesRead: { name: "a reply: bytes read", unit: "B" }, price: { name: "a reply: price", unit: "µ$" },
      pageBytes: { name: "a page: bytes read", unit: "B" }, pagePrice: { name: "a page: price of each run", unit: "µ$" },
    },
    async measure(sizes) {
      const all = await windows("ours", sizes);
      return all.map(({ reply, page }) => ({ bytesRead: reply.bytesRead, price: priceOf(reply), pageBytes: page.bytesRead, pagePrice: priceOf(page) }));
    },
  },
  {
    id: "earlier", title: "Messages in the thread before", sizes: [200, 2000, 20_000],
    costs: {
      calls: { name: "a reply: calls", unit: "" }, bytesRead: { name: "a reply: bytes read", unit: "B" },
      bytesWritten: { name: "a reply: bytes written", unit: "B" }, price: { name: "a reply: price", unit: "µ$" },
      pageRanges: { name: "the newest page of 20: index ranges", unit: "" }, pageBytes: { name: "the newest page of 20: bytes read", unit: "B" },
    },
    async measure(sizes) {
      const all = await earlierMessages("ours", sizes);
      return all.map(({ counts, page }) => ({ ...counts, price: priceOf(counts), pageRanges: page.ranges, pageBytes: page.bytesRead }));
    },
  },
  {
    id: "viewers", title: "Viewers of one reply of 600 tokens", sizes: [1, 10, 100],
    costs: {
      writes: { name: "calls of the writer", unit: "" }, io: { name: "bytes read and written", unit: "B" }, runs: { name: "runs for each viewer", unit: "" },
      bytesDown: { name: "bytes to each viewer", unit: "B" }, toEyeMs: { name: "the first word, from the model to the eye", unit: "ms" },
      price: { name: "price", unit: "µ$" },
    },
    measure: (sizes) => each(sizes, (viewers) => streamedReply("ours", { words: 600, viewers })),
  },
  {
    id: "threads", title: "Threads that stream at once, 200 tokens and one viewer each", sizes: [1, 10, 100],
    costs: {
      writes: { name: "calls of the writers", unit: "" }, io: { name: "bytes read and written", unit: "B" }, bytesDown: { name: "bytes to each viewer", unit: "B" },
      toEyeMs: { name: "the first word, from the model to the eye", unit: "ms" }, price: { name: "price", unit: "µ$" },
    },
    measure: (sizes) => each(sizes, (threads) => streamedReply("ours", { words: 200, threads })),
  },
  {
    id: "tokens", title: "Tokens of one reply, one viewer", sizes: [600, 6000, 60_000],
    costs: {
      writes: { name: "calls of the writer", unit: "" }, cleanUps: { name: "calls to clean up", unit: "" }, runs: { name: "runs", unit: "" },
      subscriptions: { name: "new subscriptions", unit: "" }, bytesDown: { name: "bytes to the viewer", unit: "B" }, renders: { name: "renders", unit: "" },
      io: { name: "bytes read and written", unit: "B" }, price: { name: "price", unit: "µ$" },
    },
    measure: (sizes) => each(sizes, (words) => streamedReply("ours", { words, everyMs: TOKEN_MS })),
  },
];

export const growthIds = plans.map(({ id }) => id);

export async function measureGrowth(wanted: string): Promise<Growth> {
  const plan = plans.find(({ id }) => id === wanted);
  if (plan === undefined) throw new Error(`No table of growth is called ${wanted}`);
  const { id, title, sizes, costs } = plan;
  const measured = await plan.measure(sizes);
  const rows = Object.entries(costs).map(([key, { name, unit }]) => {
    const values = measured.map((numbers) => numbers[key] ?? Number.NaN);
    return { name, unit, values, law: lawOf(sizes, values) };
  });
  return { id, title, sizes, rows };
}

/** What a throttle costs, and how stale it leaves a page. */
export interface ThrottleRow {
  readonly name: string;
  readonly short: Numbers;
  readonly long: Numbers;
}

const throttles: readonly { readonly name: string; readonly throttle?: Throttle }[] = [
  { name: "100", throttle: 100 },
  { name: "250", throttle: 250 },
  { name: "500", throttle: 500 },
  { name: "1000", throttle: 1000 },
  { name: "`adaptiveThrottle()`, the default" },
  { name: "`adaptiveThrottle({ firstMs: 200, afterMs: 1_000, lastMs: 1_000 })`", throttle: { firstMs: 200, afterMs: 1000, lastMs: 1000 } },
];

/** A short and a long reply under each throttle. */
export async function measureThrottles(): Promise<ThrottleRow[]> {
  const rows: ThrottleRow[] = [];
  for (const { name, throttle } of throttles) {
    const short = await streamedReply("ours", { words: 600, throttle });
    rows.push({ name, short, long: await streamedReply("ours", { words: 6000, throttle }) });
  }
  return rows;
}
