// @vitest-environment node
import { Chat } from "@ai-sdk/react";
import { makeFunctionReference } from "convex/server";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { ConvexChatTransport, type ApprovalResponse, type ConvexChatTransportOptions } from "./chatTransport.js";
import type { UIMessagesQuery } from "./queryTypes.js";
import { FakeChat, FAKE_THREAD_ID } from "./testing/fakeChat.js";
import { textChunks } from "./testing/fakeStreams.js";
import type { UIMessage } from "./wireTypes.js";

const query = makeFunctionReference<"query">("chat:list") as unknown as UIMessagesQuery<unknown, UIMessage>;

type Options = Partial<ConvexChatTransportOptions<typeof query>>;

function setUp(options: Options = {}) {
  const backend = new FakeChat();
  const transport = new ConvexChatTransport({
    client: { watchQuery: (_query, args) => backend.client.watch(args) },
    query,
    send: () => Promise.resolve({ order: backend.turn(null) }),
    ...options,
  });
  const open = (messages: UIMessage[] = []) => new Chat<UIMessage>({ id: FAKE_THREAD_ID, messages, transport });
  return { backend, transport, open };
}

/** Lets everything happen that is ready to happen: promises, streams, and what the fake client has to deliver. */
async function run(backend: FakeChat): Promise<void> {
  for (let round = 0; round < 6; round++) {
    await new Promise((resolve) => setImmediate(resolve));
    backend.client.settle();
  }
}

const textsOf = (chat: Chat<UIMessage>) => chat.messages.map(({ role, parts }) =>
  `${role}: ${parts.map((part) => (part.type === "text" ? part.text : "")).join("")}`);

function saveReply(backend: FakeChat, order: number, text: string, more: Partial<UIMessage> = {}): void {
  backend.save({
    order, stepOrder: 1, role: "assistant", text,
    parts: [{ type: "step-start" }, { type: "text", text, state: "done" }], ...more,
  });
}

