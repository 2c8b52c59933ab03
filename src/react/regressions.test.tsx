import { act, cleanup, render, renderHook } from "@testing-library/react";
import { ConvexProvider, type ConvexReactClient } from "convex/react";
import { makeFunctionReference } from "convex/server";
import fc from "fast-check";
import { StrictMode, type ReactNode } from "react";
import { renderToString } from "react-dom/server";
import { afterEach, describe, expect, test } from "vitest";
import type { StreamQuery, ThreadMessagesQuery, UIMessagesQuery } from "./queryTypes.js";
import { FakeChat, FAKE_THREAD_ID } from "./testing/fakeChat.js";
import { textChunks } from "./testing/fakeStreams.js";
import { useSmoothText } from "./useSmoothText.js";
import { useStreamingObject } from "./useStreamingObject.js";
import { useStreamingUIMessages } from "./useStreamingUIMessages.js";
import { useThreadChat } from "./useThreadChat.js";
import { useThreadMessages } from "./useThreadMessages.js";
import { useUIMessages } from "./useUIMessages.js";
import type { MessageDoc, StoredChunk, SyncStreamsReturnValue, UIMessage } from "./wireTypes.js";

// References by name, typed as an app's generated ones would be: with streams, and thus with `streamArgs`.
type Returns<Query extends { _returnType: unknown }> = Query & { _returnType: { streams: SyncStreamsReturnValue | undefined } };
const listQuery = makeFunctionReference<"query">("chat:list") as unknown as Returns<UIMessagesQuery<unknown, UIMessage>>;
const docsQuery = makeFunctionReference<"query">("chat:docs") as unknown as Returns<ThreadMessagesQuery<unknown, MessageDoc>>;
const streamsQuery = makeFunctionReference<"query">("chat:streams") as unknown as StreamQuery;

const args = { threadId: FAKE_THREAD_ID };
const options = { initialNumItems: 2, stream: true } as const;

function provider(chat: FakeChat) {
  const client = { watchQuery: (_query: unknown, queryArgs: Record<string, unknown>) => chat.client.watch(queryArgs) } as unknown as ConvexReactClient;
  return ({ children }: { children: ReactNode }) => <StrictMode><ConvexProvider client={client}>{children}</ConvexProvider></StrictMode>;
}

const settle = (chat: FakeChat) => act(() => chat.client.settle());

function open(chat: FakeChat) {
  const hook = renderHook(() => useUIMessages(listQuery, args, options), { wrapper: provider(chat) });
  settle(chat);
  return hook.result;
}

afterEach(cleanup);

/** The chunks of a step that says one word and, but for the last step, calls a tool. */
const stepChunks = (n: number, isLast: boolean): StoredChunk[] => [
  { type: "start-step" }, { type: "text-start", id: "t" }, { type: "text-delta", id: "t", delta: `word${n}` }, { type: "text-end", id: "t" },
  ...(isLast ? [] : [{ type: "tool-input-available", toolCallId: `c${n}`, toolName: "add", input: {} }, { type: "tool-output-available", toolCallId: `c${n}`, output: n }]),
  { type: "finish-step" },
];

const savedParts = (count: number, steps: number): UIMessage["parts"] => Array.from({ length: count }, (_, n): UIMessage["parts"] => [
  { type: "step-start" }, { type: "text", text: `word${n}`, state: "done" },
  ...(n === steps - 1 ? [] : [{ type: "tool-add" as const, toolCallId: `c${n}`, state: "output-available" as const, input: {}, output: n }]),
]).flat();

