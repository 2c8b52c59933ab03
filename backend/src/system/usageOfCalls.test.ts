import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ConvexClient, ConvexHttpClient } from "convex/browser";
import { makeFunctionReference, type FunctionReference } from "convex/server";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import WebSocket from "ws";
import { openBackend, type Backend } from "../backend.ts";
import type { LogEntry } from "../functions/types.ts";
import { bundleApp } from "../push/bundle.ts";
import { addUsage, emptyUsage } from "../transaction/limits.ts";
import type { UsageCounts } from "../transaction/types.ts";
import { documentSize } from "../values/size.ts";

const FUNCTIONS = `
import { actionGeneric as action, makeFunctionReference, mutationGeneric as mutation, queryGeneric as query } from "convex/server";

const ref = (name) => makeFunctionReference("notes:" + name);

export const add = mutation(async (ctx, { text }) => await ctx.db.insert("notes", { text }));
export const all = query(async (ctx) => (await ctx.db.query("notes").collect()).length);
export const remove = mutation(async (ctx, { id }) => { await ctx.db.delete(id); });
export const addFails = mutation(async (ctx) => {
  await ctx.db.query("notes").first();
  await ctx.db.insert("notes", { text: "lost" });
  throw new Error("no");
});
export const mixed = mutation(async (ctx) => {
  await ctx.db.query("notes").first();
  await ctx.runMutation(ref("add"), { text: "one" });
  await ctx.runMutation(ref("outer"), {});
  await ctx.runMutation(ref("addFails"), {}).catch(() => null);
  await ctx.runQuery(ref("all"), {}, { useStaleSnapshot: true });
  await ctx.db.insert("notes", { text: "own" });
});
export const outer = mutation(async (ctx) => {
  await ctx.runMutation(ref("add"), { text: "inner" });
  return await ctx.runQuery(ref("all"));
});
export const act = action(async (ctx) => {
  await ctx.scheduler.runAfter(3_600_000, ref("add"), { text: "later" });
  await ctx.runMutation(ref("outer"), {});
});
`;

const query = (name: string) => makeFunctionReference(`notes:${name}`) as FunctionReference<"query">;
const mutation = (name: string) => makeFunctionReference(`notes:${name}`) as FunctionReference<"mutation">;
const action = (name: string) => makeFunctionReference(`notes:${name}`) as FunctionReference<"action">;

const dataDir = mkdtempSync(join(tmpdir(), "convex-usage-"));
// Below node_modules, so that imports of packages resolve.
const cache = resolve(import.meta.dirname, "../../../node_modules/.cache");
mkdirSync(cache, { recursive: true });
const project = mkdtempSync(join(cache, "usage-app-"));
const log: LogEntry[] = [];
let backend: Backend;
let client: ConvexHttpClient;

const open = () => openBackend({ dataDir, port: 0, sitePort: 0, durability: "fast", onLog: (entry) => log.push(entry) });

beforeAll(async () => {
  mkdirSync(join(project, "convex"));
  writeFileSync(join(project, "convex/notes.js"), FUNCTIONS);
  const { request } = await bundleApp({ functionsDir: join(project, "convex") });
  backend = await open();
  await backend.push(request);
  client = new ConvexHttpClient(backend.url, { logger: false });
});
beforeEach(() => {
  log.length = 0;
});
afterAll(async () => {
  await backend.close();
  for (const folder of [dataDir, project]) rmSync(folder, { recursive: true, force: true });
});

const totals = (entries: readonly { usage: UsageCounts }[]): UsageCounts => {
  const sum = emptyUsage();
  for (const { usage } of entries) addUsage(sum, usage);
  return sum;
};
const usageOf = (name: string) => backend.usage().find(({ identifier }) => identifier === `notes:${name}`) ?? { ...emptyUsage(), calls: 0, nestedCalls: 0, cachedResults: 0 };
const completed = (name: string) => log.filter(({ kind, identifier }) => kind === "Completion" && identifier === `notes:${name}`);

