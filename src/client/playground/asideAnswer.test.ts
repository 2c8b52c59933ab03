// @vitest-environment edge-runtime
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { callFunction as call, component, newApp, savedIn, type App, type Ctx } from "../../shared/testing/app.js";
import type { StreamMessage } from "../../shared/validators/stream.js";
import { Agent } from "../agent.js";
import { syncStreams } from "../streaming/syncStreams.js";
import { scriptedModel, type ScriptedStep } from "../testing/scriptedModel.js";
import { createTool } from "../tools/createTool.js";
import type { PlaygroundAnswer } from "./answers.js";
import { definePlaygroundAPI } from "./definePlaygroundAPI.js";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"], shouldAdvanceTime: true, advanceTimeDelta: 20 });
});
afterEach(() => {
  vi.useRealTimers();
});

const weather = createTool({ description: "Weather", args: z.object({ city: z.string() }), handler: async () => "sunny" });
const TOOL_CALL = { type: "tool-call" as const, toolName: "weather", input: { city: "Oslo" }, toolCallId: "a" };
const forever = { type: "wait" as const, until: new Promise(() => {}) };

/** A thread in which an agent has said "First", and what it says next. */
async function withThread(steps: ScriptedStep[], run: (parts: Parts) => Promise<void>): Promise<void> {
  const app = newApp();
  await app.action(async (ctx) => {
    const apiKey = await ctx.runMutation(component.apiKeys.issue, { name: "full" });
    const model = scriptedModel({ steps: [["First"], ...steps] });
    const api = definePlaygroundAPI(component, { agents: [new Agent(component, { name: "Helper", languageModel: model, tools: { weather }, maxSteps: 3, callSettings: { maxRetries: 0 } })] });
    const { threadId } = await call<{ threadId: string }>(api.createThread, ctx, { apiKey });
    const at = { apiKey, agentName: "Helper", threadId };
    const { messages } = await call<PlaygroundAnswer>(api.generateText, ctx, { ...at, prompt: "Hello" });
    const live = async () => (await call<{ streams: { messages: StreamMessage[] } }>(api.listLive, ctx, { apiKey, threadId, liveId: 7, streamArgs: { kind: "list", whole: true } })).streams.messages;
    await run({ app, ctx, api, model, at, live, messageId: messages.at(-1)!._id, promptId: messages[0]!._id });
  });
}

interface Parts {
  app: App;
  ctx: Ctx;
  api: ReturnType<typeof definePlaygroundAPI>;
  model: ReturnType<typeof scriptedModel>;
  at: { apiKey: string; agentName: string; threadId: string };
  /** The stream that was asked for as 7. */
  live: () => Promise<StreamMessage[]>;
  messageId: string;
  promptId: string;
}

const textIn = (streams: StreamMessage[]) => streams.flatMap(({ sealed = [], live }) => [...sealed, ...(live?.chunks ?? [])]).flatMap((chunk) => (chunk.type === "text-delta" ? [chunk.delta] : [])).join("");

test("an answer that is not saved is followed by who asked for it, seen by nobody else, and leaves nothing", () => {
  let goOn = () => {};
  const until = new Promise<void>((resolve) => { goOn = resolve; });
  return withThread([["Again and", { type: "wait", until }, " again"]], async ({ app, ctx, api, at, live, messageId }) => {
    const made = call<PlaygroundAnswer>(api.regenerate, ctx, { ...at, messageId, liveId: 7 });
    await vi.waitFor(async () => expect(textIn(await live())).toBe("Again and"), 20_000);
    for (const startOrder of [undefined, -1_000]) {
      expect(await syncStreams(ctx, component, { threadId: at.threadId, streamArgs: { kind: "list", ...(startOrder && { startOrder }) } })).toEqual({ kind: "list", messages: [] });
    }
    expect(await call(api.listStreams, ctx, at)).toEqual([]);
    goOn();
    expect(await made).toMatchObject({ text: "Again and again", finishReason: "stop", messages: [], unsaved: [{ message: { content: [{ text: "Again and" }, { text: " again" }] }, usage: { totalTokens: expect.any(Number) }, timing: {} }] });
    expect(await live()).toMatchObject([{ status: "finished", agentName: "Helper" }]);
    expect(await savedIn(ctx, at.threadId)).toHaveLength(2);
    await app.finishAllScheduledFunctions(() => vi.advanceTimersByTime(120_000));
    expect(await live()).toEqual([]);
  });
});

