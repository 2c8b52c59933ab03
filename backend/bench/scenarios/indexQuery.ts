import { join } from "node:path";
import { BODY, call, send, withApp } from "../deployment.ts";
import { compare, inFolder, perSecond, timed, type Scenario } from "../measure.ts";
import { RawSqlite } from "../rawSqlite.ts";

const CHANNELS = 20;
const COUNT = 300;

/** A query that reads 100 rows by index, beside reading and parsing the same rows. */
export const indexQuery: Scenario = {
  name: "index",
  async run() {
    return await inFolder(async (dir) =>
      await withApp({ dataDir: join(dir, "data"), durability: "fast" }, async (backend) => {
        const raw = new RawSqlite(join(dir, "raw.sqlite"), "fast");
        for (let n = 0; n < CHANNELS * 100; n++) {
          await send(backend, `channel ${n % CHANNELS}`);
          raw.insert(`channel ${n % CHANNELS}`, BODY);
        }
        const { ours, yardstick, ratio } = await compare({ rounds: 11, warmUp: 2 }, {
          ours: async () => COUNT / (await timed(async () => {
            for (let n = 0; n < COUNT; n++) await call(backend, "query", { path: "messages:list", args: { channel: `channel ${n % CHANNELS}` } });
          })),
          yardstick: async () => COUNT / (await timed(() => {
            for (let n = 0; n < COUNT; n++) raw.list(`channel ${n % CHANNELS}`);
          })),
        });
        raw.close();
        return [{
          what: "a query of 100 rows by index, in process", ours: perSecond(ours * 1000), yardstick: `${perSecond(yardstick * 1000)} raw and parsed`,
          goal: { kind: "atLeast", value: 0.25 }, ratio,
        }];
      }));
  },
};
