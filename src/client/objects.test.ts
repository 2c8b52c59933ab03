// @vitest-environment edge-runtime
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { parsePartialJson } from "../shared/partialJson.js";
import { emptyReduction, reduceChunks } from "../shared/reduceChunks.js";
import { component, inAction, savedIn, type Ctx } from "../shared/testing/app.js";
import { Agent } from "./agent.js";
import { abortStream, listStreams, syncStreams } from "./streaming/syncStreams.js";
import { scriptedModel, type ScriptedStep } from "./testing/scriptedModel.js";
import { createThread } from "./threads.js";

const schema = z.object({ plan: z.string(), days: z.array(z.string()) });
const words = ['{"plan":"rest', ' well","days":["mon",', ' "tue"]}'];
const whole = { plan: "rest well", days: ["mon", "tue"] };

function planner(steps: readonly ScriptedStep[], usageHandler?: () => Promise<void>) {
  const model = scriptedModel({ steps });
  return { model, agent: new Agent(component, { name: "Planner", languageModel: model, ...(usageHandler && { usageHandler }) }) };
}

function gate(): { promise: Promise<void>; resolve: () => void } {
  const opened = new AbortController();
  const promise = new Promise<void>((resolve) => opened.signal.addEventListener("abort", () => resolve()));
  return { promise, resolve: () => opened.abort() };
}

const log = async (ctx: Ctx, threadId: string) => {
  const [stream] = await listStreams(ctx, component, { threadId, includeStatuses: ["streaming", "finished", "aborted"] });
  const streams = stream && (await syncStreams(ctx, component, { threadId, streamArgs: { kind: "deltas", cursors: [{ streamId: stream.streamId, cursor: 0 }] } }));
  return { stream, text: String(reduceChunks(emptyReduction, streams?.kind === "deltas" ? streams.deltas.flatMap(({ parts }) => parts) : []).parts.at(-1)?.text ?? "") };
};

