import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { MessageWithMetadata } from "../shared/validators/messageDoc.js";
import type { JsonValue } from "../shared/json.js";
import type { StoredChunk } from "../shared/validators/stream.js";
import { unpackMessages } from "../shared/packedMessages.js";
import { api } from "./_generated/api.js";
import { countRows, failureOfCall, newThread, setup, spokenStep, startStream, textsOf, type Component } from "../shared/testing/component.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const window = { recentMessages: 10, excludeToolMessages: false };
const say = (content: string): MessageWithMetadata => ({ message: { role: "user", content } });
const reply = (content: string): MessageWithMetadata => ({ message: { role: "assistant", content } });
const call: MessageWithMetadata = { message: { role: "assistant", content: [{ type: "text", text: "Let me look." }, { type: "tool-call", toolCallId: "c", toolName: "weather", input: {} }] } };
const result: MessageWithMetadata = { message: { role: "tool", content: [{ type: "tool-result", toolCallId: "c", toolName: "weather", output: { type: "text", value: "sun" } }] } };

async function addTurn(t: Component, threadId: string, prompt: string, answers: MessageWithMetadata[]): Promise<string> {
  const { messages } = await t.mutation(api.messages.addMessages, { threadId, messages: [say(prompt)] });
  const promptMessageId = messages[0]!._id;
  if (answers.length > 0) await t.mutation(api.messages.addMessages, { threadId, promptMessageId, messages: answers });
  return promptMessageId;
}

async function start(t: Component, threadId: string, args: { promptMessageId?: string; messages?: MessageWithMetadata[]; window?: typeof window } = {}) {
  const { recent, turn, ...started } = await t.mutation(api.generations.start, { threadId, messages: [], window, ...args });
  return { ...started, recent: unpackMessages(recent), turn: unpackMessages(turn) };
}

const texts = (docs: readonly { text?: string; message?: { role: string } }[]) => docs.map((doc) => doc.text ?? doc.message?.role);

describe("the context", () => {
  test("a new prompt is saved in the next turn, with what came before it in order", async () => {
    const t = setup();
    const threadId = await newThread(t, "ada");
    await addTurn(t, threadId, "a", [reply("b")]);
    const started = await start(t, threadId, { messages: [say("c")] });
    expect(started).toMatchObject({ order: 1, stepOrder: 1, userId: "ada", turn: [], promptMessageId: started.saved[0]?._id });
    expect(texts(started.recent)).toEqual(["a", "b"]);
    expect(await textsOf(t, threadId)).toEqual(["a", "b", "c"]);
  });

  test("an earlier prompt: nothing after its turn, and its own turn's answers to go on from", async () => {
    const t = setup();
    const threadId = await newThread(t);
    await addTurn(t, threadId, "a", [reply("b")]);
    const promptMessageId = await addTurn(t, threadId, "c", [call, result]);
    await addTurn(t, threadId, "later", [reply("later too")]);
    const started = await start(t, threadId, { promptMessageId });
    expect(texts(started.recent)).toEqual(["a", "b"]);
    expect(texts(started.turn)).toEqual(["c", "Let me look.", "tool"]);
    expect(started).toMatchObject({ order: 1, stepOrder: 3 });
  });

  test("the window takes turns whole: a call never comes without its result", async () => {
    const t = setup();
    const threadId = await newThread(t);
    await addTurn(t, threadId, "a", [call, result, reply("sunny")]);
    for (const recentMessages of [1, 2, 3, 4]) {
      const { recent } = await start(t, threadId, { window: { ...window, recentMessages } });
      expect(texts(recent)).toEqual(["a", "Let me look.", "tool", "sunny"]);
    }
    expect((await start(t, threadId, { window: { ...window, recentMessages: 0 } })).recent).toEqual([]);
  });

  test("without tool messages, what was said around calls stays", async () => {
    const t = setup();
    const threadId = await newThread(t);
    await addTurn(t, threadId, "a", [call, result, reply("sunny")]);
    const { recent } = await start(t, threadId, { window: { recentMessages: 10, excludeToolMessages: true } });
    expect(texts(recent)).toEqual(["a", "Let me look.", "sunny"]);
    expect(JSON.stringify(recent)).not.toContain("tool-call");
  });

  test("what failed before counts in later turns for what it showed, and is not continued in its own", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const promptMessageId = await addTurn(t, threadId, "a", [{ ...reply("half an ans"), status: "failed", error: "stopped" }, { ...reply(""), status: "pending" }]);
    const again = await start(t, threadId, { promptMessageId });
    expect(texts(again.turn)).toEqual(["a"]);
    expect(again.stepOrder).toBe(3);
    expect(texts((await start(t, threadId, { messages: [say("go on")] })).recent)).toEqual(["a", "half an ans"]);
  });

  test("a prompt that is deleted or of another thread is refused by name", async () => {
    const t = setup();
    const [one, other] = [await newThread(t), await newThread(t)];
    const promptMessageId = await addTurn(t, one, "a", []);
    expect(await failureOfCall(start(t, other, { promptMessageId }))).toMatchObject({ code: "message_in_other_thread" });
    await t.mutation(api.messages.deleteByIds, { messageIds: [promptMessageId] });
    expect(await failureOfCall(start(t, one, { promptMessageId }))).toMatchObject({ code: "message_not_found", messageId: promptMessageId });
  });
});