test("it is stopped before its first word or between its words, and what was said is there to keep", () =>
  withThread([[forever], [TOOL_CALL], ["It is", forever]], async ({ ctx, api, at, live, messageId, promptId }) => {
    const stop = () => call<boolean>(api.abortStream, ctx, { apiKey: at.apiKey, live: { threadId: at.threadId, liveId: 7 } });
    const silent = call<PlaygroundAnswer>(api.regenerate, ctx, { ...at, messageId, liveId: 7 });
    await vi.waitFor(async () => expect(await live()).toHaveLength(1), 20_000);
    expect(await stop()).toBe(true);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(await silent).toMatchObject({ isStopped: true, text: "", unsaved: [{ status: "failed", error: "aborted: Stopped in the playground" }] });

    const said = call<PlaygroundAnswer>(api.streamText, ctx, { ...at, prompt: "Weather?", storageOptions: { saveMessages: "none" }, liveId: 7 });
    await vi.waitFor(async () => expect(textIn(await live())).toBe("It is"), 20_000);
    expect(await stop()).toBe(true);
    expect(await stop()).toBe(false);
    await vi.advanceTimersByTimeAsync(6_000);
    const stopped = await said;
    expect(stopped).toMatchObject({ isStopped: true, text: "It is" });
    expect(stopped.unsaved.map(({ message, status }) => [message.role, status])).toEqual([["assistant", undefined], ["tool", undefined], ["assistant", "failed"]]);
    expect(await savedIn(ctx, at.threadId)).toHaveLength(2);
    await call(api.keepAnswer, ctx, { ...at, promptMessageId: promptId, messages: stopped.unsaved, place: "replace" });
    expect((await savedIn(ctx, at.threadId)).map(({ text, status }) => [text, status])).toEqual([["Hello", "success"], [undefined, "success"], [undefined, "success"], ["It is", "failed"]]);
  }));

test("one that fails says why, to who asked for it and to who follows it", () =>
  withThread([{ throws: new Error("The model is on holiday") }], async ({ ctx, api, at, live, messageId }) => {
    await expect(call(api.regenerate, ctx, { ...at, messageId, liveId: 7 })).rejects.toThrow("on holiday");
    expect((await live())[0]).not.toMatchObject({ status: "streaming" });
    await expect(call(api.regenerate, ctx, { ...at, messageId, liveId: 0 })).rejects.toMatchObject({ data: { code: "invalid_argument" } });
  }));

test("an answer is made again from any step of it: the steps before it stay as they were, also when it is kept", () =>
  withThread([[TOOL_CALL], ["Sunny"], ["Rather sunny"]], async ({ ctx, api, at, model, messageId: _first }) => {
    await call(api.generateText, ctx, { ...at, prompt: "Weather?" });
    const [, asks, gives, answers] = (await savedIn(ctx, at.threadId)).slice(2);
    const again = await call<PlaygroundAnswer>(api.regenerate, ctx, { ...at, messageId: answers!._id, from: "message", liveId: 7 });
    expect(again.text).toBe("Rather sunny");
    expect(model.calls[3]!.prompt).toEqual(model.calls[2]!.prompt);
    await call(api.keepAnswer, ctx, { ...at, promptMessageId: gives!._id, messages: again.unsaved, place: "replace" });
    const kept = (await savedIn(ctx, at.threadId)).slice(2);
    expect(kept.map(({ _id }) => _id)).toEqual([expect.any(String), asks!._id, gives!._id, expect.any(String)]);
    expect(kept.at(-1)).toMatchObject({ text: "Rather sunny", order: 1 });
    await expect(call(api.regenerate, ctx, { ...at, messageId: answers!._id, from: "message", save: true })).rejects.toMatchObject({ data: { code: "invalid_argument" } });
  }));
