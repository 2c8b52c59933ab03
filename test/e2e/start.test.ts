import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { temporaryFolder } from "../support/browser.ts";
import { startExample, type ExampleProcess } from "../support/exampleProcess.ts";
import "../support/sharedRun.ts";

const root = join(import.meta.dirname, "../..");
// Inside the repository, so that packages resolve as they do for the example itself.
const copy = join(root, "test-results", `start-${process.pid}`);
const modelInfo = join(copy, "example/convex/modelInfo.ts");
const dataDir = temporaryFolder("start");
let example: ExampleProcess;

beforeAll(async () => {
  mkdirSync(copy, { recursive: true });
  cpSync(join(root, "example"), join(copy, "example"), { recursive: true });
  example = await startExample({ dataDir, madeBy: inject("sharedData"), script: join(copy, "example/start.ts") });
});
afterAll(async () => {
  await example.stop();
  for (const folder of [copy, dataDir]) rmSync(folder, { recursive: true, force: true });
});

const answer = makeFunctionReference<"query", Record<string, never>, string>("modelInfo:answer");
const ask = () => new ConvexHttpClient(example.backend, { logger: false }).query(answer, {});

describe("an edit of the example's functions", () => {
  const original = readFileSync(join(root, "example/convex/modelInfo.ts"), "utf8");
  const withAnswer = (text: string) => `${original}\nexport const answer = query({ args: {}, handler: async () => ${JSON.stringify(text)} });\n`;

  test("is live when the terminal says so", async () => {
    const from = example.output().length;
    writeFileSync(modelInfo, withAnswer("first"));
    await example.printed(/Functions are live again/, from);
    expect(await ask()).toBe("first");
  });

  test("with a syntax error is told with file and line, and the old code goes on", async () => {
    const from = example.output().length;
    writeFileSync(modelInfo, `${withAnswer("second")}const broken = {;\n`);
    await example.printed(/example\/convex\/modelInfo\.ts:\d+:\d+/, from);
    await example.printed(/goes on until this is mended/, from);
    expect(await ask()).toBe("first");
  });

  test("with an error at import is told with its text, and the old code goes on", async () => {
    const from = example.output().length;
    writeFileSync(modelInfo, `${withAnswer("third")}throw new Error("not today");\n`);
    await example.printed(/not today/, from);
    await example.printed(/modelInfo\.ts:\d+/, from);
    expect(await ask()).toBe("first");
  });

  test("with a schema that existing documents break is told with the document", async () => {
    const create = makeFunctionReference<"mutation", { viewerKey: string }, { threadId: string }>("threads:create");
    await new ConvexHttpClient(example.backend, { logger: false }).mutation(create, { viewerKey: "a".repeat(32) });
    const schema = join(copy, "example/convex/schema.ts");
    const before = readFileSync(schema, "utf8");
    const from = example.output().length;
    writeFileSync(modelInfo, withAnswer("first"));
    writeFileSync(schema, before.replace("ownerId: v.string()", "ownerId: v.number()"));
    await example.printed(/in table "threadAccess" does not match the schema/, from);
    expect(await ask()).toBe("first");
    writeFileSync(schema, before);
    await example.printed(/Functions are live again/, from);
  });

  test("once mended is live again", async () => {
    const from = example.output().length;
    writeFileSync(modelInfo, withAnswer("mended"));
    await example.printed(/Functions are live again/, from);
    expect(await ask()).toBe("mended");
  });
});

describe("starting and stopping", () => {
  test("a busy port is said, and the next free one is used", async () => {
    const otherData = temporaryFolder("start-busy");
    const other = await startExample({ dataDir: otherData, madeBy: inject("sharedData") });
    expect(other.output()).toMatch(/Page\s+http:\S+\s+\(port 5173 is busy\)/);
    expect(other.output()).toMatch(/Backend\s+http:\S+\s+\(port 3210 is busy\)/);
    expect(other.backend).not.toBe(example.backend);
    expect(await other.stop()).toBe(0);
    rmSync(otherData, { recursive: true, force: true });
  });

  test("a second start on the same data is refused with the folder's name", async () => {
    await expect(startExample({ dataDir })).rejects.toThrow(dataDir);
  });

  test("Ctrl-C ends with code 0, frees the ports, and the data is there again at the next start", async () => {
    const port = Number(new URL(example.backend).port);
    expect(await example.stop()).toBe(0);
    await new Promise<void>((resolve, reject) => {
      const server = createServer().once("error", reject).listen(port, "127.0.0.1", () => server.close(() => resolve()));
    });
    example = await startExample({ dataDir, script: join(copy, "example/start.ts") });
    expect(await ask()).toBe("mended");
  });
});
