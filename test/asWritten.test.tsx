// @vitest-environment happy-dom
import { cleanup, render } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { AsWritten as ExampleAsWritten } from "../example/ui/chat/AsWritten";
import { AsWritten as PlaygroundAsWritten } from "../playground/src/ui/markdown/AsWritten";

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

/** Stands for a parser with a fault. */
function Rendered({ text }: { text: string }) {
  if (text.includes("[x]")) throw new Error("cannot parse this");
  return <b>{text}</b>;
}

test.each([["example", ExampleAsWritten], ["playground", PlaygroundAsWritten]])("a text that cannot be rendered is shown as it was written, and what it grows into is rendered again (%s)", (_, AsWritten) => {
  // React reports what it caught.
  const reported = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const view = (text: string) => <AsWritten text={text}><Rendered text={text} /></AsWritten>;
  const { container, rerender } = render(view("*\n"));
  expect(container.innerHTML).toBe("<b>*\n</b>");
  rerender(view("*\n[x]"));
  expect(container.textContent).toBe("*\n[x]");
  expect(container.querySelector("b")).toBeNull();
  expect(reported).toHaveBeenCalled();
  rerender(view("*\n[ ]"));
  expect(container.innerHTML).toBe("<b>*\n[ ]</b>");
});
