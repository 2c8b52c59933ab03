// @vitest-environment edge-runtime
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { component, inAction, savedIn, type Ctx } from "../../shared/testing/app.js";
import { gate, until } from "../../shared/testing/interrupted.js";
import { readStreams } from "../../shared/testing/watching.js";
import { Agent } from "../agent.js";
import { listStreams } from "../streaming/syncStreams.js";
import { scriptedModel, type ScriptedStep } from "../testing/scriptedModel.js";
import { createThread } from "../threads.js";
import { createTool } from "../tools/createTool.js";

const REFUSED = "what the database refuses";
const statuses = ["streaming", "finished", "aborted"] as const;
const HOUR_MS = 3_600_000;

/** The ctx of a deployment that refuses every mutation in which a text occurs. */
function refusing(ctx: Ctx): Ctx {
  const runMutation = async (ref: Parameters<Ctx["runMutation"]>[0], args?: object) => {
    if (JSON.stringify(args ?? {}).includes(REFUSED)) throw new Error("Document is too nested");
    return ctx.runMutation(ref, { ...args });
  };
  // One function for all mutations: what each takes and returns is not its business.
  return { ...ctx, runMutation: runMutation as Ctx["runMutation"] };
}

const echo = createTool({ description: "Gives something", args: z.object({}), handler: async (): Promise<string> => REFUSED });
const call = { type: "tool-call", toolName: "echo", toolCallId: "c", input: {} } as const;
const agentOf = (...steps: ScriptedStep[]) => new Agent(component, { name: "Tester", languageModel: scriptedModel({ steps }), tools: { echo }, maxSteps: 3, callSettings: { maxRetries: 0 } });

let warned: ReturnType<typeof vi.spyOn>;
beforeEach(() => {
  warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
});
afterEach(() => {
  warned.mockRestore();
});

describe("law 6: a generation ends, with the reason of its own failure, though what it said last cannot be saved", () => {
  const ended = async (ctx: Ctx, threadId: string) => {
    await until(async () => (await savedIn(ctx, threadId)).some(({ status }) => status === "failed"));
    const streams = await listStreams(ctx, component, { threadId, includeStatuses: [...statuses] });
    const failed = (await savedIn(ctx, threadId)).filter(({ status }) => status === "failed");
    return { streams, failed };
  };

  test("as a stored stream, when a step is refused; what was seen is kept", () =>
    inAction(async (ctx) => {
      const threadId = await createThread(ctx, component);
      const shown = gate();
      const agent = agentOf(["Let me see. ", { type: "wait", until: shown.promise }, call], ["Done."]);
      const reply = agent.streamText(refusing(ctx), { threadId }, { prompt: "Go" }, { saveStreamDeltas: { throttleMs: 0 } }).then((result) => result.consumeStream(), () => undefined);
      await until(async () => JSON.stringify((await readStreams(ctx, threadId, statuses)).parts).includes("Let me see. "));
      shown.open();
      await reply;
      const { streams, failed } = await ended(ctx, threadId);
      expect(streams).toMatchObject([{ status: "aborted", reason: expect.stringContaining("too nested") as string }]);
      expect(failed[0]).toMatchObject({ text: "Let me see. ", error: expect.stringContaining("too nested") as string });
    }));

  test("as a stored stream of which nothing was seen", () =>
    inAction(async (ctx) => {
      const threadId = await createThread(ctx, component);
      await agentOf([call], ["Done."]).streamText(refusing(ctx), { threadId }, { prompt: "Go" }, { saveStreamDeltas: { throttleMs: HOUR_MS } }).then((result) => result.consumeStream(), () => undefined);
      const { streams, failed } = await ended(ctx, threadId);
      expect(streams).toMatchObject([{ status: "aborted", reason: expect.stringContaining("too nested") as string }]);
      expect(failed.map(({ error }) => error)).toEqual([expect.stringContaining("too nested")]);
    }));

  test("as a stored stream, when the model fails and its last words are refused", () =>
    inAction(async (ctx) => {
      const threadId = await createThread(ctx, component);
      const agent = agentOf([`One ${REFUSED}`, { type: "error", error: new Error("no more") }]);
      await agent.streamText(refusing(ctx), { threadId }, { prompt: "Go" }, { saveStreamDeltas: { throttleMs: HOUR_MS } }).then((result) => result.consumeStream(), () => undefined);
      const { streams, failed } = await ended(ctx, threadId);
      expect(streams).toMatchObject([{ status: "aborted", reason: expect.stringContaining("no more") as string }]);
      expect(failed.map(({ error }) => error)).toEqual([expect.stringContaining("no more")]);
      expect(warned).toHaveBeenCalled();
    }));

  test("without a stream", () =>
    inAction(async (ctx) => {
      const threadId = await createThread(ctx, component);
      await expect(agentOf([`One ${REFUSED}`]).generateText(refusing(ctx), { threadId }, { prompt: "Go" })).rejects.toThrow("too nested");
      const agent = agentOf([`One ${REFUSED}`, { type: "error", error: new Error("no more") }]);
      await (await agent.streamText(refusing(ctx), { threadId }, { prompt: "Go" })).consumeStream();
      await until(async () => (await ended(ctx, threadId)).failed.length === 2);
      expect((await ended(ctx, threadId)).failed.map(({ error }) => error)).toEqual([expect.stringContaining("too nested"), expect.stringContaining("no more")]);
    }));
});
