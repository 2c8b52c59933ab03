import { act, cleanup, render, renderHook } from "@testing-library/react";
import { ConvexProvider, type ConvexReactClient } from "convex/react";
import { makeFunctionReference } from "convex/server";
import { Component, StrictMode, type ReactNode } from "react";
import { renderToString } from "react-dom/server";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { StreamQuery, ThreadMessagesQuery, UIMessagesQuery } from "./queryTypes.js";
import { SmoothText } from "./SmoothText.js";
import { FakeChat, FAKE_THREAD_ID } from "./testing/fakeChat.js";
import { textChunks } from "./testing/fakeStreams.js";
import { useSmoothText } from "./useSmoothText.js";
import { useStreamingUIMessages } from "./useStreamingUIMessages.js";
import { useThreadMessages } from "./useThreadMessages.js";
import { useUIMessages } from "./useUIMessages.js";
import type { MessageDoc, SyncStreamsReturnValue, UIMessage } from "./wireTypes.js";

// References by name, typed as an app's generated ones would be: with streams, and thus with `streamArgs`.
type Streams = { streams: SyncStreamsReturnValue | undefined };
type Returns<Query extends { _returnType: unknown }> = Query & { _returnType: Streams };
const listQuery = makeFunctionReference<"query">("chat:list") as unknown as Returns<UIMessagesQuery<unknown, UIMessage>>;
const docsQuery = makeFunctionReference<"query">("chat:docs") as unknown as Returns<ThreadMessagesQuery<unknown, MessageDoc>>;
const streamsQuery = makeFunctionReference<"query">("chat:streams") as unknown as StreamQuery;

/** A Convex client as far as the hooks use it. */
function provider(chat: FakeChat) {
  const client = { watchQuery: (_query: unknown, args: Record<string, unknown>) => chat.client.watch(args) } as unknown as ConvexReactClient;
  return ({ children }: { children: ReactNode }) => <StrictMode><ConvexProvider client={client}>{children}</ConvexProvider></StrictMode>;
}

const options = { initialNumItems: 10, stream: true } as const;
const settle = (chat: FakeChat) => act(() => chat.client.settle());

function List() {
  const { results, status } = useUIMessages(listQuery, { threadId: FAKE_THREAD_ID }, options);
  return <main data-status={status}>{results.map((message) => <p key={message.key}>{message.text}</p>)}</main>;
}

function Status() {
  return <i>{useUIMessages(listQuery, { threadId: "t" }, options).status}</i>;
}

afterEach(cleanup);

describe("useUIMessages", () => {
  test("in StrictMode: loads, streams and saves under one key, without remounting the row", () => {
    const chat = new FakeChat();
    const order = chat.turn(null);
    const { container } = render(<List />, { wrapper: provider(chat) });
    expect(container.querySelector("main")!.dataset.status).toBe("LoadingFirstPage");
    settle(chat);
    chat.streams.start("s", { order, stepOrder: 1 });
    for (const chunk of textChunks(["Hello", " you"])) act(() => chat.flush("s", [chunk]));
    const streaming = container.querySelectorAll("p")[1]!;
    expect(streaming.textContent).toBe("Hello you");
    chat.streams.end("s", "finished");
    chat.save({ order, stepOrder: 1, role: "assistant", text: "Hello you" });
    settle(chat);
    expect(container.querySelectorAll("p")[1]).toBe(streaming);
    expect(container.textContent).toBe("question 0Hello you");
  });

  test("each delta renders once, and another subscription's callback in the same moment renders nothing more", () => {
    const chat = new FakeChat();
    const order = chat.turn(null);
    let renders = 0;
    const { result } = renderHook(() => { renders++; return useUIMessages(listQuery, { threadId: FAKE_THREAD_ID }, options); }, { wrapper: provider(chat) });
    settle(chat);
    chat.streams.start("s", { order, stepOrder: 1 });
    settle(chat);
    const before = renders;
    for (let delta = 0; delta < 20; delta++) act(() => chat.flush("s", [{ type: "text-delta", id: "t", delta: "x" }]));
    chat.streams.end("s", "finished");
    chat.save({ order, stepOrder: 1, role: "assistant", text: "x".repeat(20) });
    settle(chat);
    // StrictMode renders twice each time.
    expect(renders - before).toBe(2 * (20 + 1));
    expect(result.current.results.at(-1)!.status).toBe("success");
  });

  test("another thread shows nothing of the one before, not for one frame", () => {
    const chat = new FakeChat();
    chat.turn();
    const seen: [string, number][] = [];
    const { rerender } = renderHook(({ threadId }) => {
      const { results } = useUIMessages(listQuery, { threadId }, options);
      seen.push([threadId, results.length]);
    }, { wrapper: provider(chat), initialProps: { threadId: FAKE_THREAD_ID } });
    settle(chat);
    rerender({ threadId: "other" });
    expect(seen.filter(([threadId]) => threadId === "other").map(([, length]) => length)).not.toContain(2);
  });

  test("\"skip\" subscribes to nothing; leaving closes everything", () => {
    const chat = new FakeChat();
    const { rerender, unmount, result } = renderHook(
      ({ skip }) => useUIMessages(listQuery, skip ? "skip" : { threadId: FAKE_THREAD_ID }, options),
      { wrapper: provider(chat), initialProps: { skip: true } },
    );
    expect(chat.client.active).toEqual([]);
    expect(result.current).toMatchObject({ status: "LoadingFirstPage", isLoading: true, results: [] });
    rerender({ skip: false });
    expect(chat.client.active.length).toBeGreaterThan(0);
    unmount();
    expect(chat.client.active).toEqual([]);
  });

  test("what the query throws reaches the error boundary", () => {
    const chat = new FakeChat();
    const client = { watchQuery: () => ({ onUpdate: () => () => undefined, localQueryResult: () => { throw new Error("no access"); } }) };
    class Boundary extends Component<{ children: ReactNode }, { said: string }> {
      override state = { said: "" };
      static getDerivedStateFromError = (error: Error) => ({ said: error.message });
      override render() { return this.state.said === "" ? this.props.children : <b>{this.state.said}</b>; }
    }
    const logged = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { container } = render(<ConvexProvider client={client as unknown as ConvexReactClient}><Boundary><Status /></Boundary></ConvexProvider>);
    expect(container.textContent).toBe("no access");
    logged.mockRestore();
    expect(chat.client.active).toEqual([]);
  });

  test("renders on a server as loading, and subscribes to nothing there", () => {
    const chat = new FakeChat();
    const Wrapper = provider(chat);
    expect(renderToString(<Wrapper><Status /></Wrapper>)).toBe("<i>LoadingFirstPage</i>");
    expect(chat.client.active).toEqual([]);
  });

  test("loadMore keeps its identity while replies stream", () => {
    const chat = new FakeChat();
    const order = chat.turn(null);
    const { result } = renderHook(() => useUIMessages(listQuery, { threadId: FAKE_THREAD_ID }, options), { wrapper: provider(chat) });
    settle(chat);
    const { loadMore } = result.current;
    chat.streams.start("s", { order, stepOrder: 1 });
    settle(chat);
    expect(result.current.loadMore).toBe(loadMore);
  });
});

