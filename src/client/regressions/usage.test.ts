// @vitest-environment edge-runtime
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { estimateTextTokens } from "../../shared/estimateTokens.js";
import { component, inAction, savedIn, type Ctx } from "../../shared/testing/app.js";
import { gate, interrupted, never, until, type ModelPart } from "../../shared/testing/interrupted.js";
import { Agent } from "../agent.js";
import type { UsageHandler } from "../agentOptions.js";
import { abortStream, listStreams } from "../streaming/syncStreams.js";
import { scriptedEmbeddingModel } from "../testing/scriptedEmbedding.js";
import { scriptedModel, type ScriptedModel, type ScriptedStep } from "../testing/scriptedModel.js";
import { createThread } from "../threads.js";
import { createTool } from "../tools/createTool.js";

type Told = Parameters<UsageHandler>[1];

const lookUp = createTool({ description: "Looks up", args: z.object({}), handler: async (): Promise<string> => "found" });
const call = { type: "tool-call", toolName: "lookUp", input: {} } as const;
const schema = z.object({ plan: z.string() });

/** An agent, and what its usage handler was told. */
function metered(model: ScriptedModel) {
  const told: Told[] = [];
  const usageHandler: UsageHandler = (_ctx, args) => void told.push(args);
  const agent = new Agent(component, { name: "Tester", languageModel: model, tools: { lookUp }, maxSteps: 5, usageHandler, callSettings: { maxRetries: 0 } });
  return { agent, told, counts: () => told.map(({ usage, isEstimate }) => [usage.promptTokens, usage.completionTokens, isEstimate ?? false]) };
}

const scripted = (...steps: ScriptedStep[]) => scriptedModel({ steps });
const isSpoken = (part: ModelPart) => part.type === "text-delta";
const shows = async (ctx: Ctx, threadId: string, text: string) => JSON.stringify(await listStreams(ctx, component, { threadId, whole: true })).includes(text);

