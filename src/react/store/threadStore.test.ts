import { describe, expect, test } from "vitest";
import type { UIMessage } from "../wireTypes.js";
import { FakeChat, FAKE_THREAD_ID } from "../testing/fakeChat.js";
import { textChunks } from "../testing/fakeStreams.js";
import { liveUIMessage } from "./liveForms.js";
import { ThreadStore, type ThreadSnapshot } from "./threadStore.js";

function open(chat: FakeChat, options: { initialNumItems?: number; stream?: boolean } = {}) {
  const store = new ThreadStore<UIMessage>(chat.client, {
    args: { threadId: FAKE_THREAD_ID }, initialNumItems: options.initialNumItems ?? 10, stream: options.stream ?? true,
    fromLive: (live, before) => [liveUIMessage(live, before)], nowMs: () => 42,
  });
  const seen: ThreadSnapshot<UIMessage>[] = [];
  const close = store.subscribe(() => seen.push(store.getSnapshot()));
  return { store, seen, close, results: () => store.getSnapshot().results };
}

const outline = (messages: readonly UIMessage[]) => messages.map(({ key, text, status }) => `${key} ${status} ${text}`);

describe.each([["as documented", false], ["packed", true]])("a thread as one list, %s", (_form, packed) => {
  test("shows the field names that tools gave, which cross the wire in a form that Convex takes", () => {
    const chat = new FakeChat({ packed });
    const order = chat.turn(null);
    const { results } = open(chat);
    chat.save({ order, stepOrder: 1, role: "assistant", text: "", parts: [{ type: "dynamic-tool", toolName: "t", toolCallId: "c", state: "output-available", input: { "~esc:%24ref": 1 }, output: { "~esc:gr%C3%B6%C3%9Fe": 2 } }] });
    chat.client.settle();
    const before = results().at(-1)!;
    expect(before.parts[0]).toMatchObject({ input: { $ref: 1 }, output: { größe: 2 } });
    chat.turn();
    chat.client.settle();
    // A message that did not change stays the same object.
    expect(results().find(({ key }) => key === before.key)).toBe(before);
  });

  test("is in the order of the thread, however the query orders a page", () => {
    const chat = new FakeChat({ packed });
    for (let turn = 0; turn < 3; turn++) chat.turn();
    const { results } = open(chat);
    chat.client.settle();
    expect(outline(results())).toEqual([
      "thread1-0-0 success question 0", "thread1-0-1 success answer", "thread1-1-0 success question 1",
      "thread1-1-1 success answer", "thread1-2-0 success question 2", "thread1-2-1 success answer",
    ]);
  });

  test("goes from stream to saved in one step, under the same key, with no moment without the words", () => {
    const chat = new FakeChat({ packed });
    const order = chat.turn(null);
    const { seen, results } = open(chat);
    chat.client.settle();
    chat.streams.start("s", { order, stepOrder: 1 });
    const chunks = textChunks(["Hello", " there", "!"]);
    for (const chunk of chunks) chat.flush("s", [chunk]);
    chat.streams.end("s", "finished");
    chat.save({ order, stepOrder: 1, role: "assistant", text: "Hello there!" });
    chat.client.settle();
    const replies = seen.map(({ results: list }) => list.filter(({ role }) => role === "assistant"));
    const began = replies.findIndex((list) => list.length > 0);
    for (const list of replies.slice(began)) expect(list.map(({ key }) => key)).toEqual([`thread1-${order}-1`]);
    const texts = replies.slice(began).map(([reply]) => reply!.text);
    expect(texts.every((text, index) => text.startsWith(texts[index - 1] ?? ""))).toBe(true);
    expect(outline(results()).at(-1)).toBe("thread1-0-1 success Hello there!");
  });

  test("hides what a running stream has saved so far, and shows it when the stream is gone", () => {
    const chat = new FakeChat({ packed });
    const order = chat.turn(null);
    const { results } = open(chat);
    chat.streams.start("s", { order, stepOrder: 1 });
    chat.flush("s", textChunks(["first step and more"]).slice(0, 4));
    chat.save({ order, stepOrder: 1, role: "assistant", text: "first step" });
    chat.client.settle();
    expect(outline(results())).toEqual(["thread1-0-0 success question 0", "thread1-0-1 streaming first step and more"]);
    chat.streams.end("s", "aborted");
    chat.client.settle();
    expect(outline(results()).at(-1)).toBe("thread1-0-1 success first step");
  });

  test("a stream that says nothing shows as an empty reply and then not at all, and nothing repeats", () => {
    const chat = new FakeChat({ packed });
    const order = chat.turn(null);
    const { seen, results } = open(chat);
    chat.streams.start("s", { order, stepOrder: 1 });
    chat.client.settle();
    expect(outline(results()).at(-1)).toBe("thread1-0-1 streaming ");
    const before = seen.length;
    chat.client.settle();
    expect(seen.length).toBe(before);
    chat.streams.end("s", "finished");
    chat.client.settle();
    expect(results()).toHaveLength(1);
  });

  test("a stream that goes on after an approval is part of the message it continues, also once it has saved a step", () => {
    const chat = new FakeChat({ packed });
    const order = chat.turn(null);
    const call = { type: "tool-pay", toolCallId: "c", state: "approval-responded", input: {}, approval: { id: "a", approved: true } } as const;
    const saved = { order, stepOrder: 1, role: "assistant" as const, text: "" };
    chat.save({ ...saved, parts: [{ type: "step-start" }, call] });
    const { results } = open(chat);
    chat.streams.start("s", { order, stepOrder: 3 });
    const [, ...chunks] = textChunks(["Paid."]);
    chat.flush("s", chunks.slice(0, 5));
    const whole = ["step-start", "tool-pay", "step-start", "text"];
    expect(results().map(({ key }) => key)).toEqual(["thread1-0-0", "thread1-0-1"]);
    expect(results()[1]).toMatchObject({ status: "streaming", text: "Paid." });
    expect(results()[1]!.parts.map(({ type }) => type)).toEqual(whole);
    chat.save({ ...saved, text: "Paid.", parts: [{ type: "step-start" }, call, { type: "step-start" }, { type: "text", text: "Paid." }] });
    chat.client.settle();
    expect(results()[1]!.parts.map(({ type }) => type)).toEqual(whole);
    chat.streams.end("s", "finished");
    chat.client.settle();
    expect(results()[1]).toMatchObject({ key: "thread1-0-1", status: "success", text: "Paid." });
  });

  test("while a reply streams, only that message changes its identity", () => {
    const chat = new FakeChat({ packed });
    for (let turn = 0; turn < 4; turn++) chat.turn();
    const order = chat.turn(null);
    const { results } = open(chat);
    chat.streams.start("s", { order, stepOrder: 1 });
    chat.client.settle();
    const before = results();
    chat.flush("s", textChunks(["word"]).slice(0, 4));
    expect(results().filter((message, index) => message !== before[index])).toHaveLength(1);
    chat.streams.end("s", "finished");
    chat.save({ order, stepOrder: 1, role: "assistant", text: "word" });
    chat.client.settle();
    expect(results().filter((message, index) => message !== before[index]).map(({ stepOrder }) => stepOrder)).toEqual([1]);
  });

  test("a viewer's subscriptions do not change during a reply, from the second one that they see", () => {
    const chat = new FakeChat({ packed });
    for (let turn = 0; turn < 20; turn++) chat.turn();
    open(chat);
    chat.client.settle();
    const first = chat.turn(null);
    chat.streams.start("first", { order: first, stepOrder: 1 });
    chat.client.settle();
    chat.streams.end("first", "finished");
    chat.save({ order: first, stepOrder: 1, role: "assistant", text: "done" });
    chat.client.settle();
    const opened = chat.client.opened.length;
    const sent = chat.client.sent.length;
    const order = chat.turn(null);
    chat.client.settle();
    chat.streams.start("s", { order, stepOrder: 1 });
    for (let flush = 0; flush < 50; flush++) chat.flush("s", [{ type: "text-delta", id: "t", delta: "some words " }]);
    chat.streams.end("s", "finished");
    chat.save({ order, stepOrder: 1, role: "assistant", text: "done" });
    chat.client.settle();
    expect(chat.client.opened).toHaveLength(opened);
    // The question, 50 flushes (the first with the stream's start), and the end: once as saved, once as gone.
    expect(chat.client.sent.length - sent).toBe(1 + 50 + 2);
  });

  test("while an agent's reply streams, what another has answered beside it stays on the page", () => {
    const chat = new FakeChat({ packed });
    const order = chat.turn(null);
    const { results } = open(chat);
    chat.streams.start("slow", { order, stepOrder: 1, agentName: "Slow" });
    chat.save({ order, stepOrder: 2, role: "assistant", text: "Quick answer", agentName: "Quick" });
    chat.flush("slow", textChunks(["Well"]).slice(0, 4));
    expect(results().map(({ agentName, text, status }) => [agentName, text, status])).toEqual([
      [undefined, "question 0", "success"], ["Slow", "Well", "streaming"], ["Quick", "Quick answer", "success"],
    ]);
  });

  test("a stream above the loaded part of the thread is not shown", () => {
    const chat = new FakeChat({ packed });
    for (let turn = 0; turn < 10; turn++) chat.turn();
    chat.streams.start("old", { order: 1, stepOrder: 2 });
    const { store, results } = open(chat, { initialNumItems: 4 });
    chat.client.settle();
    expect(results().map(({ order }) => order)).toEqual([8, 8, 9, 9]);
    store.loadMore(100);
    chat.client.settle();
    expect(store.getSnapshot().status).toBe("Exhausted");
    expect(results().filter(({ status }) => status === "streaming")).toHaveLength(1);
  });

  test("without `stream` no stream is asked for", () => {
    const chat = new FakeChat({ packed });
    chat.turn();
    open(chat, { stream: false });
    chat.client.settle();
    expect(chat.client.opened.every((args) => !("streamArgs" in args))).toBe(true);
  });

  test("nothing is subscribed before somebody listens and after everybody has left", () => {
    const chat = new FakeChat({ packed });
    chat.turn();
    const { close, store } = open(chat);
    chat.client.settle();
    close();
    expect(chat.client.active).toEqual([]);
    expect(store.getSnapshot().results).toHaveLength(2);
  });

  test("what the query throws is told, and forgotten when the query works again", () => {
    const chat = new FakeChat({ packed });
    chat.turn();
    let broken = true;
    const store = new ThreadStore<UIMessage>({
      watch: (args) => {
        const watch = chat.client.watch(args);
        return { ...watch, localQueryResult: () => { if (broken) throw new Error("no access"); return watch.localQueryResult(); } };
      },
    }, { args: { threadId: FAKE_THREAD_ID }, initialNumItems: 5, stream: true, fromLive: () => [], nowMs: () => 0 });
    store.subscribe(() => undefined);
    expect(store.getSnapshot().error).toEqual(new Error("no access"));
    broken = false;
    chat.client.settle();
    expect(store.getSnapshot()).toMatchObject({ error: undefined, status: "Exhausted" });
  });
});
