import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TestApp } from "../functions/testing/testApp.ts";

let app: TestApp;
beforeEach(() => {
  app = new TestApp();
});
afterEach(() => app.close());

const query = (body: string): string => `import { queryGeneric as query } from "convex/server";\nexport const get = query(async () => ${body});\n`;

const TICK = 'import { internalMutationGeneric as mutation } from "convex/server";\nexport const tick = mutation(async () => null);\n';
const crons = (args: string, form = "interval"): string => `import { cronJobs } from "convex/server";\nconst crons = cronJobs();\ncrons.${form}(${args});\nexport default crons;\n`;

describe("a push", () => {
  test("replaces the app as a whole", async () => {
    await app.push({ "convex/a.ts": query("1") });
    expect(await app.query("a:get")).toBe(1);
    await app.push({ "convex/a.ts": query("2"), "convex/b.ts": query("3") });
    expect([await app.query("a:get"), await app.query("b:get")]).toEqual([2, 3]);
  });

  test.each([
    ["a module that throws", { "convex/a.ts": "throw new Error('no');\nexport {};\n" }, /Failed to analyze a\.js: Uncaught Error: no/],
    ["code that does not parse", { "convex/a.ts": "export const = 1;\n" }, /a\.ts:1:/],
    ["a schema the data breaks", { "convex/schema.ts": "import { defineSchema, defineTable } from 'convex/server';\nimport { v } from 'convex/values';\nexport default defineSchema({ notes: defineTable({ text: v.number() }) });\n" }, /does not match the schema/],
    ["an index on a field that is missing", { "convex/schema.ts": "import { defineSchema, defineTable } from 'convex/server';\nimport { v } from 'convex/values';\nexport default defineSchema({ notes: defineTable({ text: v.string() }).index('by_zzz', ['zzz']) });\n" }, /^In table "notes" the index "by_zzz" is invalid because it references the field "zzz" that does not exist\.$/],
    ["a query in a node module", { "convex/n.ts": `"use node";\n${query("1")}` }, /Only actions can be defined in Node\.js/],
    ["a router that is none", { "convex/http.ts": "export default 1;\n" }, /must be the router/],
    ["a cron of a function that is missing", { "convex/crons.ts": crons("'tick', { seconds: 5 }, 'dir/missing:tick'") }, /^The cron job 'tick' schedules a function that does not exist: dir\/missing\.js:tick$/],
    ["a cron of an export that is missing", { "convex/crons.ts": crons("'tick', { seconds: 5 }, 'a:tick'") }, /^The cron job 'tick' schedules a function that does not exist: a\.js:tick$/],
    ["a cron of a query", { "convex/crons.ts": crons("'tick', { seconds: 5 }, 'a:get'") }, /^The cron job 'tick' schedules a query, only actions and mutations can be scheduled: a\.js:get$/],
    ["a cron string that is none", { "convex/crons.ts": crons("'tick', 'not a cron', 'w:add'", "cron") }, /^The schedule of cron job "tick" is not valid/],
    ["a circle of undefined validators", { "convex/u.ts": "import { queryGeneric as query } from 'convex/server';\nexport const x = query({ args: { a: undefined }, handler: async () => 1 });\n" }, /Failed to analyze u\.js/],
  ] as const)("with %s leaves the old code running", async (_what, files, message) => {
    await app.push({
      "convex/a.ts": query("1"),
      "convex/w.ts": "import { mutationGeneric as mutation } from 'convex/server';\nexport const add = mutation((ctx) => ctx.db.insert('notes', { text: 'x' }));\n",
    });
    await app.mutation("w:add");
    await expect(app.push({ ...files })).rejects.toThrow(message);
    expect(await app.query("a:get")).toBe(1);
    await app.restart();
    expect(await app.query("a:get")).toBe(1);
  });

  test("that fails is followed by one that works", async () => {
    await app.push({ "convex/a.ts": query("1") });
    await expect(app.push({ "convex/a.ts": "throw 1;\nexport {};\n" })).rejects.toThrow("Uncaught 1");
    await app.push({ "convex/a.ts": query("2") });
    expect(await app.query("a:get")).toBe(2);
  });

  test("needs the variables that the app declares", async () => {
    const files = {
      "convex/convex.config.ts": "import { defineApp } from 'convex/server';\nimport { v } from 'convex/values';\nexport default defineApp({ env: { KEY: v.string(), MODE: v.optional(v.union(v.literal('a'), v.literal('b'))) } });\n",
      "convex/a.ts": query("process.env.KEY"),
    };
    await expect(app.push(files)).rejects.toThrow(/are not set: KEY\./);
    app.variables = { KEY: "k", MODE: "c" };
    await expect(app.push(files)).rejects.toThrow(/MODE does not match/);
    app.variables = { KEY: "k" };
    await app.push(files);
    expect(await app.query("a:get")).toBe("k");
  });

  test("of auth.config names the variable it lacks", async () => {
    const files = { "convex/auth.config.ts": "export default { providers: [{ domain: process.env.DOMAIN, applicationID: 'app' }] };\n", "convex/a.ts": query("1") };
    await expect(app.push(files)).rejects.toThrow(/Environment variable DOMAIN is used in auth config file but its value was not set/);
    app.variables = { DOMAIN: "https://issuer" };
    const { app: pushed } = await app.push({});
    expect(pushed.authProviders).toEqual([{ type: "oidc", domain: "https://issuer", applicationID: "app" }]);
  });

  test("of auth.config gets the same answer however often it is made", async () => {
    const files = (domain: string) => ({ "convex/auth.config.ts": `export default { providers: [{ domain: ${domain}, applicationID: 'app' }] };\n` });
    const missing = /Environment variable ISSUER is used in auth config file but its value was not set/;
    for (const domain of ["process.env.ISSUER", "process.env.ISSUER ?? 'https://fallback'"]) {
      app.variables = {};
      for (let turn = 0; turn < 3; turn++) await expect(app.push(files(domain))).rejects.toThrow(missing);
      app.variables = { ISSUER: "https://issuer" };
      for (let turn = 0; turn < 2; turn++) expect((await app.push(files(domain))).app.authProviders).toMatchObject([{ domain: "https://issuer" }]);
      app.variables = {};
      await expect(app.push(files(domain))).rejects.toThrow(missing);
    }
  });

  test("of convex.config reads the environment as it is, not as it was at an earlier push", async () => {
    const config = "import { defineApp } from 'convex/server';\nconst app = defineApp();\nif (process.env.REFUSED) throw new Error('refused');\nexport default app;\n";
    app.variables = { REFUSED: "yes" };
    await expect(app.push({ "convex/convex.config.ts": config })).rejects.toThrow("refused");
    app.variables = {};
    await app.push({ "convex/convex.config.ts": config });
    app.variables = { REFUSED: "yes" };
    await expect(app.push({ "convex/convex.config.ts": config })).rejects.toThrow("refused");
    app.variables = {};
  });

  test("reports the crons it changed", async () => {
    const every = (seconds: number) => crons(`"tick", { seconds: ${seconds} }, "a:tick"`);
    const first = await app.push({ "convex/a.ts": TICK, "convex/crons.ts": every(10) });
    expect(first.crons.get("")).toMatchObject({ added: ["tick"] });
    expect((await app.push({})).crons.get("")).toBeUndefined();
    expect((await app.push({ "convex/crons.ts": every(20) })).crons.get("")).toMatchObject({ updated: ["tick"] });
  });
});

