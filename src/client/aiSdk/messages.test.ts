import type { ModelMessage } from "ai";
import { convexToJson, jsonToConvex, type Value } from "convex/values";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromConvexJson, toConvexJson } from "../../shared/convexJson.js";
import { guessMimeType, serializeDataOrUrl } from "./files.js";
import { docsToModelMessages, serializeMessage, toModelMessage } from "./messages.js";

/** What Convex makes of a value that is sent to a function; throws what it refuses. */
const throughConvex = (value: unknown): unknown => jsonToConvex(convexToJson(value as Value));

describe("a message", () => {
  test.each<[string, ModelMessage]>([
    ["text", { role: "user", content: "Hi" }],
    ["parts", { role: "user", content: [{ type: "text", text: "Look" }, { type: "file", data: "https://example.com/a.png", mediaType: "image/png" }] }],
    ["a tool call with keys Convex refuses", { role: "assistant", content: [{ type: "tool-call", toolCallId: "1", toolName: "t", input: { $ref: "x", größe: 1, "~esc:a": 2 } }] }],
    ["a tool result", { role: "tool", content: [{ type: "tool-result", toolCallId: "1", toolName: "t", output: { type: "json", value: { ok: true } } }] }],
    ["a result with a file", { role: "tool", content: [{ type: "tool-result", toolCallId: "1", toolName: "t", output: { type: "content", value: [{ type: "file", mediaType: "image/png", data: { type: "url", url: new URL("https://example.com/a.png") } }] } }] }],
    ["reasoning with metadata", { role: "assistant", content: [{ type: "reasoning", text: "Hm", providerOptions: { acme: { signature: "s" } } }] }],
    ["a provider's reference", { role: "user", content: [{ type: "file", mediaType: "application/pdf", data: { openai: "file-1" } }] }],
  ])("with %s comes back as it was stored", (_name, message) => {
    const stored = throughConvex(serializeMessage(message)) as ReturnType<typeof serializeMessage>;
    expect(toModelMessage(stored)).toEqual(message);
  });

  test("keeps parts of kinds that nobody knows yet", () => {
    const message = { role: "assistant", content: [{ type: "hologram", frames: [1, 2] }] } as unknown as ModelMessage;
    expect(serializeMessage(message).content).toEqual([{ type: "hologram", frames: [1, 2] }]);
  });

  test("of an older SDK is read under today's names", () => {
    const old = { role: "assistant", content: [{ type: "tool-call", toolCallId: "1", toolName: "t", args: { a: 1 } }] };
    expect(serializeMessage(old as unknown as ModelMessage).content).toEqual([{ type: "tool-call", toolCallId: "1", toolName: "t", input: { a: 1 } }]);
    const result = { role: "tool", content: [{ type: "tool-result", toolCallId: "1", toolName: "t", result: "fine" }] };
    expect(serializeMessage(result as unknown as ModelMessage).content).toEqual([
      { type: "tool-result", toolCallId: "1", toolName: "t", output: { type: "text", value: "fine" } },
    ]);
    // A failure stays one, whatever words it has.
    const failed = { role: "tool", content: [{ type: "tool-result", toolCallId: "1", toolName: "t", result: "fine", isError: true }] };
    expect(serializeMessage(failed as unknown as ModelMessage).content).toMatchObject([{ output: { type: "error-text", value: "fine" } }]);
  });

  test("without content says nothing to a model", () => {
    const doc = { _id: "1", _creationTime: 0, threadId: "t", order: 0, stepOrder: 0, status: "success" as const, tool: false };
    expect(docsToModelMessages([doc, { ...doc, message: { role: "assistant", content: [] } }])).toEqual([]);
  });
});

test("every JSON value can be stored and comes back the same", () =>
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const json = JSON.parse(JSON.stringify(value)) as unknown;
      expect(fromConvexJson(throughConvex(toConvexJson(json)))).toEqual(json);
    }),
  ));

test("what JSON cannot say is left out, bytes stay bytes", () => {
  const bytes = new Uint8Array([1, 2, 3]);
  const value = { at: new Date(0), missing: undefined, run: () => 1, big: 12n, nan: Number.NaN, list: [undefined], bytes: bytes.subarray(1) };
  expect(toConvexJson(value)).toEqual({ at: "1970-01-01T00:00:00.000Z", big: "12", nan: null, list: [null], bytes: new Uint8Array([2, 3]).buffer });
});

test.each([
  ["https://example.com/a.png", "https://example.com/a.png"],
  [new URL("https://example.com/a.png"), "https://example.com/a.png"],
  [new Uint8Array([1, 2]), new Uint8Array([1, 2]).buffer],
  [{ type: "data", data: "aGk=" }, "aGk="],
  [{ openai: "file-1" }, { type: "reference", reference: { openai: "file-1" } }],
])("serializeDataOrUrl stores %s", (data, stored) => {
  expect(serializeDataOrUrl(data)).toEqual(stored);
});

test.each([
  [new Uint8Array([0x89, 0x50, 0x4e, 0x47]).buffer, "image/png"],
  ["/9j/4AAQ", "image/jpeg"],
  ["data:text/plain;base64,aGk=", "text/plain"],
  [new Uint8Array([0, 1, 2]).buffer, "application/octet-stream"],
])("guessMimeType of %s", (data, mediaType) => {
  expect(guessMimeType(data)).toBe(mediaType);
});
