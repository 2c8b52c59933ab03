import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { extractText } from "./extractText.js";
import { emptyReduction, reduceChunks } from "./reduceChunks.js";
import { reductionToMessages } from "./reductionToMessages.js";
import { fromStored, loneSurrogateIndex, toStored } from "./storedMessage.js";
import { logOf, steps } from "./testing/generations.js";
import { toUIMessages } from "./toUIMessages.js";
import type { MessageDoc } from "./validators/messageDoc.js";
import type { Message } from "./validators/message.js";

const part = fc.oneof(
  fc.string({ unit: "grapheme" }).map((text) => ({ type: "text", text })),
  fc.string({ unit: "grapheme" }).map((text) => ({ type: "text", text, providerOptions: { demo: { a: 1 } } })),
  fc.string({ unit: "grapheme" }).map((text) => ({ type: "reasoning", text })),
  fc.constant({ type: "hologram", depth: 3, text: "not a text part" }),
  fc.constant({ type: "tool-call", toolCallId: "c", toolName: "t", input: { length: 3 } }),
);
const content = fc.oneof(fc.string({ unit: "grapheme" }), fc.array(part, { maxLength: 5 }));
const message = fc
  .record({ role: fc.constantFrom("assistant", "user"), content, providerOptions: fc.option(fc.constant({ demo: { b: 2 } }), { nil: undefined }) })
  .map(({ providerOptions, ...rest }) => (providerOptions === undefined ? rest : { ...rest, providerOptions }) as unknown as Message);

describe("the stored form", () => {
  test("what is stored comes back as it was, parts of unknown kinds included", () => {
    fc.assert(
      fc.property(message, (each) => {
        expect(fromStored(toStored(each))).toEqual(each);
      }),
    );
  });

  test("text is stored once: no stored part repeats it", () => {
    const stored = toStored({ role: "assistant", content: [{ type: "text", text: "hello" }, { type: "text", text: "world" }] });
    expect(JSON.stringify(stored).match(/hello/g)).toHaveLength(1);
    expect(stored.parts).toEqual([{ type: "text", length: 5 }, { type: "text", length: 5 }]);
  });

  test("the stored text is the text of the message", () => {
    fc.assert(
      fc.property(message, (each) => {
        expect(toStored(each).text).toBe(extractText(each));
      }),
    );
  });
});

test("a lone surrogate is found wherever it is, and pairs are none", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), fc.constantFrom("\ud83d", "\ude00"), (before, after, lone) => {
      expect(loneSurrogateIndex(before + after)).toBe(-1);
      expect(loneSurrogateIndex(`${before} ${lone} ${after}`)).toBe(before.length + 1);
    }),
  );
});

/** What a part tells a reader: its text, the call it is about, or the app's data. */
const said = (parts: readonly object[]): unknown[] =>
  parts.flatMap((each) => ("text" in each && each.text !== "" ? [each.text] : "toolCallId" in each ? [each.toolCallId] : "data" in each ? [each.data] : []));

describe("law 7: what was seen is kept", () => {
  test("a log that is cut anywhere is saved as the message that it showed", () => {
    const beginnings = steps.map(logOf).chain((log) => fc.nat(log.length).map((length) => log.slice(0, length)));
    fc.assert(
      fc.property(beginnings, (log) => {
        const reduction = reduceChunks(emptyReduction, log);
        const docs = reductionToMessages(reduction, { reason: "stopped", skipSteps: 0 }).map(
          (saved, index): MessageDoc => ({ _id: String(index), _creationTime: 0, threadId: "t", order: 0, stepOrder: index, status: "failed", tool: false, message: saved }),
        );
        expect(said(toUIMessages(docs).flatMap((each) => each.parts))).toEqual(said(reduction.parts));
      }),
      { numRuns: 200 },
    );
  });
});
