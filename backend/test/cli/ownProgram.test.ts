import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterAll, expect, test } from "vitest";
import { CliProject } from "../support/cli.ts";

// `convex-embedded` as a person runs it: the real program, in a project's folder.
const project = new CliProject(join(import.meta.dirname, "../fixtures/cliApp"), null);
afterAll(() => project.close());

test("`dev` serves and pushes, shows logs and mistakes with their places, and Ctrl-C ends it; `reset` deletes what it kept", async () => {
  const dev = project.watch("dev", "--port", "0", "--site-port", "0", "--fast");
  const addresses = await dev.until("✔ Functions are live");
  const url = /Backend +(http:\S+)/.exec(addresses)?.[1] ?? "";
  expect(addresses).toContain("Functions     convex (watching)");
  const http = new ConvexHttpClient(url, { logger: false });
  await http.mutation(anyApi.notes!.add!, { text: "hello" });
  expect(await dev.until("[LOG] 'adding' 'hello'")).toContain("+ index notes.by_text");
  await expect(http.mutation(anyApi.notes!.add!, { text: 1 })).rejects.toThrow("ArgumentValidationError");
  await dev.until("notes:add failed after");
  await dev.until("Path: .text");

  const file = project.path("convex/notes.ts");
  const source = readFileSync(file, "utf8");
  writeFileSync(file, `${source}export const broken = (;\n`);
  expect(await dev.until("✘ Not pushed")).toMatch(/convex\/notes\.ts:\d+:\d+ Unexpected/);
  writeFileSync(file, source.replace('"nobody"', '"a stranger"'));
  await dev.until("✔ Functions are live");
  expect(await http.query(anyApi.notes!.whoAmI!)).toBe("a stranger");

  const inUse = await project.run("reset", "--yes");
  expect([inUse.code, inUse.stderr]).toEqual([1, expect.stringContaining("is in use by another convex-embedded process")]);
  expect(await dev.interrupt()).toBe(0);
  expect(await project.run("reset", "--yes")).toMatchObject({ code: 0, stderr: "✔ Deleted .convex-data\n" });
  expect(existsSync(project.path(".convex-data"))).toBe(false);
});
