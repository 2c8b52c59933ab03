// @vitest-environment edge-runtime
import type { LanguageModel } from "ai";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { component, inAction, newApp, savedIn, shownIn, storedParts, type App } from "../../shared/testing/app.js";
import { interrupted, never, until } from "../../shared/testing/interrupted.js";
import { readStreams, unpaired, watched } from "../../shared/testing/watching.js";
import { Agent } from "../agent.js";
import { respondToToolCalls, type Continuation } from "../approvals.js";
import { listStreams } from "../streaming/syncStreams.js";
import { scriptedModel, type ScriptedStep } from "../testing/scriptedModel.js";
import { createThread } from "../threads.js";
import { createTool } from "../tools/createTool.js";

const call = (toolName: string, input: object = {}, toolCallId?: string) => ({ type: "tool-call", toolName, input, ...(toolCallId && { toolCallId }) }) as const;
const scripted = (...steps: ScriptedStep[]) => scriptedModel({ steps });

/** An agent whose tool asks first, with what it has done. */
function bank(steps: ScriptedStep[]) {
  const paid: number[] = [];
  const pay = createTool({ description: "Pays", args: z.object({ n: z.number() }), needsApproval: true, handler: async (_ctx, { n }): Promise<string> => (paid.push(n), `paid ${n}`) });
  const model = scriptedModel({ steps });
  return { paid, model, agent: new Agent(component, { name: "Banker", languageModel: model, tools: { pay }, maxSteps: 5 }) };
}

const streamed = { saveStreamDeltas: { throttleMs: 0 } };

async function requested(t: App, { agent }: ReturnType<typeof bank>) {
  const threadId = await t.action(async (ctx) => {
    const threadId_ = await createThread(ctx, component);
    await agent.streamText(ctx, { threadId: threadId_ }, { prompt: "Pay" }, streamed);
    return threadId_;
  });
  const asked = await t.query((ctx) => storedParts(ctx, threadId, "tool-approval-request"));
  return { threadId, approvalIds: asked.map(({ approvalId }) => String(approvalId)) };
}

describe("approvals", () => {
  // get-convex/agent 354
  test("of 60 calls of one step are answered in a few calls, continue once, and run each call once", async () => {
    const t = newApp();
    const the = bank([Array.from({ length: 60 }, (_, n) => call("pay", { n }, `call-${n}`)), ["All paid."]]);
    const { threadId, approvalIds } = await requested(t, the);
    expect(approvalIds).toHaveLength(60);
    const continued: Continuation[] = [];
    for (const part of [approvalIds.slice(0, 25), approvalIds.slice(25)]) {
      const responses = part.map((approvalId) => ({ approvalId, approved: true }));
      await t.mutation((ctx) => respondToToolCalls(ctx, component, { threadId, responses, continueWith: (next) => continued.push(next) }));
    }
    expect(continued).toHaveLength(1);
    await t.action(async (ctx) => void (await the.agent.streamText(ctx, { threadId }, continued[0]!, streamed)));
    expect(the.paid.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, n) => n));
    const [, reply, ...more] = await t.query((ctx) => shownIn(ctx, threadId));
    expect([reply!.status, reply!.text, more]).toEqual(["success", "All paid.", []]);
    expect(unpaired(the.model.calls.at(-1)!.prompt)).toEqual([]);
  });

  // get-convex/agent 185, 352
  test("given, continue the same message by themselves: one assistant message, and none stays streaming", async () => {
    const t = newApp();
    const the = bank([["I will pay.", call("pay", { n: 1 })], ["Paid."]]);
    const { threadId, approvalIds } = await requested(t, the);
    const [, before] = await t.query((ctx) => shownIn(ctx, threadId));
    const scheduled: Continuation[] = [];
    const responses = [{ approvalId: approvalIds[0]!, approved: true }];
    await t.mutation((ctx) => respondToToolCalls(ctx, component, { threadId, responses, continueWith: (next) => scheduled.push(next) }));
    await t.action(async (ctx) => { for (const next of scheduled) await the.agent.streamText(ctx, { threadId }, next, streamed); });
    const after = await t.query((ctx) => shownIn(ctx, threadId));
    expect(after.map(({ key, status }) => [key, status])).toEqual([[after[0]!.key, "success"], [before!.key, "success"]]);
    expect(after[1]!.text).toBe("I will pay.\nPaid.");
    expect(await t.query((ctx) => listStreams(ctx, component, { threadId }))).toEqual([]);
  });
});

