import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundleApp, openBackend, type Backend } from "../backend/src/index.ts";
import { Clock } from "../backend/test/support/clock.ts";
import { unescapeKeys } from "../playground/src/ui/exporting/conversation.ts";
import { toConvexJson } from "../src/shared/convexJson.ts";

/*
 * Convex's limits on values, as its backend has them: the fake database of other tests lets everything pass.
 */
const dataDir = mkdtempSync(join(tmpdir(), "convex-agent-values-"));
const clock = Clock.running({ speed: 1 });
let backend: Backend;
let http: ConvexHttpClient;

beforeAll(async () => {
  const { request } = await bundleApp({ functionsDir: join(import.meta.dirname, "support/awkwardApp/convex"), conditions: ["@convex-dev/component-source"] });
  backend = await openBackend({ dataDir, port: 0, sitePort: 0, durability: "fast", ports: clock });
  await backend.push(request);
  http = new ConvexHttpClient(backend.url, { logger: false });
});
afterAll(async () => {
  await backend.close();
  rmSync(dataDir, { recursive: true, force: true });
});

interface Reply {
  value: unknown;
  failure: string | null;
  streams: unknown[];
  saved: { role: string; status: string; error?: string }[];
  shown: { type: string; [field: string]: unknown }[];
  told: { type: string; [field: string]: unknown }[];
}

async function replyTo(args: { way: string; kind: string; fails: boolean }): Promise<Reply> {
  // Made by the fixture.
  return JSON.parse((await http.action(anyApi.replies!.reply!, args)) as string) as Reply;
}

describe.each(["generated", "streamed", "stored"])("a reply (%s) whose tool takes and gives what Convex does not hold", (way) => {
  describe.each(["13 levels", "200 levels", "9,000 items", "1,500 fields", "a long key"])("%s", (kind) => {
    test("is saved; the model and those who watch get the value as it was", async () => {
      const { value, failure, streams, saved, shown, told } = await replyTo({ way, kind, fails: false });
      expect(failure).toBeNull();
      expect(streams).toEqual(way === "stored" ? [{ status: "finished" }] : []);
      expect(saved.map(({ role, status }) => [role, status])).toEqual([["assistant", "success"], ["tool", "success"], ["assistant", "success"], ["user", "success"]]);
      expect(shown.find(({ type }) => type === "tool-echo")).toMatchObject({ state: "output-available", input: { value }, output: value });
      expect(told.find(({ type }) => type === "tool-result")).toMatchObject({ output: { type: "json", value } });
    });

    test("keeps it when the model fails after it, and says why it ended", async () => {
      const { value, streams, saved, shown } = await replyTo({ way, kind, fails: true });
      const reason = expect.stringContaining("no more") as string;
      expect(streams).toEqual(way === "stored" ? [{ status: "aborted", reason }] : []);
      expect(saved[0]).toMatchObject({ status: "failed", error: reason });
      expect(shown.find(({ type }) => type === "tool-echo")).toMatchObject({ state: "output-available", input: { value }, output: value });
    });
  });
});

test("a test case that the playground exports has the values as they were", () =>
  fc.assert(
    fc.property(fc.jsonValue({ depthSize: "large", maxDepth: 30 }), fc.constantFrom("$ref", "~esc:$json", "问".repeat(114), "k".repeat(2000)), fc.nat(20), (inner, key, depth) => {
      let value = JSON.parse(JSON.stringify(inner)) as unknown;
      for (let level = 0; level < depth; level++) value = level % 2 === 0 ? { [key]: value, beside: 1 } : [value];
      expect(unescapeKeys(toConvexJson(value))).toEqual(value);
    }),
  ));

test("a prompt with an emoji where a text is cut is searched by and answered", async () => {
  expect(await http.action(anyApi.replies!.searched!, {})).toBe("Found.");
});

test("a stream whose chunks lie as deep as Convex lets them ends with all that was seen", async () => {
  const { isEnded, output, shown } = JSON.parse((await http.action(anyApi.replies!.cutOff!, {})) as string) as { isEnded: boolean; output: unknown; shown: object };
  expect(isEnded).toBe(true);
  expect(shown).toMatchObject({ status: "failed", metadata: { $ref: 1 }, parts: [{ type: "step-start" }, { type: "tool-echo", state: "output-available", output }] });
});

test("a stream whose writer is lost and whose message is too large for a row ends all the same", async () => {
  const threadId = (await http.action(anyApi.replies!.abandoned!, {})) as string;
  clock.advance(61_000);
  const ended = async () => (await http.action(anyApi.replies!.endOf!, { threadId })) as { streams: string[]; failed: string[] };
  await expect.poll(async () => (await ended()).streams, { timeout: 30_000 }).toEqual(["aborted"]);
  expect((await ended()).failed).toEqual(["timeout: the process that wrote this reply stopped"]);
});
