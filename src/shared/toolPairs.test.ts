import fc from "fast-check";
import { expect, test } from "vitest";
import { filterOutOrphanedToolMessages } from "./toolPairs.js";
import { steps } from "./testing/generations.js";
import type { Message } from "./validators/message.js";

interface Doc {
  message: Message;
}

const partsOf = (docs: readonly Doc[]) => docs.flatMap(({ message }) => (typeof message.content === "string" ? [] : (message.content as readonly Part[])));

/** A window onto some generations, with holes: what searches, limits and deletions leave. */
const windows = fc
  .array(steps, { minLength: 1, maxLength: 3 })
  .chain((generations) => {
    const docs = generations.flatMap((generation, index) =>
      generation.flatMap((step) => step.messages.map((message): Doc => ({ message: JSON.parse(JSON.stringify(message).replaceAll('"s', `"g${index}s`)) as Message }))),
    );
    return fc.subarray(docs);
  });

interface Part {
  readonly type: string;
  readonly toolCallId?: string;
  readonly approvalId?: string;
}

const isAnswered = (parts: readonly Part[], call: Part): boolean => {
  const responses = new Set(parts.flatMap((part) => (part.type === "tool-approval-response" ? [part.approvalId] : [])));
  const isMine = (part: Part) => part.toolCallId === call.toolCallId;
  return parts.some((part) => isMine(part) && (part.type === "tool-result" || (part.type === "tool-approval-request" && responses.has(part.approvalId))));
};

/** The tool parts that a provider would refuse: a call without an answer after it, a result without a call before it. */
const halves = (parts: readonly Part[]): Part[] =>
  parts.filter((part, index) => {
    if (part.type === "tool-call") return !isAnswered(parts.slice(index), part);
    return part.type === "tool-result" && !parts.slice(0, index).some(({ type, toolCallId }) => type === "tool-call" && toolCallId === part.toolCallId);
  });

const isOfTools = ({ type }: Part): boolean => type.startsWith("tool-");
const others = (docs: readonly Doc[]): Part[] => partsOf(docs).filter((part) => !isOfTools(part) && part.type !== "reasoning");

test("law 3: in every window each result follows its call, and each call has its result or an answered approval", () => {
  fc.assert(
    fc.property(windows, (docs) => {
      expect(halves(partsOf(filterOutOrphanedToolMessages(docs)))).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test("nothing but halves of pairs is dropped, and whole documents stay the same objects", () => {
  fc.assert(
    fc.property(windows, (docs) => {
      const kept = filterOutOrphanedToolMessages(docs);
      expect(others(kept)).toEqual(others(docs));
      expect(kept).toEqual(expect.arrayContaining(docs.filter((doc) => !partsOf([doc]).some(isOfTools))));
    }),
    { numRuns: 200 },
  );
});

test("an approval that was given before it was asked for answers nothing", () => {
  // Found by the property above, seed -359408054: a window that begins after the call, and an id that is used again.
  const docs: Doc[] = [
    { message: { role: "tool", content: [{ type: "tool-approval-response", approvalId: "a", approved: false }] } },
    {
      message: {
        role: "assistant",
        content: [
          { type: "tool-call", toolCallId: "c", toolName: "weather", input: {} },
          { type: "tool-approval-request", approvalId: "a", toolCallId: "c" },
        ],
      },
    },
  ];
  expect(filterOutOrphanedToolMessages(docs)).toEqual([]);
});

test("a call whose id was answered in an earlier call is not answered by that", () => {
  const call = { type: "tool-call", toolCallId: "c", toolName: "weather", input: {} } as const;
  const docs: Doc[] = [
    { message: { role: "assistant", content: [call] } },
    { message: { role: "tool", content: [{ type: "tool-result", toolCallId: "c", toolName: "weather", output: { type: "text", value: "wet" } }] } },
    { message: { role: "assistant", content: [{ ...call }] } },
  ];
  expect(filterOutOrphanedToolMessages(docs)).toEqual(docs.slice(0, 2));
});
