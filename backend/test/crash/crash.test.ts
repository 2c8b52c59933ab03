import { expect, test } from "vitest";
import { runCrashes } from "./crashes.ts";

// `npm run crash -w backend -- --kills 200` does the same for as long as you like.
const seed = Number(process.env["CRASH_SEED"] ?? Date.now() % 100_000);

test(`whatever moment the process is killed at, every acknowledged effect is there as often as it should be (CRASH_SEED=${seed})`, async () => {
  const report = await runCrashes({ kills: 6, seed, life: 30 });
  expect(report.faults).toEqual([]);
  expect(report).toMatchObject({ kills: 6 });
  expect(report.mutations).toBeGreaterThan(0);
});
