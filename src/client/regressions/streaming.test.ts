// @vitest-environment edge-runtime
import type { ToolSet } from "ai";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { component, inAction, savedIn, shownIn, storedParts } from "../../shared/testing/app.js";
import { gate, interrupted, never, until } from "../../shared/testing/interrupted.js";
import { readStreams, unpaired, watched } from "../../shared/testing/watching.js";
import { Agent } from "../agent.js";
import { saveMessage } from "../messages.js";
import { DeltaStreamer } from "../streaming/deltaStreamer.js";
import { compressUIMessageChunks } from "../streaming/compress.js";
import { abortStream, listStreams, syncStreams } from "../streaming/syncStreams.js";
import { scriptedModel, type ScriptedModel, type ScriptedStep } from "../testing/scriptedModel.js";
import { createThread } from "../threads.js";
import { createTool } from "../tools/createTool.js";

const fast = createTool({ description: "Fast", args: z.object({ n: z.number().optional() }), handler: async (_ctx, { n }): Promise<string> => `result ${n ?? 0}` });
const slow = createTool({ description: "Slow", args: z.object({}), handler: async (): Promise<string> => never });
const pay = createTool({ description: "Pays", args: z.object({}), needsApproval: true, handler: async (): Promise<string> => "paid" });
const call = (toolName: string, n?: number) => ({ type: "tool-call", toolName, input: n === undefined ? {} : { n }, ...(n !== undefined && { toolCallId: `c${n}` }) }) as const;
const wait = { type: "wait", until: never } as const;
const HOUR_MS = 3_600_000;

const agentOf = (model: ScriptedModel, tools: object = {}) =>
  new Agent(component, { name: "Tester", languageModel: model, tools: { fast, slow, pay, ...tools } as ToolSet, maxSteps: 5, callSettings: { maxRetries: 0 } });
const scripted = (...steps: ScriptedStep[]) => scriptedModel({ steps });
const comparable = (parts: readonly object[]) => JSON.parse(JSON.stringify(parts)) as unknown[];

describe("a reply that ends while its last words wait to be written", () => {
  // get-convex/agent 323, 265, 228
  test.each([false, true])("is whole in the log, in the HTTP response and in the thread, with one result for each call (returnImmediately: %s)", (returnImmediately) =>
    inAction(async (ctx) => {
      const model = scripted([call("fast", 1), call("fast", 2)], ["The tail of it."], ["Next."]);
      const threadId = await createThread(ctx, component);
      // No time for a write between the first and the last.
      const result = await agentOf(model).streamText(ctx, { threadId }, { prompt: "Go" }, { saveStreamDeltas: { throttleMs: HOUR_MS, returnImmediately } });
      expect(await result.toUIMessageStreamResponse().text()).toContain(" it.");
      await until(async () => (await savedIn(ctx, threadId)).length === 4);
      const [, reply, ...more] = await shownIn(ctx, threadId);
      expect([reply!.text, reply!.status, more]).toEqual(["The tail of it.", "success", []]);
      expect((await storedParts(ctx, threadId, "tool-result")).map(({ toolCallId }) => toolCallId)).toEqual(["c1", "c2"]);
      expect(comparable((await readStreams(ctx, threadId)).parts)).toEqual(comparable(reply!.parts));
      expect(await listStreams(ctx, component, { threadId })).toEqual([]);
      await agentOf(model).generateText(ctx, { threadId }, { prompt: "And?" }, { contextOptions: { excludeToolMessages: false } });
      expect(unpaired(model.calls.at(-1)!.prompt)).toEqual([]);
    }));

  // get-convex/agent 181, 224
  test("does not crash when many tools answer in the same moment", () =>
    inAction(async (ctx) => {
      const calls = Array.from({ length: 30 }, (_, n) => call("fast", n));
      const threadId = await createThread(ctx, component);
      await agentOf(scripted(calls, ["Done."])).streamText(ctx, { threadId }, { prompt: "Go" }, { saveStreamDeltas: { throttleMs: 0 } });
      expect(await storedParts(ctx, threadId, "tool-result")).toHaveLength(30);
      expect((await shownIn(ctx, threadId)).at(-1)).toMatchObject({ status: "success", text: "Done." });
    }));

  // get-convex/agent 274
  test.each([true, false])("without having said anything ends all the same, and nothing is pending (deltas: %s)", (saveStreamDeltas) =>
    inAction(async (ctx) => {
      const threadId = await createThread(ctx, component);
      await (await agentOf(scripted([])).streamText(ctx, { threadId }, { prompt: "Go" }, { saveStreamDeltas })).consumeStream();
      await agentOf(scripted([])).generateText(ctx, { threadId }, { prompt: "Go" });
      await until(async () => (await listStreams(ctx, component, { threadId })).length === 0);
      expect(new Set((await savedIn(ctx, threadId)).map(({ status }) => status))).toEqual(new Set(["success"]));
      expect(new Set((await shownIn(ctx, threadId)).map(({ status }) => status))).toEqual(new Set(["success"]));
    }));
});

