import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { TestApp } from "../functions/testing/testApp.ts";

const COMPONENT = {
  "counter/convex.config.ts": `
import { defineComponent } from "convex/server";
import { v } from "convex/values";
import inner from "../inner/convex.config";
const counter = defineComponent("counter", { env: { STEP: v.optional(v.string()) } });
counter.use(inner, { httpPrefix: "/inner/" });
export default counter;`,
  "counter/schema.ts": `
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
export default defineSchema({ counters: defineTable({ name: v.string(), value: v.number() }).index("by_name", ["name"]) });`,
  "counter/counts.ts": `
import { internalMutationGeneric as internalMutation, mutationGeneric as mutation, queryGeneric as query, componentsGeneric, createFunctionHandle, makeFunctionReference } from "convex/server";
import { v } from "convex/values";
const step = Number(process.env.STEP ?? "1");
const components = componentsGeneric();
export const increment = mutation({ args: { name: v.string() }, returns: v.number(), handler: async (ctx, { name }) => {
  const row = await ctx.db.query("counters").withIndex("by_name", (q) => q.eq("name", name)).unique();
  if (row === null) { await ctx.db.insert("counters", { name, value: step }); return step; }
  await ctx.db.patch(row._id, { value: row.value + step });
  return row.value + step;
} });
export const ids = query({ args: {}, returns: v.array(v.id("counters")), handler: async (ctx) => (await ctx.db.query("counters").collect()).map(({ _id }) => _id) });
export const takesId = query({ args: { id: v.id("counters") }, handler: async (ctx, { id }) => (await ctx.db.get(id)) !== null });
export const callBack = mutation({ args: { handle: v.string(), text: v.string() }, handler: (ctx, { handle, text }) => ctx.runMutation(handle, { text }) });
export const hidden = internalMutation(async () => "hidden");
export const environment = query(async () => ({ step: process.env.STEP ?? null, secret: process.env.SECRET ?? null, keys: Object.keys(process.env).sort(), site: process.env.CONVEX_SITE_URL }));
export const ownHandle = mutation(() => createFunctionHandle(makeFunctionReference("counts:hidden")));
export const viaInner = mutation((ctx) => ctx.runMutation(components.inner.things.where));
export const page = query((ctx) => ctx.db.query("counters").paginate({ cursor: null, numItems: 1 }));
export const fails = mutation(async (ctx) => { await ctx.db.insert("counters", { name: "lost", value: 0 }); throw new Error("from the component"); });
export const who = query((ctx) => ctx.auth.getUserIdentity());`,
  "inner/convex.config.ts": `import { defineComponent } from "convex/server";\nexport default defineComponent("inner");`,
  "inner/things.ts": `
import { mutationGeneric as mutation } from "convex/server";
export const where = mutation((ctx) => ctx.meta.getFunctionMetadata());`,
  "inner/http.ts": `
import { httpRouter, httpActionGeneric as httpAction } from "convex/server";
const http = httpRouter();
http.route({ path: "/hello", method: "GET", handler: httpAction(async (_ctx, request) => new Response("inner " + new URL(request.url).pathname)) });
export default http;`,
  "counter/http.ts": `
import { httpRouter, httpActionGeneric as httpAction } from "convex/server";
const http = httpRouter();
http.route({ path: "/hello", method: "GET", handler: httpAction(async () => { console.log("said"); return new Response("counter " + process.env.STEP); }) });
export default http;`,
};

