import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConvexClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CliProject } from "../support/cli.ts";
import { follow } from "../support/follow.ts";
import { TestBackend } from "../support/testBackend.ts";

const fixture = join(import.meta.dirname, "../fixtures/cliApp");
const FAST = ["--typecheck", "disable"];

let backend: TestBackend;
let cli: CliProject;

beforeAll(async () => {
  backend = await TestBackend.open({ functionsDir: null });
  cli = new CliProject(fixture, backend.running);
}, 60_000);
afterAll(async () => {
  await cli.close();
  await backend.close();
});

const edit = (file: string, change: (text: string) => string): void => writeFileSync(cli.path(file), change(readFileSync(cli.path(file), "utf8")));

test("`deploy` pushes all of the app at once; whoever subscribed to what the backend says of the app sees it", async () => {
  const client = new ConvexClient(backend.running.url, { logger: false, unsavedChangesWarning: false });
  // The CLI's own way in; not part of the published types.
  (client.client as unknown as { setAdminAuth(key: string): void }).setAdminAuth(backend.running.adminKey);
  const apiSpec = makeFunctionReference<"query", Record<string, never>, { identifier?: string }[]>("_system/cli/modules:apiSpec");
  const spec = follow(client, apiSpec, {});
  await spec.until((functions) => functions.length === 0);
  edit("convex/notes.ts", (text) => text.replace('"nobody"', '"a stranger"'));
  await cli.ok("deploy", "-y", ...FAST);
  await spec.until((functions) => functions.some(({ identifier }) => identifier === "notes.js:whoAmI"));
  await client.close();
  expect(await backend.http.query("notes:whoAmI" as never)).toBe("a stranger");
  expect(backend.pushes.map(({ ok }) => ok)).toEqual([true]);
});

test("`dev` pushes each edit, tells of a mistake and goes on, and shows the logs of functions", async () => {
  const dev = cli.watch("dev", ...FAST);
  await dev.until("Convex functions ready!");
  edit("convex/notes.ts", (text) => text.replace('"a stranger"', '"somebody"'));
  await dev.until("Convex functions ready!");
  expect(await backend.http.query("notes:whoAmI" as never)).toBe("somebody");
  await backend.http.mutation("notes:add" as never, { text: "seen" } as never);
  await dev.until("'adding' 'seen'");

  const schema = readFileSync(cli.path("convex/schema.ts"), "utf8");
  writeFileSync(cli.path("convex/schema.ts"), schema.replace("text: v.string(), stars", "text: v.number(), stars"));
  await dev.until("does not match the schema");
  expect(backend.pushes.at(-1)).toMatchObject({ ok: false, error: { message: expect.stringContaining("does not match the schema") } });
  expect(await backend.http.query("notes:list" as never)).toEqual(["seen"]);
  writeFileSync(cli.path("convex/schema.ts"), schema);
  await dev.until("Convex functions ready!");
  await dev.stop();
});

test("`run --push --watch` runs what it has just pushed, and prints each new result", async () => {
  appendFileSync(cli.path("convex/notes.ts"), "\nexport const count = query({ args: {}, handler: async (ctx) => `there are ${(await ctx.db.query('notes').collect()).length}` });\n");
  const watching = cli.watch("run", "notes:count", "--push", "--watch", ...FAST);
  await watching.until("there are 1");
  await backend.http.mutation("notes:add" as never, { text: "another" } as never);
  expect(await watching.until("there are 2")).not.toContain("Error");
  await watching.stop();
});
