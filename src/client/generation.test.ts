// @vitest-environment edge-runtime
import { tool } from "ai";
import { convexTest } from "convex-test";
import { componentsGeneric, defineSchema, type GenericActionCtx, type GenericDataModel } from "convex/server";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { emptyReduction, reduceChunks } from "../shared/reduceChunks.js";
import type { UIMessage } from "../shared/uiMessage.js";
import { register } from "../test.js";
import { Agent } from "./agent.js";
import type { AgentOptions } from "./agentOptions.js";
import type { AgentComponent } from "./ctx.js";
import { parseFailure } from "../shared/failureReason.js";
import { listMessages, listUIMessages } from "./listMessages.js";
import { saveMessage } from "./messages.js";
import { abortStream, listStreams, syncStreams } from "./streaming/syncStreams.js";
import { scriptedModel, type ScriptedStep } from "./testing/scriptedModel.js";
import { createThread } from "./threads.js";
import { createTool, type ToolCtx } from "./tools/createTool.js";

const component = componentsGeneric().agent as unknown as AgentComponent;
const path = Symbol.for("toReferencePath");

type Ctx = GenericActionCtx<GenericDataModel>;
type Calls = string[];

/** Runs `run` in an action that counts its calls to the component. */
async function inAction<T>(run: (ctx: Ctx, calls: Calls) => Promise<T>): Promise<T> {
  const t = convexTest(defineSchema({}), { "./convex/_generated/api.js": async () => ({}) });
  register(t);
  return (await t.action(async (ctx) => {
    const calls: Calls = [];
    const counted = (kind: "runQuery" | "runMutation" | "runAction") => async (reference: never, args: never) => {
      calls.push(String(reference[path]).split("/").slice(-2).join("."));
      return (ctx[kind] as (r: never, a: never) => Promise<unknown>)(reference, args);
    };
    const counting = { ...ctx, runQuery: counted("runQuery"), runMutation: counted("runMutation"), runAction: counted("runAction") };
    return run(counting as unknown as Ctx, calls);
  })) as T;
}

const weather = createTool({
  description: "The weather of a city",
  args: z.object({ city: z.string() }),
  handler: async (ctx, { city }): Promise<string> => `Sunny in ${city} for ${ctx.threadId ? "the thread" : "nobody"}`,
});

const weatherCall = { type: "tool-call", toolName: "weather", input: { city: "Oslo" } } as const;

function agentOf(steps: readonly ScriptedStep[], options: Partial<AgentOptions> = {}) {
  const model = scriptedModel({ steps });
  const agent = new Agent(component, { name: "Tester", languageModel: model, tools: { weather }, maxSteps: 5, ...options });
  return { agent, model };
}

const allPages = { cursor: null, numItems: 100 };
const saved = async (ctx: Ctx, threadId: string) =>
  (await listMessages(ctx, component, { threadId, paginationOpts: allPages })).page.toReversed();
const shown = async (ctx: Ctx, threadId: string): Promise<UIMessage[]> =>
  (await listUIMessages(ctx, component, { threadId, paginationOpts: allPages })).page;

