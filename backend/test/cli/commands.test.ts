import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CliProject } from "../support/cli.ts";
import { TestBackend } from "../support/testBackend.ts";
import { adminClient } from "../support/transferClient.ts";

const fixture = join(import.meta.dirname, "../fixtures/cliApp");
const FAST = ["--typecheck", "disable"];

let backend: TestBackend;
let cli: CliProject;

beforeAll(async () => {
  backend = await TestBackend.open({ functionsDir: null });
  cli = new CliProject(fixture, backend.running);
  await cli.ok("dev", "--once", ...FAST);
}, 60_000);
afterAll(async () => {
  await cli.close();
  await backend.close();
});

test("`dev --once` pushes the app, generates its code and names the deployment's addresses", async () => {
  expect(existsSync(cli.path("convex/_generated/api.d.ts"))).toBe(true);
  expect(readFileSync(cli.path(".env.local"), "utf8")).toContain(`CONVEX_URL=${backend.running.url}`);
  expect(await (await fetch(`${backend.running.siteUrl}/hello`)).text()).toBe("hello");
});

test("`deploy --dry-run` of what was just pushed announces no change, of Node's version neither", async () => {
  const announced = async () => (await cli.run("deploy", "--dry-run", ...FAST)).stderr;
  expect(await announced()).not.toContain("Change the server's");
  writeFileSync(cli.path("convex.json"), JSON.stringify({ node: { nodeVersion: "22" } }));
  await cli.ok("dev", "--once", ...FAST);
  // What was pushed last is what the next start knows.
  await backend.restart();
  rmSync(cli.path("convex.json"));
  expect(await announced()).toMatch(/Change the server's version for Node\.js actions:\s+\[-\] 22/);
});

describe("`run`", () => {
  test("calls a function of a component, and one as somebody", async () => {
    const [boxed, name] = await Promise.all([
      cli.run("run", "things:names", "--component", "box"),
      cli.ok("run", "notes:whoAmI", "--identity", '{"name":"Ada","subject":"1","issuer":"https://example.com"}'),
    ]);
    expect(boxed).toMatchObject({ code: 0, stdout: "[]\n" });
    expect(name).toBe('"Ada"');
  });

  test("tells of a wrong name and of wrong arguments, and fails", async () => {
    const [name, args] = await Promise.all([cli.run("run", "notes:nothing"), cli.run("run", "notes:add", "{}")]);
    expect([name.code, args.code]).toEqual([1, 1]);
    // The list is what the backend's own description of the app gives.
    expect(name.stderr).toContain("notes:whoAmI");
    expect(args.stderr).toContain("Object is missing the required field `text`");
  });

  test("answers inline queries, in components too; they cannot write", async () => {
    const query = 'const all = await ctx.db.query("things").collect(); console.log("found", all.length); return [all, typeof ctx.db.insert];';
    const inBox = await cli.run("run", "--inline-query", query, "--component", "box");
    expect([inBox.code, JSON.parse(inBox.stdout)]).toEqual([0, [[], "undefined"]]);
    expect(inBox.stderr).toContain("[LOG] 'found' 0");
    const failing = await cli.run("run", "--inline-query", 'throw new Error("boom")');
    expect(failing.stderr).toMatch(/Uncaught Error: boom\\n    at handler \(testQuery\.ts:\d+:\d+\)"/);
  });
});

test("`env` sets, gets, lists and removes; functions see it at once", async () => {
  const admin = adminClient(backend.running);
  await cli.ok("env", "set", "SECRET", "forty two");
  expect(await admin.function("notes:secret")).toBe("forty two");
  const [list, value, refused] = await Promise.all([cli.ok("env", "list"), cli.ok("env", "get", "SECRET"), cli.run("env", "set", "CONVEX_SITE_URL", "x")]);
  expect(list).toMatch(/^SECRET=.?forty two.?$/);
  expect(value).toBe("forty two");
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('Environment variable "CONVEX_SITE_URL" is built in and cannot be changed');
  await cli.ok("env", "remove", "SECRET");
  expect(await admin.function("notes:secret")).toBe("not set");
});

test("`data` lists tables and shows a table, newest first, of the app and of components", async () => {
  for (const text of ["first", "second"]) await backend.http.mutation("notes:add" as never, { text } as never);
  const [tables, newest, boxes] = await Promise.all([cli.ok("data"), cli.ok("data", "notes", "--limit", "1", "--format", "jsonl"), cli.ok("data", "--component", "box")]);
  expect(tables.split("\n")).toEqual(["anything", "notes"]);
  expect(newest).toContain('"text": "second"');
  expect(newest).not.toContain("first");
  expect(boxes).toBe("things");
});

test("`logs` shows what functions printed, from the history on", async () => {
  await backend.http.mutation("notes:add" as never, { text: "in the log" } as never);
  const logs = cli.watch("logs", "--history", "100", "--success");
  await expect(logs.until("'adding' 'in the log'")).resolves.toContain("notes:add");
  await backend.http.mutation("notes:add" as never, { text: "while watching" } as never);
  await expect(logs.until("'adding' 'while watching'")).resolves.toContain("notes:add");
  await logs.stop();
});

test("`function-spec` describes every function and route", async () => {
  const { url, functions } = JSON.parse(await cli.ok("function-spec")) as { url: string; functions: Record<string, unknown>[] };
  expect(url).toBe(backend.running.url);
  expect(functions).toContainEqual({ functionType: "HttpAction", method: "GET", path: "/hello" });
  expect(functions).toContainEqual({
    identifier: "notes.js:add", functionType: "Mutation", visibility: { kind: "public" },
    args: { type: "object", value: { text: { fieldType: { type: "string" }, optional: false } } }, returns: { type: "id", tableName: "notes" },
  });
});

test("a wrong admin key is refused", async () => {
  const stranger = new CliProject(fixture, { url: backend.running.url, adminKey: "convex-embedded|00" });
  const { code, stderr } = await stranger.run("data");
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/deploy key|admin key/i);
  await stranger.close();
});