/** Waits for what happens beside this test, by asking; the runner's time limit ends it. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 1));
}

const isFailed = (ctx: Ctx, threadId: string) => async () => (await savedIn(ctx, threadId)).at(-1)?.status === "failed";

describe("streamObject", () => {
  test("whoever follows the thread sees the object grow, and the saved text is the one that was shown", () =>
    inAction(async (ctx) => {
      const gates = [gate(), gate()];
      const { agent } = planner([[words[0]!, { type: "wait", until: gates[0]!.promise }, words[1]!, { type: "wait", until: gates[1]!.promise }, words[2]!]]);
      const threadId = await createThread(ctx, component);
      const run = agent.streamObject(ctx, { threadId }, { prompt: "Plan", schema }, { saveStreamDeltas: { throttleMs: 0 } });
      const seen: unknown[] = [];
      for (const [index, end] of ["rest", '"mon",'].entries()) {
        await until(async () => (await log(ctx, threadId)).text.endsWith(end));
        seen.push(parsePartialJson((await log(ctx, threadId)).text));
        gates[index]!.resolve();
      }
      expect(seen).toEqual([{ plan: "rest" }, { plan: "rest well", days: ["mon"] }]);
      const result = await run;
      expect(await result.object).toEqual(whole);
      const docs = await savedIn(ctx, threadId);
      expect(docs.map(({ status, text }) => [status, text])).toEqual([["success", "Plan"], ["success", words.join("")]]);
      const { stream, text } = await log(ctx, threadId);
      expect([stream!.status, text]).toEqual(["finished", words.join("")]);
    }));

  test.each([true, false])("is made to its end whether or not it is read, and can be read in every form (deltas: %s)", (saveStreamDeltas) =>
    inAction(async (ctx) => {
      const { agent } = planner([words]);
      const threadId = await createThread(ctx, component);
      const result = await agent.streamObject(ctx, { threadId }, { prompt: "Plan", schema }, { saveStreamDeltas });
      expect(await result.object).toEqual(whole);
      await until(async () => (await savedIn(ctx, threadId)).length === 2);
      const partials: unknown[] = [];
      for await (const partial of result.partialObjectStream) partials.push(partial);
      expect(partials.at(-1)).toEqual(whole);
      let text = "";
      for await (const delta of result.textStream) text += delta;
      expect(JSON.parse(text)).toEqual(whole);
      expect(JSON.parse(await result.toTextStreamResponse().text())).toEqual(whole);
    }));

  test("of an array: its elements, each once", () =>
    inAction(async (ctx) => {
      const { agent } = planner([['{"elements":["a",', '"b","c"]}']]);
      const threadId = await createThread(ctx, component);
      const result = await agent.streamObject(ctx, { threadId }, { prompt: "List", output: "array", schema: z.string() }, { saveStreamDeltas: true });
      const elements: string[] = [];
      for await (const element of result.elementStream) elements.push(element);
      expect(elements).toEqual(["a", "b", "c"]);
      expect(JSON.parse((await savedIn(ctx, threadId)).at(-1)!.text!)).toEqual(["a", "b", "c"]);
    }));

  test("an abort keeps what was seen, ends the model's call and is no error (by stream)", () =>
    inAction(async (ctx) => {
      const stopped = gate();
      const { agent } = planner([[words[0]!, { type: "wait", until: stopped.promise }, words[1]!, { type: "wait", until: gate().promise }]]);
      const threadId = await createThread(ctx, component);
      const run = agent.streamObject(ctx, { threadId }, { prompt: "Plan", schema }, { saveStreamDeltas: { throttleMs: 0 } });
      await until(async () => (await log(ctx, threadId)).text.endsWith("rest"));
      await abortStream(ctx, component, { streamId: (await log(ctx, threadId)).stream!.streamId, reason: "enough" });
      // The writer is told so when it next writes or asks.
      stopped.resolve();
      await run;
      const docs = await savedIn(ctx, threadId);
      expect(docs).toHaveLength(2);
      expect(docs.at(-1)).toMatchObject({ status: "failed", error: "aborted: enough", text: words[0] });
    }));

  test.each([true, false])("an abort by signal keeps what was written (deltas: %s)", (saveStreamDeltas) =>
    inAction(async (ctx) => {
      const stopper = new AbortController();
      const { agent } = planner([[words[0]!, { type: "wait", until: gate().promise }, words[1]!]]);
      const threadId = await createThread(ctx, component);
      const options = { saveStreamDeltas: saveStreamDeltas && { throttleMs: 0, returnImmediately: true } };
      const result = await agent.streamObject(ctx, { threadId }, { prompt: "Plan", schema, abortSignal: stopper.signal }, options);
      for await (const delta of result.textStream) if (delta.includes("rest")) break;
      stopper.abort(new DOMException("enough", "AbortError"));
      await until(isFailed(ctx, threadId));
      expect((await savedIn(ctx, threadId)).at(-1)).toMatchObject({ error: "aborted: enough", text: words[0] });
      expect(await listStreams(ctx, component, { threadId })).toEqual([]);
    }));

  test.each<[string, ScriptedStep, RegExp, string | undefined]>([
    ["a call that fails", { throws: new Error("model down") }, /model down/u, undefined],
    ["a stream that fails", [words[0]!, { type: "error", error: new Error("model down") }], /model down/u, words[0]],
    ["an object that does not fit", ['{"plan":5,"days":[]}'], /schema/u, '{"plan":5,"days":[]}'],
    ["no JSON at all", ["Sorry, no."], /parse/u, "Sorry, no."],
  ])("%s fails the generation with its words, keeps what was written, and is thrown", (_name, step, words, text) =>
    inAction(async (ctx) => {
      for (const saveStreamDeltas of [true, false]) {
        const { agent } = planner([step]);
        const threadId = await createThread(ctx, component);
        const run = agent.streamObject(ctx, { threadId }, { prompt: "Plan", schema, maxRetries: 0 }, { saveStreamDeltas });
        // Who waits for the stream is told by the call, who does not by its result.
        await expect(saveStreamDeltas ? run : run.then(({ object }) => object)).rejects.toThrow(words);
        await until(isFailed(ctx, threadId));
        const reply = (await savedIn(ctx, threadId)).at(-1)!;
        expect(reply.error).toMatch(words);
        expect(reply.text || undefined).toBe(text);
        expect(await listStreams(ctx, component, { threadId })).toEqual([]);
      }
    }));

  test("the usage handler is told of objects that fit and of those that do not", () =>
    inAction(async (ctx) => {
      let told = 0;
      const usageHandler = async () => void told++;
      for (const text of [words.join(""), '{"plan":5}']) {
        const { agent } = planner([[text]], usageHandler);
        const threadId = await createThread(ctx, component);
        await agent.streamObject(ctx, { threadId }, { prompt: "Plan", schema }, { saveStreamDeltas: true }).then(() => {}, () => {});
      }
      expect(told).toBe(2);
    }));
});

test("an object is made without a word of how the SDK would have the app make it, and the app's own log stays", () =>
  inAction(async (ctx) => {
    const before = globalThis.AI_SDK_LOG_WARNINGS;
    const logged: unknown[] = [];
    const log = ({ warnings }: { warnings: unknown[] }) => void logged.push(...warnings);
    globalThis.AI_SDK_LOG_WARNINGS = log;
    try {
      const threadId = await createThread(ctx, component);
      const { agent } = planner([words, words]);
      expect((await agent.generateObject(ctx, { threadId }, { prompt: "Plan", schema })).object).toEqual(whole);
      expect(await (await agent.streamObject(ctx, { threadId }, { prompt: "Plan", schema })).object).toEqual(whole);
      expect(logged).toEqual([]);
      expect(globalThis.AI_SDK_LOG_WARNINGS).toBe(log);
    } finally {
      globalThis.AI_SDK_LOG_WARNINGS = before;
    }
  }));
