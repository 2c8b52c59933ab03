// @vitest-environment happy-dom
import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useDraft } from "./useDraft";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function drafted(initial = "") {
  const told: string[] = [];
  const hook = renderHook(({ value }) => useDraft(value, (text) => told.push(text)), { initialProps: { value: initial } });
  const type = (text: string) => act(() => hook.result.current.change(text));
  return { told, hook, type, shown: () => hook.result.current.text };
}

test("what is typed is shown at once, and told once when typing pauses", () => {
  const { told, type, shown } = drafted();
  for (const text of ["a", "ab", "abc"]) type(text);
  expect([shown(), told]).toEqual(["abc", []]);
  act(() => void vi.advanceTimersByTime(300));
  expect(told).toEqual(["abc"]);
});

test("leaving the field tells it at once, and no second time", () => {
  const { told, type, hook } = drafted();
  type("abc");
  act(() => hook.result.current.flush());
  act(() => void vi.advanceTimersByTime(300));
  expect(told).toEqual(["abc"]);
});

test("a value that was changed elsewhere is newer than what was typed", () => {
  const { type, hook, shown } = drafted("one");
  type("two");
  hook.rerender({ value: "two" });
  expect(shown()).toBe("two");
  hook.rerender({ value: "reset" });
  expect(shown()).toBe("reset");
});
