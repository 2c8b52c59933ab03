import { expect, test } from "vitest";
import { formatLogArgs, MAX_LOG_LINE_BYTES } from "./inspect.ts";

test("arguments print as object-inspect prints them, joined by spaces", () => {
  expect(formatLogArgs(["it's", 1, 2n, null, undefined, [1, "a"]])).toEqual({
    text: "'it\\'s' 1 2n null undefined [ 1, 'a' ]",
    isTruncated: false,
  });
  expect(formatLogArgs([{ a: { b: "x" } }]).text).toBe("{\n  a: {\n    b: 'x'\n  }\n}");
});

test("a line over the limit is cut between characters and says so", () => {
  const { text, isTruncated } = formatLogArgs(["€".repeat(MAX_LOG_LINE_BYTES)]);
  expect(isTruncated).toBe(true);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_LOG_LINE_BYTES);
  expect(text).toMatch(/^'€+ \(truncated due to length\)$/);
});

test("a value that throws when it is looked at does not fail the call", () => {
  const hostile = { get x(): never { throw new Error("no"); } };
  expect(formatLogArgs(["before", hostile]).text).toBe("'before' [cannot be shown: no]");
});
