import { join } from "node:path";
import { BODY, withApp } from "../deployment.ts";
import { compare, inFolder, perSecond, timed, type Figure, type Scenario } from "../measure.ts";
import { BenchSocket, openBareServer } from "../sockets.ts";
import type { Durability } from "../../src/storage/database.ts";

const CLIENTS = 16;
const EACH = 150;
const GOAL = { kind: "atLeast", value: 0.25 } as const;
// In the first rounds the log of a new database grows, which the disk takes more slowly than what follows.
const ROUNDS = { rounds: 15, warmUp: 4 };

const mutation = (requestId: number) => ({ type: "Mutation", requestId, udfPath: "messages:send", args: [{ channel: "general", body: BODY }] });

/** One-insert mutations from 16 sockets, one at a time each, beside an echo of the same frames. */
export const clients: Scenario = {
  name: "clients",
  async run() {
    return [await measure("full"), await measure("fast")];
  },
};

async function measure(durability: Durability): Promise<Figure> {
  return await inFolder(async (dir) =>
    await withApp({ dataDir: join(dir, "data"), durability }, async (backend) => {
      const bare = await openBareServer();
      const ourSockets = await Promise.all(Array.from({ length: CLIENTS }, () => BenchSocket.connect(backend)));
      const bareSockets = await Promise.all(Array.from({ length: CLIENTS }, () => BenchSocket.open(bare.url)));
      let requestId = 0;
      const rate = async (sockets: BenchSocket[], isAnswer: (text: string) => boolean): Promise<number> => {
        const ms = await timed(() => Promise.all(sockets.map(async (socket) => {
          for (let n = 0; n < EACH; n++) await socket.ask(mutation(requestId++), isAnswer);
        })));
        return (CLIENTS * EACH) / ms;
      };
      const { ours, yardstick, ratio } = await compare(ROUNDS, {
        ours: () => rate(ourSockets, (text) => text.includes('"MutationResponse"')),
        yardstick: () => rate(bareSockets, () => true),
      });
      for (const socket of [...ourSockets, ...bareSockets]) socket.close();
      bare.close();
      const what = `the same from ${CLIENTS} WebSocket clients, ${durability} durability`;
      return { what, ours: perSecond(ours * 1000), yardstick: `${perSecond(yardstick * 1000)} echo`, goal: GOAL, ratio };
    }));
}
