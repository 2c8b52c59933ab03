import { join } from "node:path";
import { call, isRun, withApp } from "../deployment.ts";
import { compare, inFolder, milliseconds, percentile, type Scenario } from "../measure.ts";
import { BenchSocket, openBareServer } from "../sockets.ts";

const SUBSCRIBERS = 1000;
const ROUNDS = 15;

/** One write seen by 1,000 subscribers of one query, beside a bare broadcast of the bytes that they were sent. */
export const subscribers: Scenario = {
  name: "subscribers",
  async run({ note }) {
    return await inFolder(async (dir) => {
      let runs = 0;
      const onLog = (entry: Parameters<typeof isRun>[0]): void => void (runs += Number(isRun(entry)));
      return await withApp({ dataDir: join(dir, "data"), onLog }, async (backend) => {
        const bare = await openBareServer();
        note(`opening 2 × ${SUBSCRIBERS} sockets`);
        const ourSockets = await openAll(() => BenchSocket.connect(backend));
        const bareSockets = await openAll(() => BenchSocket.open(bare.url));
        await Promise.all(ourSockets.map((socket) => socket.ask(
          { type: "ModifyQuerySet", baseVersion: 0, newVersion: 1, modifications: [{ type: "Add", queryId: 1, udfPath: "messages:latest", args: [{}] }] }, isNews)));
        runs = 0;
        let frame = "";
        let written = 0;
        const write = (): void => void call(backend, "mutation", { path: "messages:publish", args: { text: `news ${written++}` } });
        // The first round learns what the bytes are.
        frame = (await reach(ourSockets, write)).text;
        const { ours, yardstick, ratio } = await compare({ rounds: ROUNDS }, {
          ours: async () => {
            const reached = await reach(ourSockets, write);
            frame = reached.text;
            return reached.p95;
          },
          yardstick: async () => (await reach(bareSockets, () => bare.broadcast(frame))).p95,
        });
        for (const socket of [...ourSockets, ...bareSockets]) socket.close();
        bare.close();
        const what = `one write seen by ${SUBSCRIBERS} subscribers, p95`;
        return [
          { what, ours: milliseconds(ours), yardstick: `${milliseconds(yardstick)} bare broadcast`, goal: { kind: "atMost", value: 3 }, ratio },
          { what: "re-runs for each of those writes", ours: (runs / written).toFixed(2), yardstick: "1", goal: { kind: "atMost", value: 1 }, ratio: runs / written },
        ];
      });
    });
  },
};

const isNews = (text: string): boolean => text.includes('"QueryUpdated"');

async function openAll(open: () => Promise<BenchSocket>): Promise<BenchSocket[]> {
  const sockets: BenchSocket[] = [];
  // A few at a time: the queue of connections that wait for the server is short.
  while (sockets.length < SUBSCRIBERS) sockets.push(...(await Promise.all(Array.from({ length: 50 }, open))));
  return sockets;
}

/** How long after `start` 95 % of the sockets had been told. */
async function reach(sockets: readonly BenchSocket[], start: () => void): Promise<{ p95: number; text: string }> {
  let startMs = 0;
  let text = "";
  const told = Promise.all(sockets.map((socket) => new Promise<number>((resolve) => {
    socket.onText = (got) => {
      if (!isNews(got)) return;
      text = got;
      resolve(performance.now() - startMs);
    };
  })));
  startMs = performance.now();
  start();
  return { p95: percentile(await told, 0.95), text };
}