describe("useThreadMessages", () => {
  test("shows a running stream as the rows it will be saved as", () => {
    const chat = new FakeChat();
    const order = chat.turn(null);
    const { result } = renderHook(() => useThreadMessages(docsQuery, { threadId: FAKE_THREAD_ID }, options), { wrapper: provider(chat) });
    settle(chat);
    chat.streams.start("s", { order, stepOrder: 1 });
    act(() => chat.flush("s", [
      { type: "start-step" },
      { type: "tool-input-available", toolCallId: "c", toolName: "add", input: { a: 1 } },
      { type: "tool-output-available", toolCallId: "c", output: { sum: 1 } },
      { type: "finish-step" }, { type: "start-step" }, { type: "text-start", id: "t" }, { type: "text-delta", id: "t", delta: "One." },
    ]));
    expect(result.current.results.map(({ key, streaming, status, tool }) => ({ key, streaming, status, tool })).slice(1)).toEqual([
      { key: "thread1-0-1", streaming: true, status: "pending", tool: true },
      { key: "thread1-0-2", streaming: true, status: "pending", tool: true },
      { key: "thread1-0-3", streaming: true, status: "pending", tool: false },
    ]);
    expect(result.current.results[0]).toMatchObject({ key: "thread1-0-0", streaming: false });
    expect(result.current.results.map(({ message }) => message?.content).slice(1)).toEqual([
      [{ type: "tool-call", toolCallId: "c", toolName: "add", input: { a: 1 } }],
      [{ type: "tool-result", toolCallId: "c", toolName: "add", output: { type: "json", value: { sum: 1 } } }],
      [{ type: "text", text: "One." }],
    ]);
  });
});

describe("useStreamingUIMessages", () => {
  test("is undefined while it loads, then the streams alone", () => {
    const chat = new FakeChat();
    const order = chat.turn();
    const { result } = renderHook(() => useStreamingUIMessages(streamsQuery, { threadId: FAKE_THREAD_ID }), { wrapper: provider(chat) });
    expect(result.current).toBeUndefined();
    chat.streams.start("s", { order, stepOrder: 2 });
    settle(chat);
    act(() => chat.flush("s", textChunks(["hi"]).slice(0, 4)));
    expect(result.current).toMatchObject([{ key: "thread1-0-2", text: "hi", status: "streaming" }]);
  });
});

describe("smooth text", () => {
  test("shows a finished text at once, and a streaming one bit by bit to its end", () => {
    vi.useFakeTimers();
    const { result, rerender } = renderHook(({ text }) => useSmoothText(text, { startStreaming: true }), { initialProps: { text: "Hello" } });
    expect(result.current).toEqual(["", { cursor: 0, isStreaming: true }]);
    rerender({ text: "Hello world" });
    act(() => { vi.advanceTimersByTime(5_000); });
    expect(result.current).toEqual(["Hello world", { cursor: 11, isStreaming: false }]);
    const { container } = render(<SmoothText text="at once" />);
    expect(container.textContent).toBe("at once");
    expect(renderToString(<SmoothText text="at once" />)).toBe("at once");
    vi.useRealTimers();
  });
});