describe("generateText", () => {
  test("a reply of one step is two calls: one starts it, one ends it", async () => {
    await inAction(async (ctx, calls) => {
      const { agent } = agentOf([["Hello there."]]);
      const threadId = await createThread(ctx, component);
      calls.length = 0;
      const result = await agent.generateText(ctx, { threadId }, { prompt: "Hi" });
      expect(calls).toEqual(["generations.start", "generations.saveStep"]);
      expect(result.text).toBe("Hello there.");
      expect(result.order).toBe(0);
      const docs = await saved(ctx, threadId);
      expect(docs.map(({ order, stepOrder, text, status, agentName }) => [order, stepOrder, text, status, agentName])).toEqual([
        [0, 0, "Hi", "success", undefined],
        [0, 1, "Hello there.", "success", "Tester"],
      ]);
      expect(result.promptMessageId).toBe(docs[0]!._id);
      expect(result.savedMessages!.map(({ _id }) => _id)).toEqual(docs.map(({ _id }) => _id));
      expect(docs[1]).toMatchObject({ finishReason: "stop", model: "scripted-model", provider: "scripted", usage: { promptTokens: 10, completionTokens: 2 } });
    });
  });

  test("each step of a tool loop is one call, and saves the call with its result", async () => {
    await inAction(async (ctx, calls) => {
      const { agent, model } = agentOf([[weatherCall], [weatherCall], ["Sunny."]]);
      const threadId = await createThread(ctx, component);
      calls.length = 0;
      await agent.generateText(ctx, { threadId }, { prompt: "Weather?" });
      expect(calls).toEqual(["generations.start", "generations.saveStep", "generations.saveStep", "generations.saveStep"]);
      const docs = await saved(ctx, threadId);
      expect(docs.map(({ message }) => message!.role)).toEqual(["user", "assistant", "tool", "assistant", "tool", "assistant"]);
      expect(docs[2]!.message).toMatchObject({ content: [{ type: "tool-result", output: { type: "text", value: "Sunny in Oslo for the thread" } }] });
      // The model of the last step was shown both pairs.
      expect(model.calls[2]!.prompt.map(({ role }) => role)).toEqual(["user", "assistant", "tool", "assistant", "tool"]);
      expect((await shown(ctx, threadId)).map(({ role, status }) => [role, status])).toEqual([["user", "success"], ["assistant", "success"]]);
    });
  });

  test("the thread is the context of the next generation, and a saved prompt is answered where it stands", async () => {
    await inAction(async (ctx) => {
      const { agent, model } = agentOf([["First."], ["Second."], ["Again."]]);
      const threadId = await createThread(ctx, component);
      await agent.generateText(ctx, { threadId }, { prompt: "One" });
      const { messageId } = await saveMessage(ctx, component, { threadId, prompt: "Two" });
      await saveMessage(ctx, component, { threadId, prompt: "Not yet" });
      await agent.generateText(ctx, { threadId }, { promptMessageId: messageId });
      expect(model.calls[1]!.prompt.map(({ content }) => textOf(content))).toEqual(["One", "First.", "Two"]);
      await agent.generateText(ctx, { threadId }, { promptMessageId: messageId });
      expect(model.calls[2]!.prompt.map(({ content }) => textOf(content))).toEqual(["One", "First.", "Two", "Second."]);
      const docs = await saved(ctx, threadId);
      expect(docs.map(({ order, stepOrder, text }) => [order, stepOrder, text])).toEqual([
        [0, 0, "One"], [0, 1, "First."], [1, 0, "Two"], [1, 1, "Second."], [1, 2, "Again."], [2, 0, "Not yet"],
      ]);
    });
  });

  test.each([
    ["none", []],
    ["promptAndOutput", ["prompt", "reply"]],
    ["all", ["context", "prompt", "reply"]],
  ] as const)("saveMessages: %s saves %j", async (saveMessages, texts) => {
    await inAction(async (ctx) => {
      const { agent } = agentOf([["reply"]]);
      const threadId = await createThread(ctx, component);
      const input = { messages: [{ role: "user" as const, content: "context" }], prompt: "prompt" };
      const { text } = await agent.generateText(ctx, { threadId }, input, { storageOptions: { saveMessages } });
      expect(text).toBe("reply");
      expect((await saved(ctx, threadId)).map((doc) => doc.text)).toEqual(texts);
    });
  });

  test("without a thread the component is not called, and tools have their ctx", async () => {
    await inAction(async (ctx, calls) => {
      const { agent, model } = agentOf([[weatherCall], ["Sunny."]]);
      const result = await agent.generateText(ctx, {}, { prompt: "Weather?" });
      expect([result.text, calls]).toEqual(["Sunny.", []]);
      expect(JSON.stringify(model.calls[1]!.prompt)).toContain("Sunny in Oslo for nobody");
    });
  });

  test("tool errors and invalid input go back to the model, in pairs", async () => {
    await inAction(async (ctx) => {
      const fails = createTool({ description: "Fails", args: z.object({}), handler: async (): Promise<string> => { throw new Error("no luck"); } });
      const { agent, model } = agentOf([
        [{ type: "tool-call", toolName: "fails", input: {} }],
        [{ type: "tool-call", toolName: "weather", input: { town: 1 } }],
        ["Sorry."],
      ]);
      const threadId = await createThread(ctx, component);
      const { text } = await agent.generateText(ctx, { threadId }, { prompt: "Go", tools: { fails, weather } });
      expect(text).toBe("Sorry.");
      expect(JSON.stringify(model.calls[1]!.prompt)).toContain("no luck");
      expect((await saved(ctx, threadId)).map(({ message }) => message!.role)).toEqual(["user", "assistant", "tool", "assistant", "tool", "assistant"]);
    });
  });

  test("a provider's error is thrown as it is, and stored with its kind", async () => {
    await inAction(async (ctx) => {
      const { agent } = agentOf([{ throws: new TypeError("fetch failed") }]);
      const threadId = await createThread(ctx, component);
      await expect(agent.generateText(ctx, { threadId }, { prompt: "Hi", maxRetries: 0 })).rejects.toThrow("fetch failed");
      const last = (await saved(ctx, threadId)).at(-1)!;
      expect(last.status).toBe("failed");
      expect(parseFailure(last.error!)).toEqual({ code: "network", message: "fetch failed", retryable: true });
    });
  });

  test("the usage handler is told of every call, in a form that vUsage takes, with the SDK's names to read", async () => {
    await inAction(async (ctx) => {
      const told: unknown[] = [];
      const { agent } = agentOf([[weatherCall], ["Sunny today."]], {
        usageHandler: async (_ctx, { usage, agentName, model, provider, userId }) => {
          told.push([Object.keys(usage), usage.inputTokens, usage.totalTokens, agentName, model, provider, userId]);
        },
      });
      const threadId = await createThread(ctx, component, { userId: "ann" });
      await agent.generateText(ctx, { threadId }, { prompt: "Weather?" });
      const fields = ["promptTokens", "completionTokens", "totalTokens", "reasoningTokens", "cachedInputTokens", "nonCachedInputTokens", "cacheWriteInputTokens", "textOutputTokens"];
      expect(told).toEqual([
        [fields, 10, 11, "Tester", "scripted-model", "scripted", "ann"],
        [fields, 10, 12, "Tester", "scripted-model", "scripted", "ann"],
      ]);
    });
  });

  test("a save that fails is thrown, and stops the model before it is paid for more", async () => {
    await inAction(async (ctx) => {
      const { agent, model } = agentOf([[weatherCall], ["Never said."]]);
      const threadId = await createThread(ctx, component);
      const broken = { ...ctx, runMutation: async (reference: never, args: never) => {
        if (String(reference[path]).endsWith("saveStep")) throw new Error("disk full");
        return ctx.runMutation(reference, args);
      } } as unknown as Ctx;
      await expect(agent.generateText(broken, { threadId }, { prompt: "Weather?" })).rejects.toThrow("disk full");
      expect(model.calls).toHaveLength(1);
    });
  });
});

