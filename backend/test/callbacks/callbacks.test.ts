import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundleApp, openBackend } from "../../src/index.ts";
import { BackendProcess } from "../support/backendProcess.ts";

// In a process of its own: an error that nobody catches would end it.
const dataDir = mkdtempSync(join(tmpdir(), "convex-embedded-callbacks-"));
let backend: BackendProcess;
let http: ConvexHttpClient;

beforeAll(async () => {
  const { request } = await bundleApp({ functionsDir: join(import.meta.dirname, "app/convex") });
  const pushing = await openBackend({ dataDir, port: 0, sitePort: 0 });
  await pushing.push(request);
  await pushing.close();
  backend = await BackendProcess.start(dataDir);
  http = new ConvexHttpClient(backend.url, { logger: false });
});
afterAll(async () => {
  await backend.kill();
  rmSync(dataDir, { recursive: true });
});

const actions = ["onNode:timer", "onNode:immediate", "onNode:tick", "onNode:file", "onNode:stream", "onNode:emitter", "plain:timer", "plain:event", "plain:microtask"];

test.each(actions)("an error that %s throws in a callback fails that call, with its place in the code", async (name) => {
  await expect(http.action(makeFunctionReference<"action">(name), {})).rejects.toThrow(/Uncaught Error: thrown in a callback\n\s+at (\w+\.)?fail \(\S*convex\/\w+\.ts:\d+:\d+\)/);
});

test("of a query too; and the backend goes on", async () => {
  await expect(http.query(makeFunctionReference<"query">("plain:inQuery"), {})).rejects.toThrow("thrown in a callback");
  expect(await http.query(makeFunctionReference<"query">("plain:fine"), {})).toBe("fine");
});
