import { parseArgs } from "node:util";
import { runCrashes } from "./crashes.ts";

// `npm run crash -w backend -- --kills 200 --seed 1`: kills a backend under load and compares every acknowledged effect.

const { values } = parseArgs({ options: { kills: { type: "string", default: "200" }, seed: { type: "string" }, life: { type: "string", default: "60" } } });
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
const kills = Number(values.kills);
process.stdout.write(`${kills} kills, seed ${seed}\n`);
const startedMs = performance.now();
const { faults, ...figures } = await runCrashes({
  kills, seed, life: Number(values.life),
  onKill: (done) => {
    if (done % 20 === 0) process.stdout.write(`  ${done} kills\n`);
  },
});
for (const [name, value] of Object.entries(figures)) process.stdout.write(`  ${name.padEnd(20)} ${value}\n`);
for (const fault of faults) process.stdout.write(`FAULT ${fault}\n`);
process.stdout.write(`${faults.length === 0 ? "No fault" : `${faults.length} faults (seed ${seed})`} in ${Math.round((performance.now() - startedMs) / 1000)} s\n`);
process.exit(faults.length === 0 ? 0 : 1);
