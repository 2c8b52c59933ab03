// @vitest-environment edge-runtime
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { component, inAction, newApp, savedIn, shownIn, storedParts } from "../../shared/testing/app.js";
import { Agent } from "../agent.js";
import { vacuumFiles } from "../files/storeFile.js";
import { listStreams } from "../streaming/syncStreams.js";
import { scriptedModel } from "../testing/scriptedModel.js";
import { createThread, deleteThreadSync } from "../threads.js";
import { createTool } from "../tools/createTool.js";

// get-convex/agent 23; hackerai 480, 487, 618
describe("a reply that is larger than a document", () => {
  test.each([true, false])("is saved whole after all its steps were paid for, and the model reads it whole (deltas: %s)", (saveStreamDeltas) =>
    inAction(async (ctx) => {
      const rows = Array.from({ length: 1_000 }, (_, n) => ({ n, text: `row ${n} ${"x".repeat(1_200)}` }));
      const read = createTool({ description: "Reads a table", args: z.object({}), handler: async (): Promise<object[]> => rows });
      const long = ["a", "b", "c", "d"].map((letter) => letter.repeat(300_000)).join(" ");
      const model = scriptedModel({ steps: [[{ type: "tool-call", toolName: "read", input: {} }], [long]] });
      const agent = new Agent(component, { name: "Tester", languageModel: model, tools: { read }, maxSteps: 3 });
      const threadId = await createThread(ctx, component);
      await (await agent.streamText(ctx, { threadId }, { prompt: "Go" }, { saveStreamDeltas })).text;
      for (let saved = 0; saved < 4; saved = (await savedIn(ctx, threadId)).length) await new Promise((resolve) => setTimeout(resolve));
      expect((await savedIn(ctx, threadId)).map(({ status }) => status)).toEqual(["success", "success", "success", "success"]);
      expect((await storedParts(ctx, threadId, "tool-result"))[0]!.output).toEqual({ type: "json", value: rows });
      expect((await shownIn(ctx, threadId))[1]!.text).toBe(long);
      expect(await listStreams(ctx, component, { threadId })).toEqual([]);
      expect(JSON.stringify(model.calls[1]!.prompt)).toContain("row 999 ");
    }));
});

// get-convex/agent 361, 23
test("clean-up with no waiting time takes what a deleted thread has left, at once, and never what another thread shows", async () => {
  const t = newApp();
  const image = new Uint8Array(100_000).fill(7);
  const [kept, deleted] = await t.action(async (ctx) => {
    const threads = [];
    for (const last of [1, 2]) {
      const threadId = await createThread(ctx, component);
      // A picture that both show, and one of each thread's own.
      const own = image.slice();
      own[0] = last;
      const content = [image, own].map((data) => ({ type: "file" as const, data, mediaType: "image/png" }));
      await new Agent(component, { name: "Tester", languageModel: scriptedModel({ steps: [["Nice."]] }) }).generateText(ctx, { threadId }, { prompt: [{ role: "user", content }] });
      threads.push(threadId);
    }
    return threads;
  });
  const vacuum = () => t.mutation((ctx) => vacuumFiles(ctx, component, { minAge: 0 }));
  expect((await vacuum()).deleted).toEqual([]);
  await t.action((ctx) => deleteThreadSync(ctx, component, { threadId: deleted! }));
  expect((await vacuum()).deleted).toHaveLength(1);
  await t.action(async (ctx) => {
    for (const fileId of (await savedIn(ctx, kept!))[0]!.fileIds ?? []) {
      const { storageId } = (await ctx.runQuery(component.files.get, { fileId }))!;
      expect(await ctx.storage.getUrl(storageId as never)).not.toBeNull();
    }
    expect((await savedIn(ctx, kept!))[0]!.fileIds).toHaveLength(2);
  });
});
