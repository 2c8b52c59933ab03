import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestApp } from "./testing/testApp.ts";

const FUNCTIONS = `
import { actionGeneric as action, internalMutationGeneric as internalMutation, makeFunctionReference, mutationGeneric as mutation, queryGeneric as query } from "convex/server";
import { ConvexError, v } from "convex/values";

const ref = (name) => makeFunctionReference("notes:" + name);

export const add = mutation({ args: { text: v.string() }, returns: v.id("notes"), handler: (ctx, { text }) => ctx.db.insert("notes", { text }) });
export const list = query({ args: {}, handler: async (ctx) => (await ctx.db.query("notes").collect()).map(({ text }) => text) });
export const clear = mutation(async (ctx) => { for (const { _id } of await ctx.db.query("notes").collect()) await ctx.db.delete(_id); });
export const hidden = internalMutation({ args: {}, handler: async () => "internal" });
export const callHidden = mutation((ctx) => ctx.runMutation(ref("hidden")));
export const wrongReturn = query({ args: {}, returns: v.string(), handler: async () => 1 });

export const addThenThrow = mutation({ args: { text: v.string() }, handler: async (ctx, { text }) => {
  await ctx.db.insert("notes", { text });
  throw new Error("after " + text);
} });
export const addAround = mutation(async (ctx) => {
  await ctx.db.insert("notes", { text: "before" });
  let message = "";
  try { await ctx.runMutation(ref("addThenThrow"), { text: "inner" }); } catch (error) { message = error.message; }
  await ctx.db.insert("notes", { text: "after" });
  return message;
});
export const parallel = mutation(async (ctx) => {
  const results = await Promise.allSettled([
    ctx.runMutation(ref("addThenThrow"), { text: "lost" }),
    ctx.db.insert("notes", { text: "direct" }),
    ctx.runMutation(ref("add"), { text: "nested" }),
  ]);
  return results.map(({ status }) => status);
});
export const deep = query({ args: { level: v.number() }, handler: (ctx, { level }) => ctx.runQuery(ref("deep"), { level: level + 1 }) });
export const queryWrites = query((ctx) => ctx.runMutation === undefined ? "no runMutation" : "has it");

export const throwData = mutation({ args: { data: v.any() }, handler: async (_ctx, { data }) => { throw new ConvexError(data); } });
export const catchData = mutation({ args: { data: v.any() }, handler: async (ctx, { data }) => {
  try { await ctx.runMutation(ref("throwData"), { data }); } catch (error) { return { isConvexError: error instanceof ConvexError, data: error.data }; }
} });
export const throwValue = query({ args: {}, handler: async () => { throw "just text"; } });
export const unhandled = query(async () => { void Promise.reject(new Error("nobody waits")); });
export const never = query(() => new Promise(() => {}));
export const loop = mutation(async (ctx) => { await ctx.db.insert("notes", { text: "never kept" }); for (;;) { try { while (true) await null; } catch {} } });
export const syncLoop = query(() => { for (;;); });
export const returnsQuery = query((ctx) => ctx.db.query("notes"));
export const late = mutation(async (ctx) => { void ctx.db.insert("notes", { text: "not awaited" }); });

export const act = action({ args: { text: v.string() }, handler: async (ctx, { text }) => {
  console.log("act", text);
  await ctx.runMutation(ref("add"), { text });
  return await ctx.runQuery(ref("list"));
} });
export const actFails = action((ctx) => ctx.runMutation(ref("throwData"), { data: { code: "no" } }));
export const dangling = action(async (ctx) => { void ctx.runAction(ref("slow")); setInterval(() => console.log("tick"), 1); });
export const slow = action(() => new Promise((resolve) => setTimeout(resolve, 20)));
export const actUnhandled = action(async () => { void Promise.reject(new Error("nobody waits")); await new Promise((resolve) => setTimeout(resolve, 1000)); });
export const asks = action({ args: { url: v.string() }, handler: async (_ctx, { url }) => (await fetch(url)).status });
export const who = query((ctx) => ctx.auth.getUserIdentity());
export const meta = query((ctx) => ctx.meta.getFunctionMetadata());
export const logs = query(async () => { for (let i = 0; i < 300; i++) console.log(i); console.warn("x".repeat(40000)); });
export const levels = query(async () => { console.debug("a", 1); console.info({ b: [1n] }); console.warn("w"); console.error(new Error("e").message); });
`;

