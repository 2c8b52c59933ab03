// @vitest-environment happy-dom
import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useLatestCall } from "./useLatestCall";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A call whose answers come when the test says so. */
function slowCall() {
  const open = new Map<string, { resolve: (answer: string) => void; reject: (error: Error) => void }>();
  const call = (of: string) => new Promise<string>((resolve, reject) => void open.set(of, { resolve, reject }));
  const settle = (run: () => void) => act(async () => run());
  return { call, asked: () => [...open.keys()], answer: (of: string) => settle(() => open.get(of)!.resolve(`answer to ${of}`)), fail: (of: string) => settle(() => open.get(of)!.reject(new Error(`no ${of}`))) };
}

const settled = () => act(() => vi.advanceTimersByTimeAsync(250));

test("only what the newest call came to is shown, whichever answers last; what is typed on the way is not asked", async () => {
  const { call, asked, answer } = slowCall();
  const { result, rerender } = renderHook(({ args }) => useLatestCall(call, args), { initialProps: { args: "a" } });
  await act(() => vi.advanceTimersByTimeAsync(0));
  for (const args of ["ab", "abc"]) rerender({ args });
  expect(asked()).toEqual(["a"]);
  await settled();
  expect(asked()).toEqual(["a", "abc"]);
  await answer("abc");
  await answer("a");
  expect(result.current).toMatchObject({ result: "answer to abc", isLoading: false, error: null });
});

test("while a new call is under way the old answer stays; an error is told until it is tried again", async () => {
  const { call, answer, fail } = slowCall();
  const { result, rerender } = renderHook(({ args }) => useLatestCall(call, args), { initialProps: { args: "a" } });
  await act(() => vi.advanceTimersByTimeAsync(0));
  await answer("a");
  rerender({ args: "b" });
  expect(result.current).toMatchObject({ result: "answer to a", isLoading: true });
  await settled();
  await fail("b");
  expect(result.current).toMatchObject({ result: "answer to a", isLoading: false, error: new Error("no b") });
  act(() => result.current.retry());
  expect(result.current).toMatchObject({ isLoading: true, error: null });
  await settled();
  await answer("b");
  expect(result.current).toMatchObject({ result: "answer to b", isLoading: false });
});

test("without arguments nothing is asked", async () => {
  const { call, asked } = slowCall();
  const { result } = renderHook(() => useLatestCall(call, null));
  await settled();
  expect([asked(), result.current.isLoading, result.current.result]).toEqual([[], false, undefined]);
});
