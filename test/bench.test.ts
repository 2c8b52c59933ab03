import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { compareCounts, type Counts } from "../bench/report/compareCounts.ts";

const root = join(import.meta.dirname, "..");
const UPDATE = "npm run bench -- --update-counts";

test("the library costs what bench/counts.json says, no more and no less", { timeout: 240_000 }, async () => {
  // Its own process: the bench stops the clock for everything that shares its own.
  const run = promisify(execFile)(process.execPath, ["-C", "@convex-dev/component-source", "bench/run.ts", "--counts"], { cwd: root });
  // The bench prints its counts in one line of JSON.
  const now = JSON.parse((await run).stdout) as Counts;
  const kept = JSON.parse(readFileSync(join(root, "bench/counts.json"), "utf8")) as Counts;
  const differences = compareCounts(kept, now).map(({ figure, kept: before, now: after }) => {
    if (before === undefined || after === undefined) return `${figure} is ${after ?? "no longer measured"}, and ${before ?? "not kept"}: ${UPDATE}`;
    return after > before
      ? `${figure} got worse: ${before} → ${after}. Where it has to cost more, say why in the change and: ${UPDATE}`
      : `${figure} got better: ${before} → ${after}. Keep that: ${UPDATE}`;
  });
  expect(differences).toEqual([]);
});
