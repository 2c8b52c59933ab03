import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { BODY, call, openApp, send } from "../deployment.ts";
import { fill } from "../fill.ts";
import { compare, inFolder, median, milliseconds, timed, type Figure, type Scenario } from "../measure.ts";
import type { Backend } from "../../src/index.ts";

const FEW = 1000;
const MANY = 1_000_000;
/** Each channel has 100 messages, however many channels there are. */
const PER_CHANNEL = 100;
const COUNT = 500;
const START_LIMIT_MS = 2000;
const STARTS = 5;

/** The same operations, and the start, with 1,000 and with 1,000,000 documents. */
export const million: Scenario = {
  name: "million",
  async run({ note }) {
    return await inFolder(async (dir) => {
      const small = join(dir, "small");
      const large = join(dir, "large");
      for (const dataDir of [small, large]) await (await openApp({ dataDir, durability: "fast" })).close();
      await fill(small, { table: "messages", count: FEW, perCommit: 1000, fields });
      note(`writing ${MANY.toLocaleString("en-US")} documents`);
      await fill(large, { table: "messages", count: MANY, perCommit: 2000, fields, note });
      return [...(await compareWork(small, large)), ...(await compareStarts(small, large))];
    });
  },
};

const fields = (n: number) => ({ channel: `channel ${Math.floor(n / PER_CHANNEL)}`, body: BODY });

async function compareWork(small: string, large: string): Promise<Figure[]> {
  const few = await openApp({ dataDir: small });
  const many = await openApp({ dataDir: large });
  try {
    return [
      await figure("a one-insert mutation, full durability", { few, many }, (backend, count, n) => send(backend, channelOf(n, count))),
      await figure("a query of 100 rows by index", { few, many }, (backend, count, n) => call(backend, "query", { path: "messages:list", args: { channel: channelOf(n, count) } })),
    ];
  } finally {
    await few.close();
    await many.close();
  }
}

/** Channels far apart, so that neither side has them at hand. */
const channelOf = (n: number, count: number): string => `channel ${(n * 7919) % (count / PER_CHANNEL)}`;

async function figure(what: string, { few, many }: { few: Backend; many: Backend }, work: (backend: Backend, count: number, n: number) => Promise<unknown>): Promise<Figure> {
  let n = 0;
  const each = async (backend: Backend, count: number): Promise<number> => (await timed(async () => {
    for (let done = 0; done < COUNT; done++) await work(backend, count, n++);
  })) / COUNT;
  const { ours, yardstick, ratio } = await compare({ rounds: 7 }, { ours: () => each(many, MANY), yardstick: () => each(few, FEW) });
  return { what: `${what}, 1,000,000 documents`, ours: milliseconds(ours), yardstick: `${milliseconds(yardstick)} with 1,000`, goal: { kind: "atMost", value: 1.5 }, ratio };
}

async function compareStarts(small: string, large: string): Promise<Figure[]> {
  const starts: { few: Start; many: Start }[] = [];
  const memory = await compare({ rounds: STARTS }, {
    yardstick: () => {
      const few = startOnce(small);
      const many = startOnce(large);
      starts.push({ few, many });
      return few.rssMiB;
    },
    ours: () => starts.at(-1)?.many.rssMiB ?? Number.NaN,
  });
  const ms = median(starts.map(({ many }) => many.ms));
  const fewMs = median(starts.map(({ few }) => few.ms));
  return [
    { what: "start with 1,000,000 documents", ours: milliseconds(ms), yardstick: `limit ${START_LIMIT_MS} ms (${milliseconds(fewMs)} with 1,000)`, goal: { kind: "atMost", value: 1 }, ratio: ms / START_LIMIT_MS },
    { what: "memory after that start", ours: `${Math.round(memory.ours)} MiB`, yardstick: `${Math.round(memory.yardstick)} MiB with 1,000`, goal: { kind: "atMost", value: 1.1 }, ratio: memory.ratio },
  ];
}

interface Start {
  readonly ms: number;
  readonly rssMiB: number;
}

/** Starts a backend in a process of its own. */
function startOnce(dataDir: string): Start {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["-C", "@convex-dev/component-source", join(import.meta.dirname, "../startOnce.ts"), dataDir], { encoding: "utf8" });
  if (status !== 0) throw new Error(`The start of ${dataDir} failed: ${stderr}`);
  // Printed by startOnce.ts.
  return JSON.parse(stdout) as Start;
}
