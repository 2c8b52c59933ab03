import { join } from "node:path";
import { BODY, send, withApp } from "../deployment.ts";
import { compare, inFolder, perSecond, timed, type Figure, type Scenario } from "../measure.ts";
import { RawSqlite } from "../rawSqlite.ts";
import type { Durability } from "../../src/storage/database.ts";

const GOAL = { kind: "atLeast", value: 0.35 } as const;
const ROUNDS = { rounds: 9, warmUp: 2 };

/** One-insert mutations in process, beside raw small transactions of the same durability. */
export const inserts: Scenario = {
  name: "inserts",
  async run() {
    return [await measure("full", 1), await measure("fast", 1), await measure("fast", 16)];
  },
};

async function measure(durability: Durability, parallel: number): Promise<Figure> {
  const count = durability === "full" ? 200 : 1600;
  return await inFolder(async (dir) =>
    await withApp({ dataDir: join(dir, "data"), durability }, async (backend) => {
      const raw = new RawSqlite(join(dir, "raw.sqlite"), durability);
      const worker = async (): Promise<void> => {
        for (let n = 0; n < count / parallel; n++) await send(backend, "general");
      };
      const { ours, yardstick, ratio } = await compare(ROUNDS, {
        ours: async () => count / (await timed(() => Promise.all(Array.from({ length: parallel }, worker)))),
        yardstick: async () => count / (await timed(() => {
          for (let n = 0; n < count; n++) raw.insert("general", BODY);
        })),
      });
      raw.close();
      const how = parallel === 1 ? "one by one" : `${parallel} at a time`;
      return { what: `one-insert mutations, ${durability} durability, ${how}`, ours: perSecond(ours * 1000), yardstick: `${perSecond(yardstick * 1000)} raw`, goal: GOAL, ratio };
    }));
}
