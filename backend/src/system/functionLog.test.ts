import * as fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import type { LogEntry } from "../functions/types.ts";
import { FunctionLog, LOG_HOLD_MS } from "./functionLog.ts";
import { FakePorts, settled } from "./testing/fakePorts.ts";

let ports: FakePorts;
let log: FunctionLog;
beforeEach(() => {
  ports = new FakePorts();
  log = new FunctionLog({ ports });
});

function entry(requestId: string, more: Partial<LogEntry> = {}): LogEntry {
  return {
    kind: "Completion", udfType: "Mutation", identifier: "m:f", componentPath: "", caller: "SyncWebsocket", requestId,
    executionId: "e", parentExecutionId: null, logLines: [], timestampMs: ports.nowMs(), executionMs: 2, cachedResult: false, error: null,
    usage: {
      databaseQueries: 1, documentsRead: 2, bytesRead: 3, documentsWritten: 4, bytesWritten: 5, functionsScheduled: 6,
      scheduledFunctionArgsBytes: 7,
    },
    ...more,
  };
}
const ids = (page: { entries: { [field: string]: unknown }[] }): unknown[] => page.entries.map((line) => line["requestId"]);

test("a reader that gives its cursor back sees every entry once, in order, however they cluster in time", async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.record({ wait: fc.constantFrom(0, 0, 1, 1000), read: fc.boolean() }), { maxLength: 40 }), async (steps) => {
    ports = new FakePorts();
    log = new FunctionLog({ ports });
    const seen: unknown[] = [];
    let cursor = 0;
    for (const [n, { wait, read }] of steps.entries()) {
      await ports.advance(wait);
      log.append(entry(String(n)));
      if (!read) continue;
      const page = await log.read(cursor);
      cursor = JSON.parse(JSON.stringify(page.newCursor)) as number;
      seen.push(...ids(page));
    }
    const rest = await log.read(cursor, { signal: AbortSignal.abort() });
    expect([...seen, ...ids(rest)]).toEqual(steps.map((_, n) => String(n)));
  }), { numRuns: 50 });
});

test("a reader is held until something happens, and no longer than a minute", async () => {
  let page: unknown = null;
  const reading = log.read(5).then((found) => (page = found));
  await ports.advance(LOG_HOLD_MS - 1);
  expect(page).toBeNull();
  await ports.advance(1);
  expect(await reading).toEqual({ entries: [], newCursor: 5 });
  const next = log.read(5);
  await settled();
  log.append(entry("a"));
  expect(ids(await next)).toEqual(["a"]);
  expect(ports.timers).toEqual([]);
});

test("a reader that goes away is let go", async () => {
  const abort = new AbortController();
  const reading = log.read(0, { signal: abort.signal });
  abort.abort();
  expect(await reading).toEqual({ entries: [], newCursor: 0 });
  expect(ports.timers).toEqual([]);
});

test("the oldest entries go first when a bound is passed", async () => {
  const text = "x".repeat(1000);
  for (const bounded of [new FunctionLog({ ports, maxEntries: 10 }), new FunctionLog({ ports, maxBytes: 26_000 })]) {
    for (let n = 0; n < 100; n += 1) bounded.append(entry(String(n), { error: text }));
    expect(ids(await bounded.read(0))).toEqual(Array.from({ length: 10 }, (_, n) => String(90 + n)));
  }
});

test("an entry has the form the CLI reads", async () => {
  const logLines = [{ level: "LOG", messages: ["'hi'", "1"], timestampMs: 1500, isTruncated: false }];
  log.append(entry("r", { timestampMs: 2000, componentPath: "a/b", logLines, error: "Uncaught Error: x" }));
  log.append(entry("p", { kind: "Progress", timestampMs: 2000, logLines, udfType: "Action" }));
  const { entries } = await log.read(0);
  expect(entries[0]).toMatchObject({
    kind: "Completion", udfType: "Mutation", identifier: "m:f", componentPath: "a/b", timestamp: 2, executionTime: 0.002, success: null,
    error: "Uncaught Error: x", logLines: [{ level: "LOG", messages: ["'hi'", "1"], timestamp: 1500, isTruncated: false }],
    usageStats: { databaseReadBytes: 3, databaseWriteDocuments: 4 },
  });
  expect(entries[1]).toEqual({
    kind: "Progress", udfType: "Action", identifier: "m:f", timestamp: 2, requestId: "p", executionId: "e",
    logLines: [{ level: "LOG", messages: ["'hi'", "1"], timestamp: 1500, isTruncated: false }],
  });
});
