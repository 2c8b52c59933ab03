// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, renderHook, screen } from "@testing-library/react";
import type { UIMessage } from "convex-agent/react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { TurnStatus } from "../example/ui/chat/TurnStatus";
import { useStickToBottom } from "../example/ui/chat/useStickToBottom";

const say = (text: string, order: number) => ({ role: "user", text, order, key: String(order), id: String(order) });

/** The modules of a page that was just loaded: what earlier pages had in memory is gone, the tab's storage is not. */
async function load() {
  vi.resetModules();
  const [unsent, drafts] = await Promise.all([import("../example/ui/chat/unsent"), import("../example/ui/chat/drafts")]);
  return { ...unsent, ...drafts };
}

beforeEach(() => sessionStorage.clear());
afterEach(cleanup);

describe("a message that was sent when the page was reloaded", () => {
  test("is in the field again if it did not go out, above what was begun since", async () => {
    const before = await load();
    before.holdUnsent("chat", { text: "Are you there?", afterOrder: 3 });
    before.setDraft("chat", "one more thing");
    const { useUnsent, draftOf } = await load();
    const { result, rerender } = renderHook(({ messages }) => useUnsent("chat", messages), { initialProps: { messages: undefined as ReturnType<typeof say>[] | undefined } });
    expect(draftOf("chat")).toBe("one more thing");
    rerender({ messages: [say("Are you there?", 3)] });
    expect(draftOf("chat")).toBe("Are you there?\none more thing");
    expect(result.current.unsent).toEqual([]);
    // Once: what is in the field now is the field's to keep.
    const { draftOf: later, useUnsent: again } = await load();
    renderHook(() => again("chat", []));
    expect(later("chat")).toBe("Are you there?\none more thing");
  });

  test("is not doubled if it did go out, and what was acknowledged or refused is not kept", async () => {
    const before = await load();
    before.holdUnsent("chat", { text: "Hello", afterOrder: -1 });
    before.holdUnsent("chat", { text: "saved", afterOrder: 0 }).acknowledge();
    before.holdUnsent("chat", { text: "refused", afterOrder: 0 }).giveUp();
    const { useUnsent, draftOf } = await load();
    renderHook(() => useUnsent("chat", [say("Hello", 0)]));
    expect(draftOf("chat")).toBe("");
    expect(sessionStorage.length).toBe(0);
  });

  test("is kept where its conversation has begun meanwhile", async () => {
    const before = await load();
    before.holdUnsent("new", { text: "Hello", afterOrder: -1 }).moveTo("thread");
    const { useUnsent, draftOf } = await load();
    renderHook(() => [useUnsent("new", []), useUnsent("thread", [])]);
    expect([draftOf("new"), draftOf("thread")]).toEqual(["", "Hello"]);
  });
});

test("what is sent counts as on its way until it is seen, also in the conversation that begins with it", async () => {
  const { holdUnsent, useUnsent } = await load();
  const { result, rerender } = renderHook(({ at, messages }) => useUnsent(at, messages), { initialProps: { at: "new", messages: [] as ReturnType<typeof say>[] | undefined } });
  const sending = await act(async () => holdUnsent("new", { text: "Hello", afterOrder: -1 }));
  expect(result.current).toMatchObject({ unsent: [{ text: "Hello" }], sendingCount: 1 });
  await act(async () => {
    sending.moveTo("thread");
    sending.acknowledge();
  });
  expect(result.current.unsent).toEqual([]);
  rerender({ at: "thread", messages: undefined });
  expect(result.current.unsent).toMatchObject([{ text: "Hello" }]);
  rerender({ at: "thread", messages: [say("Hello", 0)] });
  expect(result.current).toEqual({ unsent: [], sendingCount: 0 });
});

