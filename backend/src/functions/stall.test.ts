import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemPorts } from "../ports.ts";
import { TestApp } from "./testing/testApp.ts";

const FUNCTIONS = `
import { actionGeneric as action } from "convex/server";
const spin = () => { for (;;); };
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
const HTTP = `
import { httpActionGeneric as httpAction, httpRouter } from "convex/server";
const http = httpRouter();
http.route({ path: "/spin", method: "GET", handler: httpAction(async () => { for (;;); }) });
export default http;
`;

let app: TestApp;
beforeAll(async () => {
  app = new TestApp(systemPorts, { actionStallMs: 100 });
  await app.push({ "convex/plain.ts": FUNCTIONS, "convex/onNode.ts": `"use node";\n${FUNCTIONS}`, "convex/http.ts": HTTP });
});
afterAll(() => app.close());

describe("an action whose code never yields is ended, and the next one runs", () => {
  test.each(["plain:atOnce", "plain:inTimer", "plain:inEvent", "onNode:atOnce", "onNode:inTimer", "onNode:inAbort"])("%s", async (path) => {
    expect((await app.failure("action", path)).message).toContain("kept the thread busy for more than 0.1s without a break");
    expect(await app.action("plain:fine")).toBe("fine");
  });

  test("a signal that aborts after a time is what it is elsewhere", async () => {
    for (const path of ["plain:signal", "onNode:signal"]) expect(await app.action(path)).toEqual([true, "TimeoutError", "x", true]);
  });

  test("an HTTP action too", async () => {
    const response = await app.functions.httpAction(new Request("http://127.0.0.1/spin"), { kind: "none" }, { requestId: "r", ip: null });
    expect([response.status, await response.text()]).toEqual([500, expect.stringContaining("kept the thread busy")]);
    expect(await app.action("onNode:fine")).toBe("fine");
  });
});