const app = new TestApp();
beforeAll(async () => {
  await app.push({ "convex/notes.ts": FUNCTIONS });
});
afterAll(() => app.close());

const list = () => app.query("notes:list");

describe("a mutation", () => {
  test("is all or nothing", async () => {
    await app.mutation("notes:clear");
    const error = await app.failure("mutation", "notes:addThenThrow", { text: "x" });
    expect(error.message).toMatch(/^Uncaught Error: after x\n {4}at handler \(\.\.\/convex\/notes\.ts:16:9\)$/);
    expect(await list()).toEqual([]);
  });

  test("that calls one which throws keeps its own writes and may go on", async () => {
    await app.mutation("notes:clear");
    expect(await app.mutation("notes:addAround")).toMatch(/^Uncaught Error: after inner\n/);
    expect(await list()).toEqual(["before", "after"]);
  });

  test("takes parallel nested calls one after another; a failing one undoes only itself", async () => {
    await app.mutation("notes:clear");
    expect(await app.mutation("notes:parallel")).toEqual(["rejected", "fulfilled", "fulfilled"]);
    expect(await list()).toEqual(["direct", "nested"]);
  });

  test("repeated by its client runs once and gives the recorded result", async () => {
    await app.mutation("notes:clear");
    const session = { sessionId: "s", requestId: 7 };
    const first = await app.functions.mutation(app.call("notes:add", { text: "once" }), { session });
    const second = await app.functions.mutation(app.call("notes:add", { text: "once" }), { session });
    expect(second.outcome).toEqual(first.outcome);
    expect(second.ts).toBeGreaterThanOrEqual(first.ts);
    expect(await list()).toEqual(["once"]);
  });

  test("that failed is not recorded: its repeat runs again", async () => {
    const session = { sessionId: "s", requestId: 8 };
    for (let turn = 0; turn < 2; turn++) {
      const { outcome } = await app.functions.mutation(app.call("notes:throwData", { data: turn }), { session });
      expect(outcome).toMatchObject({ ok: false, error: { data: turn } });
    }
  });
});

describe("errors", () => {
  test("ConvexError data crosses calls and borders unchanged", async () => {
    for (const data of [null, "text", 5, { code: "x", nested: [{ $integer: "AQAAAAAAAAA=" }] }]) {
      expect((await app.failure("mutation", "notes:throwData", { data })).data).toEqual(data);
      expect(await app.mutation("notes:catchData", { data })).toEqual({ isConvexError: true, data });
    }
    expect((await app.failure("action", "notes:actFails")).data).toEqual({ code: "no" });
  });

  test("anything may be thrown", async () => {
    expect((await app.failure("query", "notes:throwValue")).message).toBe("Uncaught just text");
  });

  test("an unhandled rejection fails the function", async () => {
    expect((await app.failure("query", "notes:unhandled")).message).toMatch(/^Uncaught Error: nobody waits\n/);
    expect((await app.failure("action", "notes:actUnhandled")).message).toMatch(/^Uncaught Error: nobody waits\n/);
  });

  test("a query object is no result", async () => {
    expect((await app.failure("query", "notes:returnsQuery")).message).toContain("Return value is a Query.");
  });

  test("a promise that waits for nothing is told apart from one that runs for long", async () => {
    expect((await app.failure("query", "notes:never")).message).toBe("Returned promise will never resolve");
  });
});

describe("a function that never yields", () => {
  test.each([["mutation", "notes:loop"], ["query", "notes:syncLoop"]] as const)("is interrupted (%s) and the next call works", async (kind, path) => {
    await app.mutation("notes:clear");
    expect((await app.failure(kind, path)).message).toBe("Function execution timed out (maximum duration: 1s)");
    await app.mutation("notes:add", { text: "next" });
    expect(await list()).toEqual(["next"]);
  });
});