describe("streamText", () => {
  test("what was streamed reduces to the message that was saved, and the last save ends the stream", async () => {
    await inAction(async (ctx, calls) => {
      const { agent } = agentOf([
        [{ type: "reasoning", text: "Let me look." }, "I will ask.", weatherCall],
        ["It is sunny ", { type: "wait", until: until(async () => calls.includes("streams.addDelta")) }, { type: "source", url: "https://example.com/oslo" }, "in Oslo."],
      ]);
      const threadId = await createThread(ctx, component);
      calls.length = 0;
      const result = await agent.streamText(ctx, { threadId }, { prompt: "Weather?" }, { saveStreamDeltas: true });
      expect(calls.filter((name) => name === "generations.saveStep")).toHaveLength(2);
      expect(calls.filter((name) => name === "generations.start")).toHaveLength(1);
      expect(new Set(calls)).toEqual(new Set(["generations.start", "generations.saveStep", "streams.addDelta"]));
      expect(calls.at(-1)).toBe("generations.saveStep");
      const [stream] = await listStreams(ctx, component, { threadId, includeStatuses: ["streaming", "finished", "aborted"] });
      expect(stream).toMatchObject({ status: "finished", streamId: result.streamId, order: 0, stepOrder: 1 });
      const reply = (await shown(ctx, threadId)).at(-1)!;
      expect(reply.key).toBe(`${threadId}-0-1`);
      expect(await reduced(ctx, threadId, result.streamId!)).toEqual(comparable(reply.parts));
    });
  });

  test("whatever a model says, what was streamed reduces to the message that was saved", async () => {
    const part = fc.oneof(
      fc.string({ minLength: 1, maxLength: 12 }),
      fc.record({ type: fc.constant("reasoning" as const), text: fc.string({ minLength: 1, maxLength: 12 }) }),
      fc.record({ type: fc.constant("source" as const), url: fc.webUrl() }),
      fc.record({ type: fc.constant("tool-call" as const), toolName: fc.constant("weather"), input: fc.oneof(fc.record({ city: fc.string() }), fc.constant({ town: 1 })) }),
    );
    const steps = fc.array(fc.array(part, { maxLength: 5 }), { minLength: 1, maxLength: 3 });
    await inAction(async (ctx) => {
      await fc.assert(
        fc.asyncProperty(steps, async (script) => {
          const { agent } = agentOf([...script, ["The end."]]);
          const threadId = await createThread(ctx, component);
          const result = await agent.streamText(ctx, { threadId }, { prompt: "Go" }, { saveStreamDeltas: { throttleMs: 0 } });
          const reply = (await shown(ctx, threadId)).at(-1)!;
          expect(await reduced(ctx, threadId, result.streamId!)).toEqual(comparable(reply.parts));
        }),
        { numRuns: 40 },
      );
    });
  });

  test("a stop from outside ends the model's call, and keeps what was shown", async () => {
    await inAction(async (ctx) => {
      const stopped = gate();
      const { agent, model } = agentOf([["One two three.", { type: "wait", until: stopped.promise }, " Four.", { type: "wait", until: new Promise(() => {}) }, " Five."]]);
      const threadId = await createThread(ctx, component);
      const result = await agent.streamText(ctx, { threadId }, { prompt: "Count" }, { saveStreamDeltas: { throttleMs: 0, returnImmediately: true } });
      await until(async () => (await reduced(ctx, threadId, result.streamId!)).length > 1);
      expect(await abortStream(ctx, component, { threadId, order: 0, reason: "Enough" })).toBe(true);
      expect((await saved(ctx, threadId)).at(-1)).toMatchObject({ text: "One two three.", status: "failed", error: "aborted: Enough" });
      stopped.resolve();
      await until(async () => model.calls[0]!.abortSignal!.aborted);
      expect((await saved(ctx, threadId)).map(({ text }) => text)).toEqual(["Count", "One two three."]);
    });
  });

  test("an abort by signal keeps what was said, with a stream and without", async () => {
    await inAction(async (ctx) => {
      for (const saveStreamDeltas of [true, false]) {
        const stopper = new AbortController();
        const { agent } = agentOf([["Some words here.", { type: "wait", until: new Promise(() => {}) }]]);
        const threadId = await createThread(ctx, component);
        const options = { saveStreamDeltas: saveStreamDeltas ? { returnImmediately: true } : false };
        const result = await agent.streamText(ctx, { threadId }, { prompt: "Talk", abortSignal: stopper.signal }, options);
        for await (const word of result.textStream) if (word.includes("here.")) stopper.abort(new Error("Stopped by Ann"));
        await until(async () => (await saved(ctx, threadId)).length === 2);
        expect((await saved(ctx, threadId)).at(-1)).toMatchObject({ text: "Some words here.", status: "failed", error: "aborted: Stopped by Ann" });
        expect(await listStreams(ctx, component, { threadId })).toEqual([]);
      }
    });
  });

  test("a stop ends a generation without an error: the call returns", async () => {
    await inAction(async (ctx) => {
      const stopper = new AbortController();
      const { agent } = agentOf([["Some words.", { type: "wait", until: new Promise(() => {}) }]]);
      const threadId = await createThread(ctx, component);
      const run = agent.streamText(ctx, { threadId }, { prompt: "Talk", abortSignal: stopper.signal }, { saveStreamDeltas: true });
      await until(async () => (await listStreams(ctx, component, { threadId })).some(({ live }) => (live?.end ?? 0) > 0));
      stopper.abort(new Error("Stopped"));
      await expect(run).resolves.toMatchObject({ order: 0 });
    });
  });

  describe.each([
    ["before the first word", [{ throws: new Error("model down") }], [["user", "Go"], ["assistant", ""]]],
    ["in the middle of the text", [["So far so good.", { type: "error", error: new Error("model down") }]], [["user", "Go"], ["assistant", "So far so good."]]],
    ["after a tool", [[weatherCall], { throws: new Error("model down") }], [["user", "Go"], ["assistant", ""], ["tool", ""], ["assistant", ""]]],
  ] as [string, ScriptedStep[], [string, string][]][])("an error %s", (_phase, steps, messages) => {
    const failing = async (ctx: Ctx, saveStreamDeltas: boolean | { returnImmediately: true }) => {
      const { agent } = agentOf(steps);
      const threadId = await createThread(ctx, component);
      const run = agent.streamText(ctx, { threadId }, { prompt: "Go", maxRetries: 0 }, { saveStreamDeltas });
      return { threadId, run };
    };
    const expectFailed = async (ctx: Ctx, threadId: string) => {
      await until(async () => (await saved(ctx, threadId)).at(-1)!.status === "failed");
      const docs = await saved(ctx, threadId);
      expect(docs.at(-1)!.error).toBe("model down");
      expect(docs.map(({ message, text }) => [message!.role, text ?? ""])).toEqual(messages);
      expect(await listStreams(ctx, component, { threadId })).toEqual([]);
      expect((await shown(ctx, threadId)).at(-1)!.status).toBe("failed");
    };

    test("fails the generation with its own words, keeps what was shown, and is thrown", () =>
      inAction(async (ctx) => {
        const { threadId, run } = await failing(ctx, true);
        await expect(run).rejects.toThrow("model down");
        await expectFailed(ctx, threadId);
      }));

    test.each([{ returnImmediately: true } as const, false])("is stored when nobody waits (deltas: %j)", (saveStreamDeltas) =>
      inAction(async (ctx) => {
        expect.hasAssertions();
        const { threadId, run } = await failing(ctx, saveStreamDeltas);
        await (await run).consumeStream();
        await expectFailed(ctx, threadId);
      }));
  });

  test("returnImmediately: the HTTP reader and the thread both get all of it", async () => {
    await inAction(async (ctx) => {
      const { agent } = agentOf([[weatherCall], ["All of the answer."]]);
      const threadId = await createThread(ctx, component);
      const result = await agent.streamText(ctx, { threadId }, { prompt: "Go" }, { saveStreamDeltas: { returnImmediately: true } });
      const body = await result.toUIMessageStreamResponse().text();
      expect(body).toContain("answer.");
      expect((await saved(ctx, threadId)).at(-1)).toMatchObject({ text: "All of the answer.", status: "success" });
      expect(await listStreams(ctx, component, { threadId, includeStatuses: ["finished"] })).toHaveLength(1);
    });
  });

  test("a reader who leaves does not stop the generation", async () => {
    await inAction(async (ctx) => {
      const { agent } = agentOf([["One two three four."]]);
      const threadId = await createThread(ctx, component);
      const result = await agent.streamText(ctx, { threadId }, { prompt: "Go" });
      for await (const _word of result.textStream) break;
      await until(async () => (await saved(ctx, threadId)).length === 2);
      expect((await saved(ctx, threadId)).at(-1)!.text).toBe("One two three four.");
    });
  });

  test("a streaming generation is listed with its newest chunks, and no more once it is saved", async () => {
    await inAction(async (ctx) => {
      const seen = gate();
      const { agent } = agentOf([["Hello", { type: "wait", until: seen.promise }, " world"]]);
      const threadId = await createThread(ctx, component);
      const run = agent.streamText(ctx, { threadId }, { prompt: "Go" }, { saveStreamDeltas: true });
      const list = async () => syncStreams(ctx, component, { threadId, streamArgs: { kind: "list" } });
      await until(async () => JSON.stringify(await list()).includes("Hello"));
      seen.resolve();
      await run;
      expect(await list()).toEqual({ kind: "list", messages: [] });
      expect(await syncStreams(ctx, component, { threadId })).toBeUndefined();
    });
  });
});