describe("law 1: order", () => {
  test("generations that stream at once have places of their own, in one turn and in new ones, and so have their messages", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const promptMessageId = await addTurn(t, threadId, "a", []);
    const stream = { format: "UIMessageChunk" as const };
    const atOnce = [{ promptMessageId }, { promptMessageId }, {}, {}, { promptMessageId }, { messages: [say("b")] }].map((from) =>
      t.mutation(api.generations.start, { threadId, messages: [], window, stream, ...from }));
    const started = await Promise.all(atOnce);
    const places = started.map(({ order, stepOrder }) => `${order}-${stepOrder}`);
    expect(new Set(places).size).toBe(places.length);
    const listed = await t.query(api.streams.list, { threadId });
    expect(listed.map(({ order, stepOrder }) => `${order}-${stepOrder}`).toSorted()).toEqual(places.toSorted());
    for (const [index, { streamId, order, stepOrder }] of started.entries()) {
      await t.mutation(api.generations.saveStep, { threadId, order, stepOrder, messages: [reply(String(index))], stream: { streamId: streamId!, finish: true } });
    }
    const { page } = await t.query(api.messages.listMessagesByThreadId, { threadId, order: "asc", paginationOpts: { cursor: null, numItems: 100 } });
    expect(page).toHaveLength(8);
    expect(new Set(page.map(({ order, stepOrder }) => `${order}-${stepOrder}`)).size).toBe(8);
  });
});

