import { describe, expect, test } from "vitest";
import { ConvexError } from "convex/values";
import { describeError } from "./errors";
import { formatAge, formatDuration, plural } from "./format";

describe("numbers for people", () => {
  test.each([[0, "0 ms"], [999, "999 ms"], [1_000, "1.0 s"], [59_400, "59 s"], [60_000, "1 min"], [125_000, "2 min 5 s"]])("%i ms is %s", (ms, shown) => expect(formatDuration(ms)).toBe(shown));

  test.each([[0, "now"], [-5_000, "now"], [40_000, "40 s"], [300_000, "5 min"], [3 * 3_600_000, "3 h"], [2 * 86_400_000, "2 d"]])("%i ms ago is %s", (age, shown) => expect(formatAge(1e12 - age, 1e12)).toBe(shown));

  test("one is no plural", () => expect([plural(1, "user"), plural(2, "user"), plural(0, "match", "matches")]).toEqual(["1 user", "2 users", "0 matches"]));
});

describe("errors for people", () => {
  test("a failure's own words are shown", () => {
    expect(describeError(new ConvexError({ code: "thread_not_found", message: "There is no such thread." }))).toBe("There is no such thread.");
    expect(describeError(new ConvexError("Plainly said"))).toBe("Plainly said");
  });

  test("what Convex puts around an error's words is taken off", () => {
    expect(describeError(new Error("[CONVEX A(playground:streamText)] [Request ID: 5c] Server Error\nUncaught Error: No model\n    at handler (../x.ts:3:1)\n\n  Called by client"))).toBe("No model");
    expect(describeError(new Error("[CONVEX Q(playground:x)] [Request ID: 5c] Server Error\n  Called by client"))).toBe("Something went wrong on the server; its log says what.");
  });

  test("a function that the app does not export is named, with what to do", () => {
    expect(describeError(new Error("[CONVEX Q(playground:usage)] Could not find public function for 'playground:usage'. Did you forget to run `npx convex dev`?"))).toContain("playground:usage");
  });
});