describe("an agent", () => {
  test("hands its ctx to tools, with fields of the app's own", async () => {
    await inAction(async (ctx) => {
      const whoAmI = createTool({
        description: "Who am I",
        inputSchema: z.object({}),
        execute: async (toolCtx: ToolCtx & { orgId: string }) =>
          `${toolCtx.orgId}/${toolCtx.userId}/${toolCtx.agent?.name}`,
      });
      const plain = tool({ description: "Plain", inputSchema: z.object({}), execute: async () => "plain" });
      const model = scriptedModel({ steps: [[{ type: "tool-call", toolName: "whoAmI", input: {} }, { type: "tool-call", toolName: "plain", input: {} }], ["Done."]] });
      const agent = new Agent<{ orgId: string }>(component, { name: "Tester", chat: model, tools: { whoAmI, plain }, maxSteps: 2 });
      const { thread } = await agent.createThread({ ...ctx, orgId: "acme" }, { userId: "ann" });
      await thread.generateText({ prompt: "Who?" });
      expect(JSON.stringify(model.calls[1]!.prompt)).toMatch(/acme\/ann\/Tester.*plain/u);
      expect(await thread.getMetadata()).toMatchObject({ userId: "ann", status: "active" });
      await thread.updateMetadata({ patch: { title: "Renamed" } });
      expect(await thread.getMetadata()).toMatchObject({ title: "Renamed", userId: "ann" });
    });
  });

  test("a call's own step limit stands before the agent's", async () => {
    await inAction(async (ctx) => {
      const { agent, model } = agentOf([[weatherCall]], { maxSteps: 4 });
      await agent.generateText(ctx, {}, { prompt: "Loop", maxSteps: 2 });
      expect(model.calls).toHaveLength(2);
      await agent.generateText(ctx, {}, { prompt: "Loop" });
      expect(model.calls).toHaveLength(6);
    });
  });

  test("a context handler decides what the model is shown", async () => {
    await inAction(async (ctx) => {
      const { agent, model } = agentOf([["Yes."]]);
      const threadId = await createThread(ctx, component);
      await saveMessage(ctx, component, { threadId, prompt: "Old" });
      await agent.generateText(ctx, { threadId }, { prompt: "New", messages: [{ role: "user", content: "Given" }] }, {
        contextHandler: (_ctx, args) => [{ role: "system", content: "Pinned" }, ...args.inputPrompt, ...args.recent],
      });
      expect(model.calls[0]!.prompt.map(({ content }) => textOf(content))).toEqual(["Pinned", "New", "Old"]);
    });
  });

  test("generateObject saves the object as JSON text", async () => {
    await inAction(async (ctx) => {
      const { agent } = agentOf([['{"plan":"rest"}']]);
      const threadId = await createThread(ctx, component);
      const { object } = await agent.generateObject(ctx, { threadId }, { prompt: "Plan", schema: z.object({ plan: z.string() }) });
      expect(object.plan).toBe("rest");
      expect((await saved(ctx, threadId)).map(({ text }) => text)).toEqual(["Plan", '{"plan":"rest"}']);
    });
  });
});

async function reduced(ctx: Ctx, threadId: string, streamId: string) {
  const chunks = [];
  for (let cursor = 0; ; ) {
    const streams = await syncStreams(ctx, component, { threadId, streamArgs: { kind: "deltas", cursors: [{ streamId, cursor }] } });
    if (streams?.kind !== "deltas" || streams.deltas.length === 0) break;
    chunks.push(...streams.deltas.flatMap(({ parts }) => parts));
    cursor = streams.deltas.at(-1)!.end;
  }
  return comparable(reduceChunks(emptyReduction, chunks).parts as UIMessage["parts"]);
}

function comparable(parts: UIMessage["parts"]): unknown[] {
  return JSON.parse(JSON.stringify(parts)) as unknown[];
}

function textOf(content: unknown): string {
  return typeof content === "string" ? content : (content as { text?: string }[]).map(({ text }) => text ?? "").join("");
}

function gate(): { promise: Promise<void>; resolve: () => void } {
  const opened = new AbortController();
  const promise = new Promise<void>((resolve) => opened.signal.addEventListener("abort", () => resolve()));
  return { promise, resolve: () => opened.abort() };
}

/** Waits for what happens beside this test, by asking; the runner's time limit ends it. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 1));
}