describe("while a reply of several steps streams, is saved and ends", () => {
  const words = (count: number) => Array.from({ length: count }, (_, n) => `word${n}`).join("");

  // get-convex/agent 276, 146, 193; tale 184
  test.each([["running streams", ["streaming"]], ["streams in every state", ["streaming", "finished", "aborted"]]] as const)("it is one message under one key that never loses, doubles or takes back a word, and does not stay \"streaming\" (the query lists %s)", (_lists, statuses) => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 4 }), fc.array(fc.constantFrom("save", "look", "look"), { maxLength: 12 }), (steps, between) => {
      const chat = new FakeChat();
      const sync = chat.streams.sync.bind(chat.streams);
      chat.streams.sync = (streamArgs: unknown) => sync(streamArgs, statuses);
      for (let turn = 0; turn < 2; turn++) chat.turn();
      const order = chat.turn(null);
      const result = open(chat);
      const reply = () => result.current.results.filter((message) => message.order === order && message.role === "assistant");
      const said: string[] = [];
      const look = () => {
        settle(chat);
        expect(new Set(result.current.results.map(({ key }) => key)).size).toBe(result.current.results.length);
        expect(reply().length).toBeLessThanOrEqual(1);
        said.push(reply()[0]?.parts.map((part) => (part.type === "text" ? part.text : "")).join("") ?? "");
        expect(said.at(-1)!.startsWith(said.at(-2) ?? "")).toBe(true);
      };
      chat.streams.start("s", { order, stepOrder: 1 });
      chat.streams.flush("s", [{ type: "start" }]);
      const save = (count: number, status: "success" | "pending" = "success") => chat.save({ order, stepOrder: 1, role: "assistant", text: words(count), parts: savedParts(count, steps), status });
      const events = [...between];
      for (let n = 0; n < steps; n++) {
        for (const chunk of stepChunks(n, n === steps - 1)) {
          chat.streams.flush("s", [chunk]);
          if (events.shift() === "look") look();
        }
        // The step's rows are saved a moment before or after its end is seen; the last ones with the end of the stream.
        if (n < steps - 1 && (events.shift() === "save" || n % 2 === 0)) save(n + 1);
        look();
      }
      chat.streams.end("s", "finished");
      save(steps);
      look();
      expect(said.at(-1)).toBe(words(steps));
      expect(reply()[0]).toMatchObject({ status: "success" });
      // What is saved is the truth from now on, also when the app changes it.
      chat.save({ order, stepOrder: 1, role: "assistant", text: "Edited." });
      settle(chat);
      expect(reply()[0]).toMatchObject({ text: "Edited." });
      cleanup();
    }), { numRuns: 25 });
  });

  // get-convex/agent 154
  test("the id and the key of the message stay the same as long as it streams", () => {
    const chat = new FakeChat();
    const order = chat.turn(null);
    const result = open(chat);
    chat.streams.start("s", { order, stepOrder: 1 });
    const seen = new Set<string>();
    for (const chunk of textChunks(["One", " two", " three"])) {
      act(() => chat.flush("s", [chunk]));
      const { id, key } = result.current.results.at(-1)!;
      seen.add(`${id} ${key}`);
    }
    expect(seen.size).toBe(1);
  });
});

// get-convex/agent 273
test("a stream without a single delta renders a bounded number of times, shows an empty reply, and goes when it ends", () => {
  const chat = new FakeChat();
  const order = chat.turn(null);
  let renders = 0;
  const { result } = renderHook(() => { renders++; return useUIMessages(listQuery, args, options); }, { wrapper: provider(chat) });
  settle(chat);
  chat.streams.start("s", { order, stepOrder: 1 });
  settle(chat);
  expect(result.current.results.at(-1)).toMatchObject({ status: "streaming", text: "" });
  const before = renders;
  for (let round = 0; round < 10; round++) settle(chat);
  expect(renders).toBe(before);
  chat.streams.end("s", "aborted");
  settle(chat);
  expect(result.current.results.map(({ role }) => role)).toEqual(["user"]);
});

// get-convex/agent 190
test("a tool input of 12,000 characters in small deltas renders once for each delta, and no more", () => {
  const chat = new FakeChat();
  const order = chat.turn(null);
  let renders = 0;
  const { result } = renderHook(() => { renders++; return useUIMessages(listQuery, args, options); }, { wrapper: provider(chat) });
  settle(chat);
  chat.streams.start("s", { order, stepOrder: 1 });
  act(() => chat.flush("s", [{ type: "start-step" }, { type: "tool-input-start", toolCallId: "c", toolName: "write" }, { type: "tool-input-delta", toolCallId: "c", inputTextDelta: '{"text":"' }]));
  const before = renders;
  for (let delta = 0; delta < 120; delta++) act(() => chat.flush("s", [{ type: "tool-input-delta", toolCallId: "c", inputTextDelta: "x".repeat(100) }]));
  // StrictMode renders twice each time.
  expect(renders - before).toBeLessThanOrEqual(2 * 120);
  expect(result.current.results.at(-1)!.parts.at(-1)).toMatchObject({ type: "tool-write", state: "input-streaming" });
});