const APP = {
  "convex/convex.config.ts": `
import { defineApp } from "convex/server";
import counter from "../counter/convex.config";
const app = defineApp();
app.use(counter);
app.use(counter, { name: "tens", env: { STEP: "10" }, httpPrefix: "/tens/" });
export default app;`,
  "convex/notes.ts": `
import { actionGeneric as action, componentsGeneric, createFunctionHandle, internalMutationGeneric as internalMutation, makeFunctionReference, mutationGeneric as mutation, queryGeneric as query } from "convex/server";
import { v } from "convex/values";
const components = componentsGeneric();
export const bump = mutation({ args: { which: v.string(), name: v.string() }, handler: (ctx, { which, name }) => ctx.runMutation(components[which].counts.increment, { name }) });
export const addInternal = internalMutation({ args: { text: v.string() }, handler: (ctx, { text }) => ctx.db.insert("notes", { text }) });
export const keepHandle = mutation(async (ctx) => { const handle = await createFunctionHandle(makeFunctionReference("notes:addInternal")); await ctx.db.insert("handles", { handle }); return handle; });
export const useHandle = mutation({ args: { text: v.string() }, handler: async (ctx, { text }) => { const row = await ctx.db.query("handles").first(); return await ctx.runMutation(components.tens.counts.callBack, { handle: row.handle, text }); } });
export const texts = query(async (ctx) => (await ctx.db.query("notes").collect()).map(({ text }) => text));
export const reach = mutation({ args: { path: v.array(v.string()) }, handler: (ctx, { path }) => ctx.runMutation(path.reduce((at, name) => at[name], components)) });
export const catchFailure = mutation(async (ctx) => { try { await ctx.runMutation(components.counter.counts.fails); } catch { return (await ctx.runQuery(components.counter.counts.ids)).length; } });
export const idAcross = query(async (ctx) => { const [id] = await ctx.runQuery(components.counter.counts.ids); return [await ctx.runQuery(components.counter.counts.takesId, { id }), await ctx.runQuery(components.tens.counts.takesId, { id })]; });
export const env = query((ctx) => ctx.runQuery(components.tens.counts.environment));
export const identities = action(async (ctx) => [await ctx.runQuery(components.counter.counts.who), (await ctx.runQuery(makeFunctionReference("notes:who")))?.subject]);
export const who = query((ctx) => ctx.auth.getUserIdentity());`,
  "convex/http.ts": `
import { httpRouter, httpActionGeneric as httpAction } from "convex/server";
const http = httpRouter();
http.route({ path: "/exact", method: "POST", handler: httpAction(async (_ctx, request) => Response.json({ body: await request.text() }, { status: 201, headers: { "x-own": "1" } })) });
http.route({ pathPrefix: "/files/", method: "GET", handler: httpAction(async (_ctx, request) => new Response(new URL(request.url).pathname)) });
http.route({ path: "/throws", method: "GET", handler: httpAction(async () => { throw new Error("http boom"); }) });
http.route({ path: "/stream", method: "GET", handler: httpAction(async (ctx) => {
  let n = 0;
  return new Response(new ReadableStream({ async pull(controller) {
    if (n++ === 3) return controller.close();
    controller.enqueue(new TextEncoder().encode(n + ":" + (await ctx.runQuery("notes:texts")).length + ";"));
  } }));
}) });
http.route({ path: "/long", method: "GET", handler: httpAction(async (ctx) => {
  let n = 0;
  return new Response(new ReadableStream({ async pull(controller) {
    if (n++ === 4) return controller.close();
    await ctx.runMutation("notes:addInternal", { text: "long " + n });
    controller.enqueue(new TextEncoder().encode(n + ";"));
  } }, { highWaterMark: 0 }));
}) });
export default http;`,
};

const app = new TestApp();
beforeAll(async () => {
  app.variables = { SECRET: "app only" };
  await app.push({ ...COMPONENT, ...APP });
});
afterAll(() => app.close());

describe("two instances of one component", () => {
  test("have tables, environment and module state of their own", async () => {
    expect([await app.mutation("notes:bump", { which: "counter", name: "a" }), await app.mutation("notes:bump", { which: "tens", name: "a" })]).toEqual([1, 10]);
    expect([await app.mutation("notes:bump", { which: "counter", name: "a" }), await app.mutation("notes:bump", { which: "tens", name: "a" })]).toEqual([2, 20]);
    expect((await app.rows("counters", "tens")).map(({ value }) => value)).toEqual([20]);
    expect(await app.rows("counters", "")).toEqual([]);
  });

  test("see only the variables that were bound to them, and their own site", async () => {
    expect(await app.query("notes:env")).toEqual({
      step: "10", secret: null, keys: ["CONVEX_CLOUD_URL", "CONVEX_SITE_URL", "STEP"], site: "http://127.0.0.1:3211/tens",
    });
  });

  test("an id means a document of the component that reads it", async () => {
    expect(await app.query("notes:idAcross")).toEqual([true, false]);
  });
});