describe("useChat on a thread", () => {
  test("sends, streams word by word, and is ready with the whole reply", async () => {
    const { backend, open } = setUp();
    const chat = open();
    const sent = chat.sendMessage({ text: "Hi" });
    await run(backend);
    expect(chat.status).toBe("submitted");
    backend.streams.start("s", { order: 0, stepOrder: 1 });
    const seen: string[] = [];
    for (const chunk of textChunks(["Hello", " there", ", friend."]).slice(0, -2)) {
      backend.flush("s", [chunk]);
      await run(backend);
      seen.push(textsOf(chat)[1] ?? "");
    }
    expect(chat.status).toBe("streaming");
    expect([...new Set(seen)]).toEqual(["assistant: ", "assistant: Hello", "assistant: Hello there", "assistant: Hello there, friend."]);
    backend.streams.end("s", "finished");
    saveReply(backend, 0, "Hello there, friend. Bye.");
    await run(backend);
    await sent;
    expect(textsOf(chat)).toEqual(["user: Hi", "assistant: Hello there, friend. Bye."]);
    expect(chat.messages[1]!.id).toBe(`${FAKE_THREAD_ID}-0-1`);
    expect(chat.status).toBe("ready");
    expect(backend.client.active).toEqual([]);
  });

  test("ends with the saved text, wherever the flushes and seals were cut", async () => {
    await fc.assert(fc.asyncProperty(
      fc.array(fc.string({ minLength: 1, maxLength: 200 }), { minLength: 1, maxLength: 12 }), fc.nat(12), fc.boolean(),
      async (words, cut, isStreamed) => {
        const { backend, open } = setUp();
        const chat = open();
        const sent = chat.sendMessage({ text: "Hi" });
        await run(backend);
        if (isStreamed) {
          backend.streams.start("s", { order: 0, stepOrder: 1 });
          const chunks = textChunks(words).slice(1, -3);
          for (const chunk of chunks.slice(0, cut)) backend.flush("s", [chunk]);
          backend.flush("s", chunks.slice(cut));
          await run(backend);
          backend.streams.end("s", "finished");
        }
        saveReply(backend, 0, words.join(""));
        await run(backend);
        await sent;
        expect(textsOf(chat)[1]).toBe(`assistant: ${words.join("")}`);
        expect(chat.status).toBe("ready");
      },
    ), { numRuns: 15 });
  });

  test("a failure of the reply is the chat's error, in its words; what was said stays", async () => {
    const { backend, open } = setUp();
    const chat = open();
    const sent = chat.sendMessage({ text: "Hi" });
    await run(backend);
    saveReply(backend, 0, "I was", { status: "failed", error: "rate_limited: Too many requests." });
    await run(backend);
    await sent;
    expect(chat.status).toBe("error");
    expect(chat.error?.message).toBe("Too many requests.");
    expect(textsOf(chat)[1]).toBe("assistant: I was");
  });

  test("a refused message is the chat's error, and stays in the list", async () => {
    const { backend, open } = setUp({ send: () => Promise.reject(new Error("no access")) });
    const chat = open();
    await chat.sendMessage({ text: "precious" });
    expect(chat.error?.message).toBe("no access");
    expect(textsOf(chat)).toEqual(["user: precious"]);
    expect(backend.client.active).toEqual([]);
  });

  test("stop asks the app to stop that turn, keeps what was said, and closes the subscriptions", async () => {
    const stop = vi.fn<(turn: { order: number }) => Promise<void>>(() => Promise.resolve());
    const { backend, open } = setUp({ stop });
    const chat = open();
    const sent = chat.sendMessage({ text: "Hi" });
    await run(backend);
    backend.streams.start("s", { order: 0, stepOrder: 1 });
    backend.flush("s", textChunks(["Hello"]).slice(0, 4));
    await run(backend);
    await chat.stop();
    await sent;
    expect(stop.mock.calls).toEqual([[{ threadId: FAKE_THREAD_ID, order: 0 }]]);
    expect(textsOf(chat)[1]).toBe("assistant: Hello");
    expect(chat.status).toBe("ready");
    expect(backend.client.active).toEqual([]);
  });

  test("a stop before the first word reaches the app with its turn, once, also while the message is still on its way", async () => {
    for (const isUnderWay of [false, true]) {
      const stop = vi.fn<(turn: { order: number }) => Promise<void>>(() => Promise.resolve());
      let arrive = (): void => undefined;
      const arrived = new Promise<void>((resolve) => { arrive = resolve; });
      const { backend, open } = setUp({ stop, ...(isUnderWay ? { send: () => arrived.then(() => ({ order: backend.turn(null) })) } : {}) });
      const chat = open();
      const sent = chat.sendMessage({ text: "Hi" });
      await run(backend);
      const stopped = chat.stop();
      arrive();
      await run(backend);
      await Promise.all([sent, stopped]);
      expect(stop.mock.calls).toEqual([[{ threadId: FAKE_THREAD_ID, order: 0 }]]);
      expect({ status: chat.status, error: chat.error, texts: textsOf(chat), active: backend.client.active }).toEqual({ status: "ready", error: undefined, texts: ["user: Hi"], active: [] });
    }
  });

  test("a reply that somebody else stops before its first word ends the wait, and is no error", async () => {
    const { backend, open } = setUp();
    const chat = open();
    const sent = chat.sendMessage({ text: "Hi" });
    await run(backend);
    saveReply(backend, 0, "", { status: "failed", error: "aborted: stopped" });
    await run(backend);
    await sent;
    expect({ status: chat.status, error: chat.error, active: backend.client.active }).toEqual({ status: "ready", error: undefined, active: [] });
  });

  test("a reply that runs while the page loads is found and told to its end, once", async () => {
    const { backend, transport, open } = setUp();
    backend.turn();
    const order = backend.turn(null);
    backend.streams.start("s", { order, stepOrder: 1 });
    const chunks = textChunks(["Hello ", "x".repeat(600), " and", " bye"]);
    backend.streams.flush("s", chunks.slice(0, 5));
    const loading = transport.loadMessages(FAKE_THREAD_ID);
    await run(backend);
    const chat = open(await loading);
    const resumed = chat.resumeStream();
    await run(backend);
    for (const chunk of chunks.slice(5, -2)) backend.flush("s", [chunk]);
    await run(backend);
    backend.streams.end("s", "finished");
    saveReply(backend, order, `Hello ${"x".repeat(600)} and bye`);
    await run(backend);
    await resumed;
    expect(textsOf(chat)).toEqual(["user: question 0", "assistant: answer", "user: question 1", `assistant: Hello ${"x".repeat(600)} and bye`]);
    expect(chat.messages.map(({ id }) => id)).toEqual(["0-0", "0-1", "1-0", "1-1"].map((place) => `${FAKE_THREAD_ID}-${place}`));
  });

  test("a resume that is given up before it has begun, as StrictMode does, stops nothing, and the next one goes on", async () => {
    const stop = vi.fn<() => Promise<void>>(() => Promise.resolve());
    const { backend, transport, open } = setUp({ stop });
    const order = backend.turn(null);
    backend.streams.start("s", { order, stepOrder: 1 });
    backend.streams.flush("s", textChunks(["Hello"]).slice(0, 4));
    const loading = transport.loadMessages(FAKE_THREAD_ID);
    await run(backend);
    const chat = open(await loading);
    const first = chat.resumeStream();
    const left = chat.stop();
    const second = chat.resumeStream();
    await run(backend);
    await Promise.all([first, left]);
    expect(stop).not.toHaveBeenCalled();
    backend.streams.end("s", "finished");
    saveReply(backend, order, "Hello there");
    await run(backend);
    await second;
    expect(textsOf(chat)).toEqual(["user: question 0", "assistant: Hello there"]);
    expect(backend.client.active).toEqual([]);
  });

  test("there is nothing to resume when the newest turn is complete", async () => {
    const { backend, transport } = setUp();
    backend.turn();
    const resumed = transport.reconnectToStream({ chatId: FAKE_THREAD_ID });
    await run(backend);
    expect(await resumed).toBeNull();
    expect(backend.client.active).toEqual([]);
  });

  test("regenerate replaces the reply to the turn that was named, also an older one", async () => {
    const regenerate = vi.fn<(turn: { threadId: string; order: number; promptMessageId: string }) => Promise<void>>(({ order }) => {
      backend.messages = backend.messages.filter((message) => message.order !== order || message.role === "user");
      return Promise.resolve();
    });
    const { backend, transport, open } = setUp({ regenerate });
    for (let turn = 0; turn < 30; turn++) backend.turn();
    const loading = transport.loadMessages(FAKE_THREAD_ID, { numItems: 100 });
    await run(backend);
    const chat = open(await loading);
    const done = chat.regenerate({ messageId: `${FAKE_THREAD_ID}-2-1` });
    await run(backend);
    saveReply(backend, 2, "a better answer");
    await run(backend);
    await done;
    expect(regenerate.mock.calls[0]![0]).toEqual({ threadId: FAKE_THREAD_ID, order: 2, promptMessageId: "doc-2-0" });
    expect(textsOf(chat).at(-1)).toBe("assistant: a better answer");
  });

  test("a decision on a tool call goes to the app, and the reply goes on in the same message", async () => {
    const call = { type: "tool-pay", toolCallId: "c", input: { amount: 5 } } as const;
    const responses: ApprovalResponse[] = [];
    const { backend, open } = setUp({
      respond: (response) => {
        responses.push(response);
        saveReply(backend, 0, "", { parts: [{ type: "step-start" }, { ...call, state: "approval-responded", approval: { id: "a", approved: true } }] });
        return Promise.resolve();
      },
    });
    const chat = open();
    const sent = chat.sendMessage({ text: "pay" });
    await run(backend);
    saveReply(backend, 0, "", { parts: [{ type: "step-start" }, { ...call, state: "approval-requested", approval: { id: "a" } }] });
    await run(backend);
    await sent;
    expect(chat.status).toBe("ready");
    await chat.addToolApprovalResponse({ id: "a", approved: true, reason: "fine" });
    const goesOn = chat.sendMessage();
    await run(backend);
    expect(responses).toEqual([{ threadId: FAKE_THREAD_ID, approvalId: "a", approved: true, reason: "fine" }]);
    expect(chat.status).toBe("submitted");
    saveReply(backend, 0, "Paid.", { parts: [
      { type: "step-start" }, { ...call, state: "output-available", output: "ok", approval: { id: "a", approved: true } },
      { type: "step-start" }, { type: "text", text: "Paid.", state: "done" },
    ] });
    await run(backend);
    await goesOn;
    expect(chat.messages).toHaveLength(2);
    expect(chat.messages[1]!.parts.map((part) => [part.type, "state" in part ? part.state : undefined])).toEqual([
      ["step-start", undefined], ["tool-pay", "output-available"], ["step-start", undefined], ["text", "done"],
    ]);
  });
});
