import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemPorts } from "../ports.ts";
import { TestApp } from "./testing/testApp.ts";

const FUNCTIONS = `
import { actionGeneric as action, makeFunctionReference } from "convex/server";
const spin = () => { for (;;); };
const one = makeFunctionReference("queries:one");
export const afterCalls = action(async (ctx) => { await Promise.all(Array.from({ length: 20 }, () => ctx.runQuery(one, {}))); spin(); });
export const afterSleep = action(async () => { await Promise.all([1, 1, 2].map((ms) => new Promise((resolve) => void setTimeout(resolve, ms)))); spin(); });
export const atOnce = action(async () => spin());
export const inTimer = action(() => new Promise(() => void setTimeout(spin, 1)));
export const inEvent = action(async () => { const target = new EventTarget(); target.addEventListener("x", spin); target.dispatchEvent(new Event("x")); });
export const inAbort = action(() => new Promise(() => AbortSignal.timeout(1).addEventListener("abort", spin)));
export const signal = action(async () => {
  const signal = AbortSignal.timeout(1);
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
  return [signal instanceof AbortSignal, signal.reason.name, AbortSignal.abort("x").reason, AbortSignal.any([signal]).aborted];
});
export const fine = action(async () => "fine");
`;
const IMPORTED = `"use node";
import { actionGeneric as action } from "convex/server";
import { setTimeout as later, setImmediate as soon } from "node:timers";
import * as all from "node:timers";
import byDefault from "node:timers";
const spin = () => { for (;;); };
export const timer = action(() => new Promise(() => void later(spin, 1)));
export const immediate = action(() => new Promise(() => void soon(spin)));
export const namespace = action(() => new Promise(() => void all.setTimeout(spin, 1)));
export const required = action(() => new Promise(() => void require(["timers"][0]).setInterval(spin, 1)));
export const microtasks = action(async () => { for (;;) await null; });
let fired = 0;
export const leaves = action(async () => { setTimeout(() => { fired += 1; }, 1); setInterval(() => { fired += 1; }, 1); });
export const leavesSpinning = action(async () => { setTimeout(spin, 1); });
export const hasFired = action(async () => fired);
export const cleared = action(async () => {
  const timer = byDefault.setTimeout(spin, 1);
  byDefault.clearTimeout(timer);
  return await all.promises.setTimeout(2, "slept");
});
`;
const QUERIES = `
import { queryGeneric as query } from "convex/server";
export const one = query(async () => 1);
`;
const HTTP = `
import { httpActionGeneric as httpAction, httpRouter } from "convex/server";
const http = httpRouter();
http.route({ path: "/spin", method: "GET", handler: httpAction(async () => { for (;;); }) });
export default http;
`;

let app: TestApp;
beforeAll(async () => {
  app = new TestApp(systemPorts, { actionStallMs: 300 });
  await app.push({ "convex/plain.ts": FUNCTIONS, "convex/onNode.ts": `"use node";\n${FUNCTIONS}`, "convex/imported.ts": IMPORTED, "convex/queries.ts": QUERIES, "convex/http.ts": HTTP });
});
afterAll(() => app.close());

describe("an action whose code never yields is ended, and the next one runs", () => {
  test.each([
    "plain:atOnce", "plain:inTimer", "plain:inEvent", "onNode:atOnce", "onNode:inTimer", "onNode:inAbort",
    "plain:afterCalls", "onNode:afterCalls", "plain:afterSleep", "onNode:afterSleep",
    "imported:timer", "imported:immediate", "imported:namespace", "imported:required", "imported:microtasks",
  ])("%s", async (path) => {
    expect((await app.failure("action", path)).message).toContain("kept the thread busy for more than 0.3s without a break");
    expect(await app.action("plain:fine")).toBe("fine");
  });

  test("a signal that aborts after a time is what it is elsewhere", async () => {
    for (const path of ["plain:signal", "onNode:signal"]) expect(await app.action(path)).toEqual([true, "TimeoutError", "x", true]);
  });

  test("timers from node:timers are what they are elsewhere", async () => {
    expect(await app.action("imported:cleared")).toBe("slept");
  });

  test("timers that an action leaves behind stand still until another one runs; in that time they can be interrupted too", async () => {
    await app.action("imported:leaves");
    // Each of these waits a millisecond: what was left behind is due in that time.
    const wait = async () => { for (let count = 0; count < 20; count++) await app.functions.action(app.call("plain:signal")); };
    await wait();
    expect(await app.action("imported:hasFired")).toBeGreaterThanOrEqual(2);
    await app.action("imported:leavesSpinning");
    // Whether one of them fails with it, and which, depends on who comes first.
    await wait();
    expect(await app.action("plain:fine")).toBe("fine");
  });

  test("an HTTP action too", async () => {
    const response = await app.functions.httpAction(new Request("http://127.0.0.1/spin"), { kind: "none" }, { requestId: "r", ip: null });
    expect([response.status, await response.text()]).toEqual([500, expect.stringContaining("kept the thread busy")]);
    expect(await app.action("onNode:fine")).toBe("fine");
  });
});

test("a push whose module never comes to an end is refused by name, whether it loops or waits", async () => {
  const pushed = new TestApp(systemPorts, { importLimitMs: 200 });
  for (const never of ["for (;;);", "await new Promise(() => {});"]) {
    await expect(pushed.push({ "convex/endless.ts": `export const x = 1;\n${never}` })).rejects.toThrow("Failed to analyze endless.js: its top level did not come to an end within 0.2s");
  }
  expect(pushed.deployer.deployedModules).toEqual([]);
  await pushed.close();
});