// get-convex/agent 172, 240, 142, 162
test("invalid input and failing tools neither stop the reply nor look like successes: the model is told and tries again", () =>
  inAction(async (ctx) => {
    let tries = 0;
    const flaky = createTool({ description: "Flaky", args: z.object({ city: z.string() }), handler: async (): Promise<string> => { tries++; if (tries === 1) throw new Error("no luck"); return "sunny"; } });
    const model = scripted([call("flaky", { town: 1 })], [call("flaky", { city: "Oslo" })], [call("flaky", { city: "Oslo" })], ["Sunny."]);
    const agent = new Agent(component, { name: "Tester", languageModel: model, tools: { flaky }, maxSteps: 5 });
    const threadId = await createThread(ctx, component);
    await agent.streamText(ctx, { threadId }, { prompt: "Weather?" }, streamed);
    const [, reply] = await shownIn(ctx, threadId);
    expect(reply!.parts.flatMap((part) => ("toolCallId" in part ? [part.state] : []))).toEqual(["output-error", "output-error", "output-available"]);
    expect([reply!.status, reply!.text]).toEqual(["success", "Sunny."]);
    expect(JSON.stringify(model.calls[2]!.prompt)).toContain("no luck");
    expect((await readStreams(ctx, threadId)).parts.flatMap((part) => ("toolCallId" in part ? [part.state] : []))).toEqual(["output-error", "output-error", "output-available"]);
  }));

// get-convex/agent 145
test("how many steps a reply takes follows the nearest limit, in whichever form it is given, in every way of calling", () =>
  inAction(async (ctx) => {
    const tool = createTool({ description: "Tool", args: z.object({}), handler: async (): Promise<string> => "more" });
    const after = (count: number) => ({ steps }: { steps: unknown[] }) => steps.length >= count;
    const limits = [
      [{}, {}, 1], [{ maxSteps: 3 }, {}, 3], [{ stopWhen: after(3) }, {}, 3], [{ maxSteps: 3, stopWhen: after(2) }, {}, 2],
      [{ stopWhen: after(3) }, { maxSteps: 2 }, 2], [{ maxSteps: 2 }, { stopWhen: after(4) }, 4],
    ] as const;
    for (const [ofAgent, ofCall, expected] of limits) {
      const model = scripted([call("tool")]);
      const agent = new Agent(component, { name: "Tester", languageModel: model, tools: { tool }, ...ofAgent });
      await agent.generateText(ctx, {}, { prompt: "Go", ...ofCall });
      expect([ofAgent, ofCall, model.calls.length]).toEqual([ofAgent, ofCall, expected]);
      await (await agent.streamText(ctx, {}, { prompt: "Go", ...ofCall })).consumeStream();
      expect(model.calls).toHaveLength(2 * expected);
    }
  }));

// get-convex/agent 125
test("parts that nobody knows yet, and tools that the provider runs itself, never make a save fail", () =>
  inAction(async (ctx) => {
    type Model = Extract<LanguageModel, { specificationVersion: "v4" }>;
    type Content = Awaited<ReturnType<Model["doGenerate"]>>["content"];
    const base = scripted(["Found."]);
    const content = [
      { type: "tool-call", toolCallId: "s1", toolName: "web_search", input: '{"query":"x"}', providerExecuted: true, dynamic: true },
      { type: "tool-result", toolCallId: "s1", toolName: "web_search", result: [{ type: "web_search_result", url: "https://example.com", pageAge: null, $odd: 1n.toString() }], dynamic: true },
      { type: "text", text: "Found." },
    ] as unknown as Content;
    const model: Model = { ...base, doGenerate: async (options) => ({ ...(await base.doGenerate(options)), content }) };
    const agent = new Agent(component, { name: "Tester", languageModel: model });
    const threadId = await createThread(ctx, component);
    await agent.generateText(ctx, { threadId }, { prompt: "Search" });
    expect((await shownIn(ctx, threadId))[1]).toMatchObject({ status: "success", text: "Found." });
    const unknown = { role: "assistant" as const, content: [{ type: "hologram", shape: { sides: 6 } }, { type: "text" as const, text: "Look." }] };
    const { messages } = await ctx.runMutation(component.messages.addMessages, { threadId, promptMessageId: (await savedIn(ctx, threadId))[0]!._id, messages: [{ message: unknown as never }] });
    expect(messages[0]!.message).toEqual(unknown);
    expect((await shownIn(ctx, threadId)).flatMap(({ parts }) => parts.map(({ type }) => String(type)))).toContain("hologram");
    const next = scripted(["Yes."]);
    await agent.generateText(ctx, { threadId }, { prompt: "And now?", model: next });
    // The SDK would fail on a kind that it does not know; what stands beside it is still said.
    expect(JSON.stringify(next.calls[0]!.prompt)).toMatch(/^(?!.*hologram).*Look\./u);
  }));