test("an action finds the nearest vectors", async () => {
  await app.push({
    "convex/schema.ts": `import { defineSchema, defineTable } from "convex/server"; import { v } from "convex/values";
export default defineSchema({ points: defineTable({ at: v.array(v.number()), kind: v.string() }).vectorIndex("by_at", { vectorField: "at", dimensions: 2, filterFields: ["kind"] }) });`,
    "convex/p.ts": `import { actionGeneric as action, mutationGeneric as mutation } from "convex/server"; import { v } from "convex/values";
export const add = mutation({ args: { at: v.array(v.number()), kind: v.string() }, handler: (ctx, point) => ctx.db.insert("points", point) });
export const near = action(async (ctx) => (await ctx.vectorSearch("points", "by_at", { vector: [1, 0], limit: 2, filter: (q) => q.eq("kind", "a") })).map(({ _id }) => _id));`,
  });
  const ids: unknown[] = [];
  for (const [at, kind] of [[[0, 1], "a"], [[1, 0.1], "a"], [[1, 0], "b"], [[0.5, 0.1], "a"]] as const) ids.push(await app.mutation("p:add", { at: [...at], kind }));
  expect(await app.action("p:near")).toEqual([ids[1], ids[3]]);
});

describe("the environment", () => {
  test("is read by functions at once, and by module top levels when they are loaded again", async () => {
    app.variables = { V: "1" };
    await app.push({ "convex/a.ts": `import { queryGeneric as query } from "convex/server";\nconst top = process.env.V;\nexport const get = query(async () => [top, process.env.V]);\n` });
    app.variables = { V: "2" };
    expect(await app.query("a:get")).toEqual(["1", "2"]);
    await app.deployer.reload();
    expect(await app.query("a:get")).toEqual(["2", "2"]);
  });
});