const hooks = {
  useUIMessages: () => useUIMessages(listQuery, args, options).results.map(({ text }) => text).join(","),
  useThreadMessages: () => useThreadMessages(docsQuery, args, options).results.map(({ text }) => text).join(","),
  useStreamingUIMessages: () => useStreamingUIMessages(streamsQuery, args)?.map(({ text }) => text).join(",") ?? "",
  useThreadChat: () => useThreadChat(listQuery, args, { ...options, actions: {} }).messages.map(({ text }) => text).join(","),
  useStreamingObject: () => JSON.stringify(useStreamingObject('{"a":"word0').object),
  useSmoothText: () => useSmoothText("word0")[0],
};

describe.each(Object.entries(hooks))("%s", (_name, useIt) => {
  function Shown() {
    return <p>{useIt()}</p>;
  }

  function replying(): FakeChat {
    const chat = new FakeChat();
    const order = chat.turn(null);
    chat.streams.start("s", { order, stepOrder: 1 });
    chat.streams.flush("s", stepChunks(0, true).slice(0, -1));
    return chat;
  }

  test("shows the reply in StrictMode, and leaves no subscription behind", () => {
    const chat = replying();
    const { container, unmount } = render(<Shown />, { wrapper: provider(chat) });
    settle(chat);
    expect(container.textContent).toContain("word0");
    unmount();
    expect(chat.client.active).toEqual([]);
  });

  test("renders on a server without subscribing, and a browser takes over what the server made", () => {
    const chat = replying();
    const Wrapper = provider(chat);
    const container = document.createElement("div");
    container.innerHTML = renderToString(<Wrapper><Shown /></Wrapper>);
    expect(chat.client.opened).toEqual([]);
    document.body.append(container);
    const problems: unknown[] = [];
    render(<Shown />, { wrapper: Wrapper, container, hydrate: true, onRecoverableError: (error: unknown) => void problems.push(error) });
    settle(chat);
    expect(problems).toEqual([]);
    expect(container.textContent).toContain("word0");
    container.remove();
  });

  // get-convex/agent 153, 174
  test("runs where there is no browser, as in React Native: it asks for none of its globals", () => {
    const asked: string[] = [];
    const restore = BROWSER_ONLY.map((name) => watchGlobal(name, asked));
    try {
      const chat = replying();
      const { container } = render(<Shown />, { wrapper: provider(chat) });
      settle(chat);
      act(() => chat.flush("s", [{ type: "text-delta", id: "t", delta: " more" }]));
      expect(container.textContent).toContain("word0");
    } finally {
      for (const undo of restore) undo();
    }
    expect(asked).toEqual([]);
  });
});

const BROWSER_ONLY = ["window", "document", "navigator", "location", "localStorage", "sessionStorage", "structuredClone", "crypto", "requestIdleCallback", "ReadableStream", "TransformStream", "TextDecoder", "TextEncoder", "DOMException", "CustomEvent", "EventTarget", "BroadcastChannel", "MutationObserver", "WeakRef", "FinalizationRegistry"];

/** Notes every use of a global by a file of the library: the test's own renderer needs them. Returns how to undo it. */
function watchGlobal(name: string, asked: string[]): () => void {
  const before = Object.getOwnPropertyDescriptor(globalThis, name);
  // What an environment does not have cannot be read either.
  const value: unknown = Reflect.get(globalThis, name);
  Object.defineProperty(globalThis, name, {
    configurable: true,
    get: () => {
      const caller = new Error("who").stack?.split("\n")[2] ?? "";
      if (/\/src\/(react|shared)\//u.test(caller) && !caller.includes(".test.")) asked.push(`${name} ${caller.trim()}`);
      return value;
    },
    set: () => {},
  });
  return () => {
    if (before === undefined) Reflect.deleteProperty(globalThis, name);
    else Object.defineProperty(globalThis, name, before);
  };
}