describe("calls are checked", () => {
  test("arguments and results against their validators", async () => {
    expect((await app.failure("mutation", "notes:add", { text: 1 })).message).toBe(
      "ArgumentValidationError: Value does not match validator.\nPath: .text\nValue: 1.0\nValidator: v.string()");
    expect((await app.failure("query", "notes:wrongReturn")).message).toMatch(/^ReturnsValidationError: /);
  });

  test("kinds and visibility, with Convex's texts", async () => {
    expect((await app.failure("mutation", "notes:list")).message).toBe("Trying to execute notes.js:list as Mutation, but it is defined as Query.");
    for (const name of ["notes:hidden", "notes:absent", "absent:x"]) {
      expect((await app.failure("mutation", name)).message).toContain(`Could not find public function for '${name}'.`);
    }
    expect(await app.mutation("notes:hidden", {}, { allowInternal: true })).toBe("internal");
    expect(await app.mutation("notes:callHidden")).toBe("internal");
  });

  test("nesting has a limit", async () => {
    expect((await app.failure("query", "notes:deep", { level: 0 })).message).toContain(
      "Cross component call depth limit exceeded. Do you have an infinite loop in your app?");
  });
});

describe("an action", () => {
  test("calls mutations and queries, each in a transaction of its own", async () => {
    await app.mutation("notes:clear");
    expect(await app.action("notes:act", { text: "from an action" })).toEqual(["from an action"]);
  });

  test("streams its log lines as they come: the log has each of them once", async () => {
    app.logs.length = 0;
    await app.action("notes:act", { text: "x" });
    const own = app.logs.filter(({ identifier }) => identifier === "notes:act");
    expect(own.map(({ kind }) => kind)).toEqual(["Progress", "Completion"]);
    expect(own.flatMap(({ logLines }) => logLines.map(({ messages }) => messages))).toEqual([["'act' 'x'"]]);
  });

  test("that leaves work behind says so, and its timers end with it", async () => {
    const { logLines } = await app.functions.action(app.call("notes:dangling"));
    expect(logLines.at(-1)).toMatch(/^\[WARN\] 1 unawaited operation: \[runAction\]\. Async operations should be awaited/);
    const { logLines: later } = await app.functions.action(app.call("notes:slow"));
    expect(later).toEqual([]);
  });

  test("ends when its caller goes away", async () => {
    const abort = new AbortController();
    const running = app.functions.action(app.call("notes:actUnhandled"), { signal: abort.signal });
    abort.abort();
    expect((await running).outcome).toMatchObject({ ok: false });
  });

  test("that ends early takes the requests along that nobody answers", async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    await once(silent, "listening");
    // Listening on a port, so that its address is no path.
    const { port } = silent.address() as AddressInfo;
    const abort = new AbortController();
    const asked = once(silent, "request");
    const running = app.functions.action(app.call("notes:asks", { url: `http://127.0.0.1:${port}/` }), { signal: abort.signal });
    const [, response] = (await asked) as [unknown, ServerResponse];
    const closed = once(response, "close");
    abort.abort();
    expect((await running).outcome).toMatchObject({ ok: false, error: { message: expect.stringContaining("was stopped") as string } });
    await closed;
    expect(response.writableEnded).toBe(false);
    silent.close();
  });
});

describe("log lines", () => {
  test("carry their level and Convex's formatting", async () => {
    const { logLines } = await app.functions.query(app.call("notes:levels"));
    expect(logLines).toEqual(["[DEBUG] 'a' 1", "[INFO] {\n  b: [ 1n ]\n}", "[WARN] 'w'", "[ERROR] 'e'"]);
  });

  test("are bounded in number", async () => {
    const { logLines } = await app.functions.query(app.call("notes:logs"));
    expect(logLines).toHaveLength(257);
    expect(logLines.at(-1)).toBe("[ERROR] Log overflow (maximum 256). Remaining log lines omitted.");
  });
});

describe("a query tells what its result depends on", () => {
  test("who asks, only when it looks", async () => {
    const identity = { kind: "user", attributes: { subject: "ada", tokenIdentifier: "i|ada", issuer: "i" }, expiresMs: null, token: "t" } as const;
    const looked = await app.functions.query(app.call("notes:who", {}, { identity }));
    expect(looked).toMatchObject({ outcome: { ok: true, value: { subject: "ada" } }, observedIdentity: true, observedTime: false });
    expect(await app.functions.query(app.call("notes:list", {}, { identity }))).toMatchObject({ observedIdentity: false });
  });
});