describe("nested calls", () => {
  test("each bears its own work, and the caller the rest; what an undone one wrote counts for nobody, what it read does", async () => {
    await client.mutation(mutation("add"), { text: "first" });
    await client.mutation(mutation("mixed"), {});
    const [entry] = completed("mixed");
    const { nested = [], usage } = entry!;
    expect(nested.map(({ identifier, udfType }) => `${udfType} ${identifier}`)).toEqual([
      "Mutation notes:add", "Mutation notes:outer", "Mutation notes:add", "Query notes:all", "Mutation notes:addFails", "Query notes:all",
    ]);
    const [one, outer, inner, all, fails, stale] = nested.map((call) => call.usage);
    expect([one, inner].map((each) => each!.documentsWritten)).toEqual([1, 1]);
    expect(outer).toEqual(emptyUsage());
    expect([all!.documentsRead, all!.databaseQueries]).toEqual([3, 1]);
    expect([fails!.documentsRead, fails!.documentsWritten, fails!.bytesWritten]).toEqual([1, 0, 0]);
    // The snapshot is older than what the mutation wrote.
    expect(stale!.documentsRead).toBe(1);
    const own = { ...usage };
    for (const counter of Object.keys(own) as (keyof UsageCounts)[]) own[counter] -= totals(nested)[counter];
    expect([own.documentsRead, own.documentsWritten, own.databaseQueries]).toEqual([1, 1, 1]);
  });

  test("sums per function tell calls from nested calls, and add up to the entries", async () => {
    const before = { all: usageOf("all"), outer: usageOf("outer"), total: totals(backend.usage().map((usage) => ({ usage }))) };
    await client.action(action("act"), {});
    expect(completed("act").map(({ usage }) => usage.functionsScheduled)).toEqual([1]);
    expect(usageOf("outer").calls).toBe(before.outer.calls + 1);
    expect([usageOf("all").calls, usageOf("all").nestedCalls]).toEqual([before.all.calls, before.all.nestedCalls + 1]);
    const spent = totals([{ usage: before.total }, ...log.filter(({ kind }) => kind === "Completion")]);
    expect(totals(backend.usage().map((usage) => ({ usage })))).toEqual(spent);
  });
});

test("a delete reads the document that it removes", async () => {
  const id: string = await client.mutation(mutation("add"), { text: "short-lived" });
  await client.mutation(mutation("remove"), { id });
  const [entry] = completed("remove");
  expect(entry!.usage).toMatchObject({ databaseQueries: 1, documentsRead: 1, bytesRead: documentSize({ _id: id, _creationTime: 1, text: "short-lived" }), documentsWritten: 1 });
  // The document is gone; what is written is the removal of its keys.
  expect(entry!.usage.bytesWritten).toBeGreaterThan(0);
});

describe("a query that was run before", () => {
  test("is one run for HTTP and sockets, each of them a call that tells it was cached and read nothing", async () => {
    await client.mutation(mutation("add"), { text: "new" });
    log.length = 0;
    const before = usageOf("all");
    const first = await client.query(query("all"), {});
    expect(await client.query(query("all"), {})).toBe(first);
    const socket = new ConvexClient(backend.url, { webSocketConstructor: WebSocket as never, logger: false, unsavedChangesWarning: false });
    expect(await socket.query(query("all"), {})).toBe(first);
    await socket.close();
    expect(completed("all").map(({ cachedResult, usage, caller }) => [cachedResult, usage.documentsRead > 0, caller])).toEqual([
      [false, true, "HttpApi"], [true, false, "HttpApi"], [true, false, "SyncWebsocket"],
    ]);
    expect([usageOf("all").calls, usageOf("all").cachedResults]).toEqual([before.calls + 3, before.cachedResults + 2]);
  });

  test("is run again after a write that touches it", async () => {
    const before: number = await client.query(query("all"), {});
    await client.mutation(mutation("add"), { text: "one more" });
    expect(await client.query(query("all"), {})).toBe(before + 1);
    expect(completed("all").at(-1)!.cachedResult).toBe(false);
  });
});

test("an admin reads the totals per function and per component, also after a restart", async () => {
  const counted = backend.usage();
  await backend.close();
  backend = await open();
  const ask = async (path: string, authorization: string): Promise<{ status: string; value?: Record<string, unknown>[] }> => {
    const body = JSON.stringify({ path, args: {}, format: "convex_encoded_json" });
    const headers = { "content-type": "application/json", ...(authorization === "" ? {} : { authorization }) };
    return await (await fetch(`${backend.url}/api/query`, { method: "POST", headers, body })).json();
  };
  const admin = `Convex ${backend.adminKey}`;
  const { value: functions = [] } = await ask("_system/usage:functions", admin);
  const byName = (usage: readonly { identifier?: unknown }[]) => [...usage].sort((a, b) => String(a.identifier).localeCompare(String(b.identifier)));
  expect(byName(functions)).toEqual(byName(counted));
  const { value: components = [] } = await ask("_system/usage:components", admin);
  expect(components.map(({ componentPath, calls }) => [componentPath, calls])).toEqual([["", counted.reduce((sum, { calls }) => sum + calls, 0)]]);
  expect((await ask("_system/usage:functions", "")).value).toBeUndefined();
});
