import type { ContextEntry } from "convex-agent";
import { expect, test } from "vitest";
import { describeMatch, tokensByOrigin } from "./origins";

const entry = (rest: Partial<ContextEntry>): ContextEntry => ({ source: "search", message: { role: "user", content: "x" }, estimatedTokens: 5, holdsFiles: false, threadId: "here", ...rest });

test("a message that was found says how: by words, by meaning, around a match, elsewhere", () => {
  expect(describeMatch(entry({ match: { score: 2 / 61, textRank: 1, vectorRank: 1, vectorScore: 0.9 } }), "here")).toBe("words #1, meaning #1 (0.900) · score 0.0328");
  expect(describeMatch(entry({ match: { score: 1 / 62, textRank: 2 } }), "here")).toBe("words #2 · score 0.0161");
  expect(describeMatch(entry({}), "here")).toBe("around a match");
  expect(describeMatch(entry({}), "there")).toBe("in another thread, around a match");
  expect(describeMatch(entry({ source: "recent" }), "here")).toBeUndefined();
});

test("tokens add up by origin, in the order of the context", () => {
  expect(tokensByOrigin([entry({}), entry({ source: "recent" }), entry({ estimatedTokens: 2 })])).toEqual([{ source: "search", tokens: 7, messages: 2 }, { source: "recent", tokens: 5, messages: 1 }]);
});
