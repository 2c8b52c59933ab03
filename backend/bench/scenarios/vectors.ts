import { join } from "node:path";
import { call, openApp, withApp } from "../deployment.ts";
import { fill } from "../fill.ts";
import { compare, inFolder, milliseconds, timed, type Scenario } from "../measure.ts";

const COUNT = 10_000;
const DIMENSIONS = 1536;

/** Vector search from an action, beside the bare dot products. */
export const vectors: Scenario = {
  name: "vectors",
  async run({ note }) {
    return await inFolder(async (dir) => {
      const dataDir = join(dir, "data");
      await (await openApp({ dataDir, durability: "fast" })).close();
      note(`writing ${COUNT} vectors of ${DIMENSIONS}`);
      await fill(dataDir, { table: "passages", count: COUNT, perCommit: 100, fields: () => ({ vector: Array.from({ length: DIMENSIONS }, () => Math.random() - 0.5) }) });
      return await withApp({ dataDir, durability: "fast" }, async (backend) => {
        const data = Float32Array.from({ length: COUNT * DIMENSIONS }, () => Math.random() - 0.5);
        const vector = data.slice(0, DIMENSIONS);
        const { ours, yardstick, ratio } = await compare({ rounds: 9 }, {
          ours: () => timed(() => call(backend, "action", { path: "messages:nearest", args: { vector: Array.from(vector) } })),
          yardstick: () => timed(() => void dotProducts(vector, data)),
        });
        return [{
          what: "vector search, 10,000 × 1,536", ours: milliseconds(ours), yardstick: `${milliseconds(yardstick)} dot products`,
          goal: { kind: "atMost", value: 3 }, ratio,
        }];
      });
    });
  },
};

function dotProducts(vector: Float32Array, data: Float32Array): number {
  let best = Number.NEGATIVE_INFINITY;
  for (let start = 0; start < data.length; start += vector.length) {
    let sum = 0;
    // Indices stay below both lengths.
    for (let i = 0; i < vector.length; i++) sum += (vector[i] as number) * (data[start + i] as number);
    if (sum > best) best = sum;
  }
  return best;
}