// get-convex/agent 273
test("a stream that never gets a delta is listed, read and ended like any other", () =>
  inAction(async (ctx) => {
    const threadId = await createThread(ctx, component);
    const streamer = new DeltaStreamer(component, ctx, { onAsyncAbort: async () => {}, compress: compressUIMessageChunks }, { threadId, order: 0, stepOrder: 0, format: "UIMessageChunk" });
    const streamId = await streamer.getStreamId();
    expect(await syncStreams(ctx, component, { threadId, streamArgs: { kind: "list" } })).toMatchObject({ messages: [{ streamId, status: "streaming", live: { from: 0, end: 0, chunks: [] } }] });
    expect(await syncStreams(ctx, component, { threadId, streamArgs: { kind: "deltas", cursors: [{ streamId, cursor: 0 }] } })).toEqual({ kind: "deltas", deltas: [] });
    await streamer.finish();
    expect(await listStreams(ctx, component, { threadId })).toEqual([]);
    expect(await savedIn(ctx, threadId)).toEqual([]);
  }));

// get-convex/agent 221
test("a long tool is seen as soon as its input is complete, not when it is done, however rarely text is written", () =>
  inAction(async (ctx) => {
    const stopper = new AbortController();
    const threadId = await createThread(ctx, component);
    const seen = gate();
    const run = agentOf(scripted(["I look it up.", { type: "wait", until: seen.promise }, call("slow")])).streamText(ctx, { threadId }, { prompt: "Go", abortSignal: stopper.signal }, { saveStreamDeltas: { throttleMs: HOUR_MS } });
    await until(async () => (await watched(ctx, threadId)).includes("I look it up."));
    seen.open();
    await until(async () => (await watched(ctx, threadId)).includes("input-available"));
    expect(await savedIn(ctx, threadId)).toHaveLength(1);
    stopper.abort();
    await run;
  }));

// get-convex/agent 182, 183
test("what a tool saves while the reply streams stands beside it: nothing is overwritten, and both stay", () =>
  inAction(async (ctx) => {
    const threadId = await createThread(ctx, component);
    const note = createTool({
      description: "Notes", args: z.object({}),
      handler: async (toolCtx): Promise<string> => {
        await saveMessage(toolCtx, component, { threadId, ...(toolCtx.messageId !== undefined && { promptMessageId: toolCtx.messageId }), message: { role: "assistant", content: "Working on it." } });
        return "noted";
      },
    });
    await agentOf(scripted(["First.", call("note")], ["Last."]), { note }).streamText(ctx, { threadId }, { prompt: "Go" }, { saveStreamDeltas: { throttleMs: 0 } });
    const docs = await savedIn(ctx, threadId);
    expect(docs.map(({ text }) => text).filter(Boolean).toSorted()).toEqual(["First.", "Go", "Last.", "Working on it."]);
    expect(new Set(docs.map(({ order, stepOrder }) => `${order}-${stepOrder}`)).size).toBe(docs.length);
    expect((await shownIn(ctx, threadId)).map(({ text }) => text).join("\n")).toMatch(/Working on it\.[^]*Last\.|Last\.[^]*Working on it\./u);
  }));