// get-convex/agent 293
describe("no blind spot in the bill: a reply that is stopped or fails", () => {
  test.each(["by its signal", "from outside"])("tells its finished steps as counted and the one that was cut off as an estimate (%s)", (way) =>
    inAction(async (ctx) => {
      const more = gate();
      const { agent, told, counts } = metered(scripted([call], ["I had found ", { type: "wait", until: more.promise }, "a lot ", { type: "wait", until: never }]));
      const threadId = await createThread(ctx, component, { userId: "ann" });
      const stopper = new AbortController();
      const run = agent.streamText(ctx, { threadId }, { prompt: "Look it up", abortSignal: stopper.signal }, { saveStreamDeltas: { throttleMs: 0 } });
      await until(() => shows(ctx, threadId, "found "));
      if (way === "by its signal") stopper.abort(new Error("enough"));
      else await abortStream(ctx, component, { threadId, order: 0, reason: "enough" });
      // Its writer is told so when it next writes.
      more.open();
      await run;
      const said = way === "by its signal" ? "I had found " : "I had found a lot ";
      expect(counts()).toEqual([[10, 1, false], [expect.any(Number), estimateTextTokens(said), true]]);
      // What was sent: the prompt, the call, its result and the tool itself.
      expect(told[1]!.usage.promptTokens).toBeGreaterThan(estimateTextTokens("Look it up"));
      expect(told[1]).toMatchObject({ userId: "ann", threadId, agentName: "Tester", model: "scripted-model", provider: "scripted", isEstimate: true });
      expect(told[1]!.usage.totalTokens).toBe(told[1]!.usage.promptTokens! + told[1]!.usage.completionTokens!);
    }));

  test.each([true, false])("is estimated too when the connection breaks in the middle of a word (deltas: %s)", (saveStreamDeltas) =>
    inAction(async (ctx) => {
      const lost = Promise.reject(new TypeError("fetch failed"));
      const { agent, counts } = metered(interrupted(scripted(["Hello there, you."]), { after: isSpoken, until: lost }));
      const threadId = await createThread(ctx, component);
      const run = agent.streamText(ctx, { threadId }, { prompt: "Hi" }, { saveStreamDeltas });
      await run.then((result) => result.consumeStream(), () => undefined);
      await until(async () => (await savedIn(ctx, threadId)).at(-1)?.status === "failed");
      expect(counts()).toEqual([[expect.any(Number), estimateTextTokens("Hello"), true]]);
    }));

  test("without a stream tells what was sent, and leaves out what nobody has seen", () =>
    inAction(async (ctx) => {
      const stopper = new AbortController();
      const model = scriptedModel({ steps: (_call, index) => {
        if (index === 0) return [call];
        setTimeout(() => stopper.abort(new Error("enough")));
        return [{ type: "wait", until: never }];
      } });
      const { agent, counts } = metered(model);
      await expect(agent.generateText(ctx, {}, { prompt: "Look it up", abortSignal: stopper.signal })).rejects.toThrow("enough");
      expect(counts()).toEqual([[10, 1, false], [expect.any(Number), undefined, true]]);
    }));

  test("that the provider has refused, or that was stopped before it was sent, costs nothing", () =>
    inAction(async (ctx) => {
      const refused = metered(scripted({ throws: new Error("401 no such key") }));
      await expect(refused.agent.generateText(ctx, {}, { prompt: "Hi" })).rejects.toThrow("401");
      await (await refused.agent.streamText(ctx, {}, { prompt: "Hi" })).consumeStream();
      await expect(refused.agent.generateObject(ctx, {}, { prompt: "Hi", schema })).rejects.toThrow("401");
      const stopped = metered(scripted(["Hello"]));
      const early = AbortSignal.abort(new Error("too early"));
      await expect(stopped.agent.generateText(ctx, {}, { prompt: "Hi", abortSignal: early })).rejects.toThrow("too early");
      await (await stopped.agent.streamText(ctx, {}, { prompt: "Hi", abortSignal: early })).consumeStream();
      await expect(stopped.agent.generateObject(ctx, {}, { prompt: "Hi", schema, abortSignal: early })).rejects.toThrow("too early");
      expect([refused.told, stopped.told]).toEqual([[], []]);
    }));

  test.each([true, false])("in the middle of a tool tells the step once, as it was counted (deltas: %s)", (saveStreamDeltas) =>
    inAction(async (ctx) => {
      const stopper = new AbortController();
      const slow = createTool({ description: "Slow", args: z.object({}), handler: async (): Promise<string> => { stopper.abort(new Error("enough")); return never; } });
      const { agent, counts } = metered(scripted([{ ...call, toolName: "slow" }]));
      const threadId = await createThread(ctx, component);
      const run = agent.streamText(ctx, { threadId }, { prompt: "Go", tools: { slow }, abortSignal: stopper.signal }, { saveStreamDeltas });
      await (await run).consumeStream();
      await until(async () => (await savedIn(ctx, threadId)).at(-1)?.status === "failed");
      expect(counts()).toEqual([[10, 1, false]]);
    }));

  test.each(["streamText", "generateText"] as const)("between two steps tells the first one once, and nothing of the one that was not sent (%s)", (way) =>
    inAction(async (ctx) => {
      const stopper = new AbortController();
      const { agent, counts } = metered(scripted([call], ["Never asked."]));
      const onStepStart = ({ stepNumber }: { stepNumber: number }) => { if (stepNumber === 1) stopper.abort(new Error("enough")); };
      const args = { prompt: "Look it up", abortSignal: stopper.signal, onStepStart };
      const run = way === "streamText" ? agent.streamText(ctx, {}, args).then((result) => result.consumeStream()) : agent.generateText(ctx, {}, args);
      await run.then(() => undefined, () => undefined);
      expect(counts()).toEqual([[10, 1, false]]);
    }));

  test("an object that does not fit is counted, one that was cut off is estimated", () =>
    inAction(async (ctx) => {
      const unfit = metered(scripted(['{"plan":5}']));
      await expect(unfit.agent.generateObject(ctx, {}, { prompt: "Plan", schema })).rejects.toThrow("schema");
      expect(unfit.counts()).toEqual([[10, 1, false]]);

      const stopper = new AbortController();
      const cut = metered(scripted(['{"plan":"rest', { type: "wait", until: never }]));
      const threadId = await createThread(ctx, component);
      const run = cut.agent.streamObject(ctx, { threadId }, { prompt: "Plan", schema, abortSignal: stopper.signal }, { saveStreamDeltas: true });
      await until(() => shows(ctx, threadId, "rest"));
      stopper.abort(new Error("enough"));
      await run;
      expect(cut.counts()).toEqual([[expect.any(Number), estimateTextTokens('{"plan":"rest'), true]]);

      const again = new AbortController();
      const silent = metered(scriptedModel({ steps: () => {
        setTimeout(() => again.abort(new Error("enough")));
        return [{ type: "wait", until: never }];
      } }));
      const waits = silent.agent.generateObject(ctx, { threadId }, { prompt: "Plan", schema, abortSignal: again.signal });
      await expect(waits).rejects.toThrow("enough");
      expect(silent.counts()).toEqual([[expect.any(Number), undefined, true]]);
      expect((await savedIn(ctx, threadId)).at(-1)).toMatchObject({ status: "failed", error: "aborted: enough" });
    }));
});

// get-convex/agent 191
test("tokens that came out of a provider's cache, and those spent on thinking, are told and stored apart", () =>
  inAction(async (ctx) => {
    const base = scripted(["Hello."]);
    const usage = { inputTokens: { total: 100, noCache: 20, cacheRead: 70, cacheWrite: 10 }, outputTokens: { total: 9, text: 4, reasoning: 5 } };
    const { agent, told } = metered({ ...base, doGenerate: async (options) => ({ ...(await base.doGenerate(options)), usage }) });
    const threadId = await createThread(ctx, component);
    await agent.generateText(ctx, { threadId }, { prompt: "Hi" });
    const counted = { promptTokens: 100, nonCachedInputTokens: 20, cachedInputTokens: 70, cacheWriteInputTokens: 10, completionTokens: 9, textOutputTokens: 4, reasoningTokens: 5, totalTokens: 109 };
    expect(told.map((each) => each.usage)).toEqual([counted]);
    expect((await savedIn(ctx, threadId)).at(-1)!.usage).toEqual(counted);
  }));

test("what is embedded to fetch a context by hand is told with the user whose thread it is", () =>
  inAction(async (ctx) => {
    const told: (string | undefined)[] = [];
    const agent = new Agent(component, { languageModel: scriptedModel({ steps: [] }), embeddingModel: scriptedEmbeddingModel(), usageHandler: (_ctx, { userId }) => void told.push(userId) });
    const threadId = await createThread(ctx, component, { userId: "ann" });
    await agent.fetchContextMessages(ctx, { threadId, searchText: "parrots", contextOptions: { searchOptions: { limit: 1, vectorSearch: true } } });
    expect(told).toEqual(["ann"]);
  }));
