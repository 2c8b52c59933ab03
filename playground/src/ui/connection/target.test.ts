import { describe, expect, test } from "vitest";
import { parseApiPath, parseDeploymentUrl } from "./target";

describe("what a person has at hand for a deployment", () => {
  test.each([
    ["https://happy-otter-123.convex.cloud", "https://happy-otter-123.convex.cloud"],
    [" happy-otter-123.convex.cloud/ ", "https://happy-otter-123.convex.cloud"],
    ['"http://127.0.0.1:3210"', "http://127.0.0.1:3210"],
    ["localhost:3210", "http://localhost:3210"],
    ["https://happy-otter-123.convex.site", "https://happy-otter-123.convex.cloud"],
    ["https://dashboard.convex.dev/d/happy-otter-123/logs", "https://happy-otter-123.convex.cloud"],
    ["https://agents.example/convex/?x=1#y", "https://agents.example/convex"],
  ])("%s is %s", (typed, url) => expect(parseDeploymentUrl(typed)).toBe(url));

  test.each(["", "   ", "javascript:alert(1)", "file:///etc/passwd", "https://", "https://user@evil.example", "https://dashboard.convex.dev/t/team"])("%s is none", (typed) => expect(parseDeploymentUrl(typed)).toBeNull());
});

describe("where the functions are", () => {
  test.each([["playground", "playground"], ["", "playground"], ["convex/foo/bar.ts", "foo/bar"], ["./convex/playground.ts", "playground"], ["/foo/bar/", "foo/bar"], ["convex\\foo.js", "foo"]])("%s is %s", (typed, path) => expect(parseApiPath(typed)).toBe(path));

  test.each(["foo bar", "../foo", "foo:bar", "foo?x"])("%s is no module", (typed) => expect(parseApiPath(typed)).toBeNull());
});
