import { act, cleanup, render, renderHook } from "@testing-library/react";
import { ConvexProvider, type ConvexReactClient } from "convex/react";
import { makeFunctionReference } from "convex/server";
import { ConvexError } from "convex/values";
import { memo, StrictMode, type ReactNode } from "react";
import { renderToString } from "react-dom/server";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { UIMessagesQuery } from "./queryTypes.js";
import { FakeChat, FAKE_THREAD_ID } from "./testing/fakeChat.js";
import { textChunks } from "./testing/fakeStreams.js";
import { useStreamingObject } from "./useStreamingObject.js";
import { useThreadChat, type ThreadChatActions } from "./useThreadChat.js";
import type { SyncStreamsReturnValue, UIMessage } from "./wireTypes.js";

const query = makeFunctionReference<"query">("chat:list") as unknown as
  UIMessagesQuery<unknown, UIMessage> & { _returnType: { streams: SyncStreamsReturnValue | undefined } };

function provider(chat: FakeChat) {
  const client = { watchQuery: (_query: unknown, args: Record<string, unknown>) => chat.client.watch(args) } as unknown as ConvexReactClient;
  return ({ children }: { children: ReactNode }) => <StrictMode><ConvexProvider client={client}>{children}</ConvexProvider></StrictMode>;
}

function open(chat: FakeChat, actions: ThreadChatActions<string>) {
  const hook = renderHook(
    () => useThreadChat(query, { threadId: FAKE_THREAD_ID }, { initialNumItems: 10, stream: true, actions }),
    { wrapper: provider(chat) },
  );
  act(() => chat.client.settle());
  return hook.result;
}

afterEach(cleanup);

