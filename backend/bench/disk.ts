import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { inFolder, median } from "./measure.ts";

const BYTES = 32 * 1024;
const FLUSHES = 60;

/** Milliseconds in which this disk takes a small write for good: what every durable commit waits for. */
export async function flushMs(): Promise<number> {
  return await inFolder(async (dir) => {
    const descriptor = openSync(join(dir, "file"), "w");
    const block = Buffer.alloc(BYTES, 1);
    const times: number[] = [];
    for (let n = 0; n < FLUSHES * 2; n++) {
      const start = performance.now();
      writeSync(descriptor, block, 0, BYTES, (n % FLUSHES) * BYTES);
      fdatasyncSync(descriptor);
      // The first time round the file grows.
      if (n >= FLUSHES) times.push(performance.now() - start);
    }
    closeSync(descriptor);
    return median(times);
  });
}