describe("a component's functions", () => {
  test("are not for clients", async () => {
    expect((await app.failure("mutation", "counts:increment", { name: "x" })).message).toContain("Could not find public function for 'counts:increment'");
    expect(await app.mutation("counts:hidden", {}, { componentPath: "tens", allowInternal: true })).toBe("hidden");
  });

  test("are reached by the parent, if public, one level down", async () => {
    expect((await app.failure("mutation", "notes:reach", { path: ["counter", "counts", "hidden"] })).message).toContain("Child component counter does not export [counts, hidden]");
    expect((await app.failure("mutation", "notes:reach", { path: ["nobody", "x", "y"] })).message).toContain("Child component nobody not found");
    expect(await app.mutation("notes:reach", { path: ["tens", "counts", "viaInner"] })).toMatchObject({ name: "things:where", componentPath: "tens/inner" });
  });

  test("that throw undo their own writes alone", async () => {
    const before = (await app.rows("counters", "counter")).length;
    expect(await app.mutation("notes:catchFailure")).toBe(before);
  });

  test("cannot paginate", async () => {
    expect((await app.failure("query", "counts:page", {}, { componentPath: "counter", allowInternal: true })).message).toContain("paginate() is only supported in the app.");
  });

  test("do not learn from an action who its user is", async () => {
    const identity = { kind: "user", attributes: { subject: "ada", issuer: "i", tokenIdentifier: "i|ada" }, expiresMs: null, token: "t" } as const;
    expect(await app.action("notes:identities", {}, { identity })).toEqual([null, "ada"]);
  });
});

describe("a function handle", () => {
  test("kept in the database works in another component, and is the same after pushes and restarts", async () => {
    const handle = await app.mutation("notes:keepHandle");
    expect(handle).toMatch(/^function:\/\/[0-9a-z]{31,37}#notes:addInternal$/);
    await app.mutation("notes:useHandle", { text: "one" });
    await app.push({});
    await app.restart();
    expect(await app.mutation("notes:keepHandle")).toBe(handle);
    await app.mutation("notes:useHandle", { text: "two" });
    expect(await app.query("notes:texts")).toEqual(["one", "two"]);
  });

  test("to nothing is refused", async () => {
    const call = { componentPath: "tens", allowInternal: true };
    expect((await app.failure("mutation", "counts:callBack", { handle: "function://absent", text: "x" }, call)).message).toContain("Function handle not found");
  });

  test("can be made by a component for itself", async () => {
    expect(await app.mutation("counts:ownHandle", {}, { componentPath: "tens", allowInternal: true })).toMatch(/^function:\/\//);
  });
});

describe("HTTP actions", () => {
  const fetchRoute = (method: string, path: string, body?: string) =>
    app.functions.httpAction(new Request(`http://127.0.0.1:3211${path}`, { method, ...(body === undefined ? {} : { body }) }), { kind: "none" }, { requestId: "00", ip: null });

  test("are routed exactly, by prefix, and into mounted components", async () => {
    const exact = await fetchRoute("POST", "/exact", "hi");
    expect([exact.status, exact.headers.get("x-own"), await exact.json()]).toEqual([201, "1", { body: "hi" }]);
    expect(await (await fetchRoute("GET", "/files/a/b")).text()).toBe("/files/a/b");
    expect(await (await fetchRoute("GET", "/tens/hello")).text()).toBe("counter 10");
    expect(await (await fetchRoute("GET", "/tens/inner/hello")).text()).toBe("inner /tens/inner/hello");
  });

  test("are named by route and component in the log, where each line stands once", async () => {
    app.logs.length = 0;
    // The action has ended when its body was read.
    await (await fetchRoute("GET", "/tens/hello")).text();
    expect(app.logs.map(({ kind, identifier, componentPath, logLines }) => [kind, identifier, componentPath, logLines.length])).toEqual([
      ["Progress", "GET /hello", "tens", 1], ["Completion", "GET /hello", "tens", 0],
    ]);
  });

  test("that nobody serves are not found", async () => {
    for (const path of ["/nobody", "/exact", "/tens/nobody"]) {
      const response = await fetchRoute("GET", path);
      expect([response.status, await response.text()]).toEqual([404, "No matching routes found"]);
    }
  });

  test("stream, and may call functions while they do", async () => {
    const count = ((await app.query("notes:texts")) as string[]).length;
    expect(await (await fetchRoute("GET", "/stream")).text()).toBe(`1:${count};2:${count};3:${count};`);
  });

  test("go on to their end when the client goes away", async () => {
    const long = async () => ((await app.query("notes:texts")) as string[]).filter((text) => text.startsWith("long"));
    const reader = (await fetchRoute("GET", "/long")).body!.getReader();
    await reader.read();
    await reader.cancel();
    await vi.waitFor(async () => expect(await long()).toEqual(["long 1", "long 2", "long 3", "long 4"]), 20_000);
  });

  test("that throw answer 500 with the error and its frames", async () => {
    const response = await fetchRoute("GET", "/throws");
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ code: "[Request ID: 00] Server Error: Uncaught Error: http boom", trace: expect.stringContaining("convex/http.ts:6:") });
  });
});