test("a suggestion takes the place of nothing that somebody wrote, only of another suggestion", async () => {
  const { withPicked } = await import("../example/ui/chat/usePromptField");
  const suggestions = ["Count to 60", "Tell me a story"];
  expect(withPicked(" ", "Count to 60", suggestions)).toBe("Count to 60");
  expect(withPicked("Count to 60", "Tell me a story", suggestions)).toBe("Tell me a story");
  expect(withPicked("Dear agent,\n", "Count to 60", suggestions)).toBe("Dear agent,\nCount to 60");
});

test("a failure is told as a sentence, and a lost process is not blamed on the provider", async () => {
  const { explainFailure } = await import("../example/ui/chat/failures");
  expect(explainFailure("timeout: the process that wrote this reply stopped")).toEqual({ what: "The backend stopped while it wrote this reply.", advice: "What was said so far is kept. Try again." });
  expect(explainFailure("timeout: no answer for 6 s")).toEqual({ what: "No answer for 6 s", advice: "The provider did not answer in time. Try again." });
  expect(explainFailure("something else").what).toBe("Something else");
});

test("a button that has a turn answered again does so once, however fast it is clicked", async () => {
  const begun = Promise.withResolvers<void>();
  const run = vi.fn<() => Promise<void>>(() => begun.promise);
  render(<TurnStatus turn={{ kind: "failed", order: 0, reason: "aborted: stopped" }} newest={undefined} retry={{ run }} />);
  const button = screen.getByRole("button", { name: "Answer again" });
  for (let click = 0; click < 2; click++) fireEvent.click(button);
  expect(run).toHaveBeenCalledTimes(1);
  await act(async () => begun.resolve());
  fireEvent.click(button);
  expect(run).toHaveBeenCalledTimes(2);
});

test("a reply that brings nothing new for long is told to be at work still, until something comes", () => {
  vi.useFakeTimers();
  try {
    const words = (text: string): UIMessage => ({ id: "1", key: "1", role: "assistant", parts: [], order: 0, stepOrder: 1, status: "streaming", text, _creationTime: 0 });
    const view = (newest: UIMessage) => <TurnStatus turn={{ kind: "streaming", order: 0 }} newest={newest} retry={undefined} />;
    const { rerender } = render(view(words("One")));
    const isTold = () => screen.queryByText(/Nothing new has come/) !== null;
    const pass = (ms: number) => act(() => { vi.advanceTimersByTime(ms); });
    pass(14_000);
    rerender(view(words("One, two")));
    pass(14_000);
    expect(isTold()).toBe(false);
    pass(2_000);
    expect(isTold()).toBe(true);
    rerender(view(words("One, two, three")));
    expect(isTold()).toBe(false);
  } finally {
    vi.useRealTimers();
  }
});

test("a list follows its end until a person goes up, and again after it was brought there", () => {
  const measured = { scrollHeight: 1_000, clientHeight: 400, scrollTop: 600 };
  function List() {
    const { box, content, onScroll, isAtEnd, toEnd } = useStickToBottom("first");
    return <div ref={box} onScroll={onScroll}><div ref={content} /><button type="button" onClick={toEnd}>{String(isAtEnd)}</button></div>;
  }
  render(<List />);
  const button = screen.getByRole("button");
  for (const name of ["scrollHeight", "clientHeight", "scrollTop"] as const) {
    Object.defineProperty(button.parentElement, name, {
      get: () => measured[name],
      set: (value: number) => { measured[name] = Math.min(value, measured.scrollHeight - measured.clientHeight); },
    });
  }
  const scroll = (change: Partial<typeof measured>) => {
    Object.assign(measured, change);
    if (button.parentElement !== null) fireEvent.scroll(button.parentElement);
    return button.textContent;
  };
  expect(scroll({})).toBe("true");
  // The event of the list's own write comes when the list has grown on.
  expect(scroll({ scrollHeight: 1_500 })).toBe("true");
  expect(scroll({ scrollTop: 500 })).toBe("false");
  expect(scroll({ scrollTop: 700 })).toBe("false");
  fireEvent.click(button);
  expect([measured.scrollTop, button.textContent]).toEqual([1_100, "true"]);
});