describe("useThreadChat", () => {
  test("tells where the turn is, from empty to done", () => {
    const chat = new FakeChat();
    const hook = open(chat, {});
    const statuses = [hook.current.status];
    const look = (change: () => void) => {
      change();
      act(() => chat.client.settle());
      if (statuses.at(-1) !== hook.current.status) statuses.push(hook.current.status);
    };
    look(() => chat.turn(null));
    look(() => chat.streams.start("s", { order: 0, stepOrder: 1 }));
    look(() => chat.streams.flush("s", textChunks(["Hello"])));
    look(() => {
      chat.streams.end("s", "finished");
      chat.save({ order: 0, stepOrder: 1, role: "assistant", text: "Hello" });
    });
    look(() => chat.save({ order: 0, stepOrder: 1, role: "assistant", text: "Hello", status: "failed", error: "aborted: stopped" }));
    look(() => chat.save({ order: 0, stepOrder: 1, role: "assistant", text: "Hello", status: "failed", error: "timeout: The model was silent for 60 s." }));
    expect(statuses).toEqual(["empty", "waiting", "streaming", "done", "aborted", "failed"]);
    expect(hook.current.reason).toEqual({ code: "timeout", message: "The model was silent for 60 s.", retryable: true });
  });

  test("a message that could not be sent comes back with a typed reason, until it is sent or dismissed", async () => {
    const chat = new FakeChat();
    const send = vi.fn<(prompt: string) => Promise<unknown>>();
    const hook = open(chat, { send });
    send.mockRejectedValueOnce(new ConvexError({ code: "rate_limited", message: "Too many messages." }));
    await act(async () => expect(await hook.current.send("precious")).toBe(false));
    expect(hook.current.failure).toMatchObject({
      action: "send", input: "precious", reason: { code: "rate_limited", message: "Too many messages.", retryable: true },
    });
    send.mockResolvedValueOnce(null);
    await act(async () => expect(await hook.current.send("precious")).toBe(true));
    expect(hook.current.failure).toBeUndefined();
    expect(hook.current.pending.size).toBe(0);
  });

  test("two messages at once: the failure of the one is not hidden by the success of the other", async () => {
    const chat = new FakeChat();
    const ends: { ok: () => void; fail: (error: Error) => void }[] = [];
    const hook = open(chat, { send: () => new Promise((resolve, reject) => ends.push({ ok: () => resolve(null), fail: reject })) });
    let both: Promise<boolean[]> | undefined;
    act(() => { both = Promise.all([hook.current.send("first"), hook.current.send("second")]); });
    expect(hook.current.pending).toEqual(new Set(["send"]));
    await act(async () => {
      ends[0]!.fail(new Error("offline"));
      await Promise.resolve();
      ends[1]!.ok();
      expect(await both).toEqual([false, true]);
    });
    expect(hook.current.failure).toMatchObject({ input: "first", reason: { message: "offline" } });
  });

  test("stop, retry and decisions reach the app with their turn; a decision is sent once", async () => {
    const chat = new FakeChat();
    chat.turn(null);
    const actions = {
      stop: vi.fn<(turn: object) => Promise<boolean>>(async () => true), retry: vi.fn<(turn: object) => Promise<boolean>>(async () => true),
      approve: vi.fn<(target: object) => Promise<boolean>>(async () => true), deny: vi.fn<(target: object) => Promise<boolean>>(async () => true),
    };
    const hook = open(chat, actions);
    await act(async () => { await hook.current.stop(); });
    expect(actions.stop.mock.calls).toEqual([[{ order: 0 }]]);
    chat.save({ order: 0, stepOrder: 1, role: "assistant", text: "", parts: [{ type: "dynamic-tool", toolName: "pay", toolCallId: "c", state: "approval-requested", input: {}, approval: { id: "a" } }] });
    act(() => chat.client.settle());
    expect(hook.current.status).toBe("awaiting-approval");
    await act(async () => { await Promise.all([hook.current.approve("a"), hook.current.deny("a"), hook.current.stop()]); });
    expect(actions.approve.mock.calls).toEqual([[{ approvalId: "a", reason: undefined }]]);
    expect(actions.deny).not.toHaveBeenCalled();
    expect(actions.stop).toHaveBeenCalledTimes(1);
    await act(async () => { await hook.current.retry(); });
    expect(actions.retry.mock.calls).toEqual([[{ order: 0, promptMessageId: "doc-0-0" }]]);
  });

  test("only the message that changes renders again, and methods keep their identity", () => {
    const chat = new FakeChat();
    for (let turn = 0; turn < 5; turn++) chat.turn();
    const order = chat.turn(null);
    const rendered = vi.fn<(key: string) => void>();
    const hasMethod = vi.fn<(method: unknown) => void>();
    const Row = memo(function Row({ message }: { message: UIMessage }) {
      rendered(message.key);
      return <p>{message.text}</p>;
    });
    function List() {
      const { messages, send } = useThreadChat(query, { threadId: FAKE_THREAD_ID }, { initialNumItems: 20, stream: true, actions: { send: async () => true } });
      hasMethod(send);
      return messages.map((message) => <Row key={message.key} message={message} />);
    }
    const Wrapper = provider(chat);
    render(<Wrapper><List /></Wrapper>);
    act(() => chat.client.settle());
    chat.streams.start("s", { order, stepOrder: 1 });
    act(() => chat.client.settle());
    rendered.mockClear();
    for (const chunk of textChunks(Array.from({ length: 30 }, () => "word ")).slice(2, -3)) act(() => chat.flush("s", [chunk]));
    expect(new Set(rendered.mock.calls.flat())).toEqual(new Set([`${FAKE_THREAD_ID}-${order}-1`]));
    expect(rendered.mock.calls.length).toBeLessThanOrEqual(2 * 31);
    // StrictMode builds the memo twice.
    expect(new Set(hasMethod.mock.calls.flat()).size).toBeLessThanOrEqual(2);
  });

  test("renders on a server as loading", () => {
    const chat = new FakeChat();
    const Wrapper = provider(chat);
    const View = () => <i>{useThreadChat(query, { threadId: FAKE_THREAD_ID }, { initialNumItems: 5, stream: true, actions: {} }).pages}</i>;
    expect(renderToString(<Wrapper><View /></Wrapper>)).toBe("<i>LoadingFirstPage</i>");
  });
});

describe("useStreamingObject", () => {
  test("shows the object as it grows; what is complete keeps its identity", () => {
    const text = JSON.stringify({ title: "Soup", steps: [{ say: "cut" }, { say: "cook" }] });
    const { result, rerender } = renderHook(({ shown }) => useStreamingObject<{ title: string; steps: { say: string }[] }>(shown), { initialProps: { shown: "" } });
    expect(result.current).toEqual({ object: undefined, isComplete: false });
    rerender({ shown: text.slice(0, text.indexOf("cook")) });
    expect(result.current).toEqual({ object: { title: "Soup", steps: [{ say: "cut" }, { say: "" }] }, isComplete: false });
    const first = result.current.object!.steps![0];
    rerender({ shown: text });
    expect(result.current).toEqual({ object: JSON.parse(text), isComplete: true });
    expect(result.current.object!.steps![0]).toBe(first);
  });
});