// get-convex/agent 13
test("sub-agents that run side by side as tools all answer, in threads of their own and in the same one, also while one fails", () =>
  inAction(async (ctx) => {
    const threadId = await createThread(ctx, component, { userId: "ann" });
    const ask = createTool({
      description: "Asks", args: z.object({ who: z.string(), own: z.boolean() }),
      handler: async (toolCtx, { who, own }): Promise<string> => {
        const child = new Agent(component, { name: who, languageModel: who === "broken" ? scripted({ throws: new Error("down") }) : scripted([`${who} says so.`]), callSettings: { maxRetries: 0 } });
        const target = own ? (await child.createThread(toolCtx, { userId: "ann" })).threadId : threadId;
        const result = await child.streamText(toolCtx, { threadId: target }, { prompt: `${who}?` }, streamed);
        return result.text;
      },
    });
    const calls = ["a", "b", "c", "broken"].flatMap((who) => [true, false].map((own) => call("ask", { who, own }, `${who}-${own}`)));
    const agent = new Agent(component, { name: "Boss", languageModel: scripted(calls, ["All asked."]), tools: { ask }, maxSteps: 3 });
    await agent.streamText(ctx, { threadId }, { prompt: "Ask all" }, streamed);
    const results = await storedParts(ctx, threadId, "tool-result");
    expect(results.map(({ toolCallId, output }) => [toolCallId, (output as { type: string }).type])).toEqual(calls.map(({ toolCallId, input }) => [toolCallId, "who" in input && input.who === "broken" ? "error-text" : "text"]));
    const docs = await savedIn(ctx, threadId);
    expect(new Set(docs.map(({ order, stepOrder }) => `${order}-${stepOrder}`)).size).toBe(docs.length);
    expect(docs.filter(({ order }) => order === 0).map(({ message }) => message!.role)).toEqual(["user", "assistant", "tool", "assistant"]);
    expect(await listStreams(ctx, component, { threadId })).toEqual([]);
  }));

test("a call whose input was still written when the reply was stopped is closed, and the next reply works", () =>
  inAction(async (ctx) => {
    const slow = createTool({ description: "Slow", args: z.object({ a: z.string() }), handler: async (): Promise<string> => never });
    const held = interrupted(scripted([call("slow", { a: "b" })]), { after: ({ type }) => type === "tool-input-delta", until: never });
    const agent = new Agent(component, { name: "Tester", languageModel: held, tools: { slow } });
    const stopper = new AbortController();
    const threadId = await createThread(ctx, component);
    const run = agent.streamText(ctx, { threadId }, { prompt: "Go", abortSignal: stopper.signal }, streamed);
    await until(async () => (await watched(ctx, threadId)).includes("input-streaming"));
    stopper.abort();
    await run;
    const next = scripted(["Fine."]);
    await agent.generateText(ctx, { threadId }, { prompt: "Well?", model: next }, { contextOptions: { excludeToolMessages: false } });
    expect(unpaired(next.calls[0]!.prompt)).toEqual([]);
    expect((await shownIn(ctx, threadId)).map(({ status }) => status)).toEqual(["success", "failed", "success", "success"]);
  }));
