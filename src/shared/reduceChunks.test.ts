import { readUIMessageStream, type UIMessageChunk } from "ai";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mergeChunks } from "./mergeChunks.js";
import { emptyReduction, reduceChunks, type ReducedPart } from "./reduceChunks.js";
import { divided, logOf, steps } from "./testing/generations.js";
import { toUIMessages } from "./toUIMessages.js";
import type { MessageDoc } from "./validators/messageDoc.js";
import type { Message } from "./validators/message.js";
import type { StoredChunk } from "./validators/stream.js";

const reduce = (chunks: readonly StoredChunk[]) => reduceChunks(emptyReduction, chunks);

const docsOf = (messages: readonly Message[]): MessageDoc[] =>
  messages.map((message, index) => ({ _id: String(index), _creationTime: 0, threadId: "t", order: 0, stepOrder: index + 1, status: "success", tool: false, message }));

/** The same part without the fields that are the SDK's bookkeeping. */
const plain = (parts: readonly object[]): unknown =>
  parts.map((part) => {
    const { rawInput: _rawInput, id, input, ...rest } = { ...part } as Record<string, unknown>;
    // How much an unfinished input shows is taste: an unfinished number, for one.
    const shownInput = rest.state === "input-streaming" ? {} : { input };
    return rest.type === "reasoning" || id === undefined ? { ...rest, ...shownInput } : { ...rest, ...shownInput, id };
  });

async function reduceWithSdk(chunks: readonly StoredChunk[]): Promise<unknown> {
  const stream = new ReadableStream<UIMessageChunk>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(structuredClone(chunk) as unknown as UIMessageChunk);
      controller.close();
    },
  });
  let parts: readonly object[] = [];
  for await (const message of readUIMessageStream({ stream, terminateOnError: true })) parts = message.parts;
  return plain(parts);
}

const said = (id: string): StoredChunk[] => [{ type: "start-step" }, { type: "text-start", id }, { type: "text-delta", id, delta: id }];

const called = (input: string): StoredChunk[] => [
  { type: "start-step" },
  { type: "tool-input-available", toolCallId: "call_0", toolName: "t", input },
  { type: "tool-output-available", toolCallId: "call_0", output: `of ${input}` },
];

/** How often the preview of an input changes while `length` characters of it arrive. */
function previews(length: number): number {
  let reduction = reduce([{ type: "tool-input-start", toolCallId: "c", toolName: "t" }]);
  let seen = 0;
  for (let sent = 0; sent < length; sent += 100) {
    const before = reduction.parts[0];
    reduction = reduceChunks(reduction, [{ type: "tool-input-delta", toolCallId: "c", inputTextDelta: sent === 0 ? `{"text":"${"x".repeat(91)}` : "x".repeat(100) }]);
    if (reduction.parts[0] !== before) seen++;
  }
  return seen;
}

describe("law 4: one reducer", () => {
  test("a log reduces to the message that is built from what was saved of it", () => {
    fc.assert(
      fc.property(steps, (generation) => {
        const [message] = toUIMessages(docsOf(generation.flatMap((step) => step.messages)));
        expect(reduce(logOf(generation)).parts).toEqual(message?.parts);
      }),
      { numRuns: 150 },
    );
  });

  test("a log in any division into batches, merged or not, reduces to the same message", () => {
    const batches = steps.map(logOf).chain((log) => fc.tuple(fc.constant(log), divided(log), fc.boolean()));
    fc.assert(
      fc.property(batches, ([log, parts, merges]) => {
        const batched = parts.reduce((reduction, batch) => reduceChunks(reduction, merges ? mergeChunks(batch) : batch), emptyReduction);
        expect(batched).toEqual(reduce(log));
      }),
      { numRuns: 150 },
    );
  });

  test("every beginning of a log shows what the AI SDK's own reader shows", async () => {
    const beginnings = steps.map(logOf).chain((log) => fc.nat(log.length).map((length) => log.slice(0, length)));
    await fc.assert(
      fc.asyncProperty(beginnings, async (log) => {
        // The SDK drops kinds it does not know; we keep them.
        const known = log.filter((chunk) => chunk.type !== "hologram");
        // It yields only after chunks that show something; a step-start alone is not sent on.
        const ours = reduce(known).parts;
        const shown = ours.slice(0, ours.findLastIndex((part) => part.type !== "step-start") + 1);
        const theirs = (await reduceWithSdk(known)) as readonly { type: string }[];
        expect(plain(shown)).toEqual(theirs.slice(0, theirs.findLastIndex((part) => part.type !== "step-start") + 1));
      }),
      { numRuns: 60 },
    );
  });

  test("a part that a batch did not touch is the same object as before", () => {
    const before = reduce([{ type: "text-start", id: "a" }, { type: "text-delta", id: "a", delta: "x" }, { type: "text-end", id: "a" }]);
    const after = reduceChunks(before, [{ type: "text-start", id: "b" }]);
    expect(after.parts[0]).toBe(before.parts[0]);
    expect(before.parts).toHaveLength(1);
  });
});

describe("law 9: unknown parts survive", () => {
  test("a chunk of a kind nobody knows becomes a part of that kind", () => {
    expect(reduce([{ type: "hologram", depth: 3 }]).parts).toEqual([{ type: "hologram", depth: 3 }]);
  });

  test("a transient data part is never part of the message", () => {
    expect(reduce([{ type: "data-progress", data: 1, transient: true }]).parts).toEqual([]);
  });
});

describe("logs that are cut", () => {
  test("chunks that refer to nothing are no error, and text without its start is shown", () => {
    const log: StoredChunk[] = [
      { type: "text-delta", id: "x", delta: "late" },
      { type: "tool-output-available", toolCallId: "none", output: 1 },
      { type: "tool-approval-response", approvalId: "none", approved: true },
      { type: "tool-input-delta", toolCallId: "none", inputTextDelta: "{" },
      { type: "text-end", id: "nobody" },
    ];
    expect(reduce(log).parts).toEqual([{ type: "text", text: "late", state: "streaming" }]);
  });

  test("a step that is begun again loses what it had said, and only that", () => {
    const { parts } = reduce([...said("one"), { type: "finish-step" }, ...said("two"), { type: "reset-step" }, { type: "text-start", id: "again" }]);
    expect(parts.map((part: ReducedPart) => part.text ?? part.type)).toEqual(["step-start", "one", "step-start", ""]);
  });

  test("an id that a provider uses again in a later step names the later call", () => {
    const outputs = reduce([...called("first"), ...called("second")]).parts.flatMap((part) => ("output" in part ? [part.output] : []));
    expect(outputs).toEqual(["of first", "of second"]);
  });
});

describe("cost", () => {
  test("the preview of a long tool input is parsed a number of times that grows with the logarithm of its length", () => {
    expect(previews(200_000) - previews(20_000)).toBeLessThan(30);
  });
});
