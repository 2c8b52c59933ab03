import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { LogEntry } from "../functions/types.ts";
import { FakePorts } from "./testing/fakePorts.ts";
import { MemoryStore } from "./testing/memoryStore.ts";
import { listComponentUsage, listFunctionUsage, UsageMeter } from "./usage.ts";

interface Call { componentPath: string; identifier: string; documentsRead: number; failed: boolean }
const call = fc.record({
  componentPath: fc.constantFrom("", "a", "a/b"), identifier: fc.constantFrom("m:f", "m:g"), documentsRead: fc.nat(9), failed: fc.boolean(),
});

function entryOf({ componentPath, identifier, documentsRead, failed }: Call): LogEntry {
  return {
    kind: "Completion", udfType: "Query", identifier, componentPath, caller: "HttpApi", requestId: "r", executionId: "e",
    parentExecutionId: null, logLines: [], timestampMs: 0, executionMs: 1, cachedResult: false, error: failed ? "no" : null,
    usage: {
      databaseQueries: 1, documentsRead, bytesRead: 0, documentsWritten: 0, bytesWritten: 0, functionsScheduled: 0, scheduledFunctionArgsBytes: 0,
    },
  };
}

test("totals are the sums of the calls, also over flushes, failed flushes and restarts", async () => {
  const step = fc.oneof(call, fc.constantFrom("tick", "trouble", "restart"));
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
    const ports = new FakePorts();
    const store = new MemoryStore(ports);
    const meterOf = (): UsageMeter => new UsageMeter({ transactions: store, ports });
    let meter = meterOf();
    const calls: Call[] = [];
    for (const one of steps) {
      store.trouble = one === "trouble" ? new Error("disk full") : null;
      if (typeof one === "object") {
        calls.push(one);
        meter.add(entryOf(one));
      } else if (one === "restart") {
        await meter.close();
        meter = meterOf();
      } else {
        await ports.advance(6000);
      }
    }
    store.trouble = null;
    await meter.close();
    const { value } = await store.query(async (tx) => ({ functions: listFunctionUsage(tx), components: listComponentUsage(tx), inA: listFunctionUsage(tx, "a") }));
    const sum = (of: Call[]): unknown => [of.length, of.filter((one) => one.failed).length, of.reduce((total, one) => total + one.documentsRead, 0)];
    for (const found of value.functions) {
      const mine = calls.filter((one) => one.componentPath === found.componentPath && one.identifier === found.identifier);
      expect([found.calls, found.failures, found.documentsRead]).toEqual(sum(mine));
    }
    for (const found of value.components) {
      expect([found.calls, found.failures, found.documentsRead]).toEqual(sum(calls.filter((one) => one.componentPath === found.componentPath)));
    }
    expect(value.functions.reduce((total, found) => total + found.calls, 0)).toBe(calls.length);
    expect(value.inA).toEqual(value.functions.filter((found) => found.componentPath === "a"));
  }), { numRuns: 60 });
});

test("many calls make one commit, and idleness none", async () => {
  const ports = new FakePorts();
  const store = new MemoryStore(ports);
  const meter = new UsageMeter({ transactions: store, ports });
  for (let n = 0; n < 100; n += 1) meter.add(entryOf({ componentPath: "", identifier: "m:f", documentsRead: 1, failed: false }));
  await ports.advance(60_000);
  expect(store.latestTs).toBe(1n);
  expect(ports.timers).toEqual([]);
});