describe("law 5: exactly once", () => {
  test("the last step's messages and the end of the stream are one mutation, and repeating it changes nothing", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const { streamId, order, stepOrder } = await startStream(t, threadId);
    const parts = spokenStep("It is sunny.");
    const last = { threadId, order, stepOrder, messages: [reply("It is sunny.")], stream: { streamId, delta: { start: 0, end: parts.length, parts }, finish: true } };
    const first = await t.mutation(api.generations.saveStep, last);
    const after = await countRows(t);
    const repeated = await t.mutation(api.generations.saveStep, last);
    expect(repeated.isOpen).toBe(true);
    expect(repeated.messages.map(({ _id }) => _id)).toEqual(first.messages.map(({ _id }) => _id));
    expect(await countRows(t)).toEqual(after);
    expect(await t.query(api.streams.list, { threadId })).toEqual([]);
    expect(await textsOf(t, threadId)).toEqual(["Hello", "It is sunny."]);
  });

  test("a step between is saved once however often it is repeated, and the stream goes on where it was", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const { streamId, order, stepOrder } = await startStream(t, threadId);
    const parts = spokenStep("Let me look.");
    const step = { threadId, order, stepOrder, messages: [call, result], stream: { streamId, delta: { start: 0, end: parts.length, parts }, finish: false } };
    for (let times = 0; times < 3; times++) expect((await t.mutation(api.generations.saveStep, step)).messages).toHaveLength(2);
    expect((await t.query(api.streams.list, { threadId }))[0]?.live?.end).toBe(parts.length);
    // The prompt, and the step with its results.
    expect(await countRows(t)).toMatchObject({ messages: 2, streams: 1 });
  });

  test("two generations that say the same in one turn are both saved, and both streams end", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const promptMessageId = await addTurn(t, threadId, "a", []);
    const both = await Promise.all([0, 1].map(() => t.mutation(api.generations.start, { threadId, promptMessageId, messages: [], window, stream: { format: "UIMessageChunk" } })));
    const parts = spokenStep("OK");
    for (const { streamId, order, stepOrder } of both) {
      await t.mutation(api.generations.saveStep, { threadId, order, stepOrder, messages: [reply("OK")], stream: { streamId: streamId!, delta: { start: 0, end: parts.length, parts }, finish: true } });
    }
    expect(await textsOf(t, threadId)).toEqual(["a", "OK", "OK"]);
    expect(await t.query(api.streams.list, { threadId })).toEqual([]);
  });

  test("a generation that was stopped saves nothing more and is told so", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const { streamId, order, stepOrder } = await startStream(t, threadId);
    await t.mutation(api.streams.abort, { streamId, reason: "stopped" });
    const saved = await t.mutation(api.generations.saveStep, { threadId, order, stepOrder, messages: [reply("late")], stream: { streamId, finish: true } });
    expect(saved).toEqual({ isOpen: false, messages: [] });
    expect(await textsOf(t, threadId)).toEqual(["Hello", ""]);
  });

  test("a generation whose prompt was deleted saves nothing more and is told so, with a stream or without", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const streamed = await startStream(t, threadId);
    const silent = await start(t, threadId, { messages: [say("b")] });
    await t.mutation(api.messages.deleteByIds, { messageIds: [streamed, silent].map(({ promptMessageId }) => promptMessageId!) });
    const { streamId, order, stepOrder } = streamed;
    expect((await t.mutation(api.generations.saveStep, { threadId, order, stepOrder, messages: [reply("x")], stream: { streamId, finish: true } })).isOpen).toBe(false);
    expect(await t.mutation(api.streams.addDelta, { streamId, delta: { start: 0, end: 1, parts: [] } })).toBe(false);
    const { promptMessageId } = silent;
    expect((await t.mutation(api.generations.saveStep, { threadId, promptMessageId, order: silent.order, stepOrder: silent.stepOrder, messages: [reply("x")] })).isOpen).toBe(false);
    expect(await countRows(t)).toEqual({ threads: 1, threadActivity: 1 });
  });
});