describe("a stop in each state of a reply", () => {
  const inTheInput = { after: ({ type }: { type: string }) => type === "tool-input-delta", until: never };
  type State = [name: string, model: () => ScriptedModel, seen: string, kept: unknown[]];
  const cut = (toolName: string) => ({ type: `tool-${toolName}`, state: "output-error" });
  const looked = { type: "tool-fast", state: "output-available", output: "result 1" };
  const start = { type: "step-start" };
  const states: State[] = [
    ["before the first word", () => scripted([wait]), "[]", [start]],
    ["while it thinks", () => scripted([{ type: "reasoning", text: "Let me think." }, wait]), "think.", [start, { type: "reasoning", text: "Let me think." }]],
    ["in the text", () => scripted(["One two.", wait]), "two.", [start, { type: "text", text: "One two." }]],
    ["while a tool's input arrives", () => interrupted(scripted(["So:", call("slow")]), inTheInput), "input-streaming", [start, { type: "text", text: "So:" }, cut("slow")]],
    ["while a tool runs", () => scripted(["So:", call("slow")]), "input-available", [start, { type: "text", text: "So:" }, cut("slow")]],
    ["between two steps", () => scripted([call("fast", 1)], [wait]), "result 1", [start, looked, start]],
    ["in the second step", () => scripted([call("fast", 1)], ["It is", wait]), "It is", [start, looked, start, { type: "text", text: "It is" }]],
  ];

  // get-convex/agent 61, 359
  test.each(states.flatMap(([name, ...state]) => [[name, "its signal", ...state], [name, "anybody", ...state]] as const))("%s, by %s: ends the model's call, keeps what was seen, leaves pairs", (_name, by, modelOf, seen, kept) =>
    inAction(async (ctx) => {
      const [model, stopper] = [modelOf(), new AbortController()];
      const threadId = await createThread(ctx, component);
      const run = agentOf(model).streamText(ctx, { threadId }, { prompt: "Go", abortSignal: stopper.signal }, { saveStreamDeltas: { throttleMs: 0 } });
      await until(async () => model.calls.length > 0 && (await watched(ctx, threadId)).includes(seen));
      const bySignal = async () => {
        stopper.abort(new Error("enough"));
        await run;
        return true;
      };
      const stop = by === "anybody" ? () => abortStream(ctx, component, { threadId, order: 0, reason: "enough" }) : bySignal;
      expect(await stop()).toBe(true);
      const before = await savedIn(ctx, threadId);
      await bySignal();
      expect(model.calls.at(-1)!.abortSignal!.aborted).toBe(true);
      expect(await listStreams(ctx, component, { threadId })).toEqual([]);
      const [, reply, ...more] = await shownIn(ctx, threadId);
      expect([reply, more]).toMatchObject([{ status: "failed", error: "aborted: enough", parts: kept }, []]);
      // Whoever stopped it first has saved it; nothing is saved twice.
      expect(await savedIn(ctx, threadId)).toEqual(before);
      const next = scripted(["Next."]);
      await agentOf(next).generateText(ctx, { threadId }, { prompt: "And?" }, { contextOptions: { excludeToolMessages: false } });
      expect(unpaired(next.calls[0]!.prompt)).toEqual([]);
    }));

  test("while it waits for an approval, or after its end, stops nothing and changes nothing", () =>
    inAction(async (ctx) => {
      const threadId = await createThread(ctx, component);
      await agentOf(scripted([call("pay")])).streamText(ctx, { threadId }, { prompt: "Go" }, { saveStreamDeltas: true });
      const before = await savedIn(ctx, threadId);
      expect(await abortStream(ctx, component, { threadId, order: 0, reason: "late" })).toBe(false);
      expect(await savedIn(ctx, threadId)).toEqual(before);
      expect(await storedParts(ctx, threadId, "tool-approval-request")).toHaveLength(1);
    }));
});

// get-convex/agent 16
test("one call serves both: who has asked reads the words over HTTP while everybody else sees them in the thread", () =>
  inAction(async (ctx) => {
    const more = gate();
    const threadId = await createThread(ctx, component);
    const result = await agentOf(scripted(["Hello", { type: "wait", until: more.promise }, " there."])).streamText(ctx, { threadId }, { prompt: "Go" }, { saveStreamDeltas: { throttleMs: 0, returnImmediately: true } });
    const reader = result.toTextStreamResponse().body!.getReader();
    const decoder = new TextDecoder();
    expect(decoder.decode((await reader.read()).value)).toBe("Hello");
    await until(async () => (await watched(ctx, threadId)).includes("Hello"));
    more.open();
    await until(async () => (await savedIn(ctx, threadId)).at(-1)!.text === "Hello\n there.");
    let rest = "";
    for (let read = await reader.read(); !read.done; read = await reader.read()) rest += decoder.decode(read.value);
    expect(rest).toBe(" there.");
  }));