describe("Node modules", () => {
  test("have Node, behind the same limits of the process", async () => {
    await app.push({
      "convex/n.ts": `"use node";
import { actionGeneric as action } from "convex/server";
import { createHash } from "node:crypto";
import os from "node:os";
export const run = action(async () => { console.log("node"); return [createHash("md5").update("x").digest("hex").length, typeof Buffer.from("a"), typeof os.cpus, process.env.HOME ?? null, process.env.CONVEX_CLOUD_URL]; });
export const exit = action(async () => { process.exit(1); });\n`,
    });
    expect(await app.action("n:run")).toEqual([32, "object", "function", null, "http://127.0.0.1:3210"]);
    expect((await app.failure("action", "n:exit")).message).toContain("process.exit() is not available");
  });
});

test("code of the default runtime that asks for Node is told where to move", async () => {
  await expect(app.push({ "convex/a.ts": `import fs from "node:fs";\n${query("fs.readFileSync('x')")}` })).rejects.toThrow(/"use node"/);
});

describe("a push with much to look through", () => {
  const write = "import { mutationGeneric as mutation, queryGeneric as query } from 'convex/server';\n" +
    "export const fill = mutation(async (ctx, { from }) => { for (let n = from; n < from + 600; n++) await ctx.db.insert('notes', { n }); });\n" +
    "export const add = mutation(async (ctx, { n }) => await ctx.db.insert('notes', { n }));\n" +
    "export const byN = query(async (ctx, { n }) => (await ctx.db.query('notes').withIndex('by_n', (q) => q.eq('n', n)).collect()).length);\n";
  const schema = (type: string): string => "import { defineSchema, defineTable } from 'convex/server';\nimport { v } from 'convex/values';\n" +
    `export default defineSchema({ notes: defineTable({ n: ${type} }).index('by_n', ['n']) });\n`;

  test("lets the app go on while it fills indexes, and misses nothing that was written meanwhile", async () => {
    await app.push({ "convex/w.ts": write });
    for (const from of [0, 600, 1200]) await app.mutation("w:fill", { from });
    const push = { isOver: false };
    const pushed = app.push({ "convex/w.ts": write, "convex/schema.ts": schema("v.number()") }).finally(() => (push.isOver = true));
    // Written one after another for as long as the push takes.
    let written = 0;
    while (!push.isOver) {
      await app.mutation("w:add", { n: -1 });
      written += 1;
    }
    await pushed;
    expect(written).toBeGreaterThan(3);
    expect([await app.query("w:byN", { n: 1500 }), await app.query("w:byN", { n: -1 })]).toEqual([1, written]);
  });

  test("fails by the document that does not match and leaves the app as it was", async () => {
    await app.push({ "convex/w.ts": write });
    for (const from of [0, 600]) await app.mutation("w:fill", { from });
    await expect(app.push({ "convex/w.ts": write, "convex/schema.ts": schema("v.string()") })).rejects.toThrow(/in table "notes" does not match the schema/);
    await app.mutation("w:add", { n: 1 });
    await app.push({ "convex/w.ts": write, "convex/schema.ts": schema("v.number()") });
    expect(await app.query("w:byN", { n: 1 })).toBe(2);
  });
});

test("a snapshot query in a mutation sees what was there when the mutation began", async () => {
  await app.push({
    "convex/s.ts": "import { mutationGeneric as mutation, queryGeneric as query, makeFunctionReference } from 'convex/server';\n" +
      "export const count = query(async (ctx) => (await ctx.db.query('t').collect()).length);\n" +
      "const ref = makeFunctionReference('s:count');\n" +
      "export const both = mutation(async (ctx) => { await ctx.db.insert('t', {}); return [await ctx.runQuery(ref, {}), await ctx.runQuery(ref, {}, { useStaleSnapshot: true })]; });\n",
  });
  expect(await app.mutation("s:both")).toEqual([1, 0]);
  expect(await app.mutation("s:both")).toEqual([2, 1]);
});