describe("failures", () => {
  test("a generation that fails leaves its reason and what its stream showed; its stream ends", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const { streamId, order, stepOrder } = await startStream(t, threadId);
    const parts = spokenStep("So far so").slice(0, -2);
    const failed = { threadId, order, stepOrder, error: "rate_limited: slow down", stream: { streamId, delta: { start: 0, end: parts.length, parts } } };
    expect(await t.mutation(api.generations.fail, failed)).toMatchObject({ ended: true, messages: [{ text: "So far so", status: "failed", error: "rate_limited: slow down" }] });
    expect(await t.mutation(api.generations.fail, { ...failed, stream: { streamId } })).toEqual({ ended: false, messages: [] });
    expect(await t.query(api.streams.list, { threadId })).toEqual([]);
  });

  test("without a stream: what the caller says was said, or an empty message, with the reason", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const { order, stepOrder } = await start(t, threadId, { messages: [say("a")] });
    await t.mutation(api.generations.fail, { threadId, order, stepOrder, error: "network: gone", messages: [reply("half")] });
    await t.mutation(api.generations.fail, { threadId, order, stepOrder, error: "network: gone" });
    const { page } = await t.query(api.messages.listMessagesByThreadId, { threadId, order: "asc", paginationOpts: { cursor: null, numItems: 9 } });
    expect(page.slice(1).map(({ text, status, error }) => [text, status, error])).toEqual([["half", "failed", "network: gone"], ["", "failed", "network: gone"]]);
  });

  describe("results of tools that are larger than a log holds", () => {
    const calls = ["large", "small"].map((toolCallId): StoredChunk => ({ type: "tool-input-available", toolCallId, toolName: "tool", input: {} }));
    const gave = (toolCallId: string, output: JsonValue): StoredChunk => ({ type: "tool-output-available", toolCallId, output });
    const parts: StoredChunk[] = [{ type: "start-step" }, ...calls, gave("large", { text: "B".repeat(200_000) }), gave("small", { omittedBytes: 5 })];
    const known = (toolCallId: string, value: string): MessageWithMetadata => ({ message: { role: "tool", content: [{ type: "tool-result", toolCallId, toolName: "tool", output: { type: "text", value } }] } });
    const tooLarge = { type: "error-text", value: expect.stringMatching(/^The tool ran, but its result of 200\d\d\d bytes was too large to keep/u) };
    const asGiven = { type: "json", value: { omittedBytes: 5 } };

    async function inStep(t: Component) {
      const threadId = await newThread(t);
      const { streamId, order, stepOrder } = await startStream(t, threadId);
      await t.mutation(api.streams.addDelta, { streamId, delta: { start: 0, end: parts.length, parts } });
      const failing = { threadId, order, stepOrder, error: "network: gone", stream: { streamId } };
      return { threadId, streamId, failing, outputs: () => outputsOf(t, threadId) };
    }

    async function outputsOf(t: Component, threadId: string): Promise<unknown[]> {
      const { page } = await t.query(api.messages.listMessagesByThreadId, { threadId, order: "asc", paginationOpts: { cursor: null, numItems: 9 } });
      return page.flatMap(({ message }) => (message?.role === "tool" ? message.content.map((part) => (part.type === "tool-result" ? part.output : part.type)) : []));
    }

    test("are failures in words where nobody has them any more, and no call stays without its result", async () => {
      const t = setup();
      const { threadId, outputs } = await inStep(t);
      await vi.advanceTimersByTimeAsync(61_000);
      await t.finishInProgressScheduledFunctions();
      expect(await t.query(api.streams.list, { threadId })).toEqual([]);
      expect(await outputs()).toEqual([tooLarge, asGiven]);
    });

    test("are whole where who wrote the stream hands them over as it ends, or after somebody else has ended it", async () => {
      for (const isStopped of [false, true]) {
        const t = setup();
        const { streamId, failing, outputs } = await inStep(t);
        if (isStopped) await t.mutation(api.streams.abort, { streamId, reason: "stopped" });
        const messages = [known("large", "B".repeat(200_000)), known("other", "not of this stream")];
        for (let times = 0; times < 2; times++) await t.mutation(api.generations.fail, { ...failing, messages });
        expect(await outputs()).toEqual([{ type: "text", value: "B".repeat(200_000) }, asGiven]);
      }
    });

    test("are left out where they are more than one end can save: it ends all the same", async () => {
      const t = setup();
      const { threadId, failing, outputs } = await inStep(t);
      await t.mutation(api.generations.fail, { ...failing, messages: [known("large", "B".repeat(7_000_000)), known("small", "five")] });
      expect(await outputs()).toEqual([tooLarge, { type: "text", value: "five" }]);
      expect(await t.query(api.streams.list, { threadId })).toEqual([]);
    });
  });
});
