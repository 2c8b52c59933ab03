import type { MessageDoc, PlaygroundAnswer } from "convex-agent";
import { expect, test } from "vitest";
import { answerOf, comparedAnswer, promptOf, unsavedDocs } from "./answers";

const place = { threadId: "t", order: 3, status: "success" as const, tool: false };
const turn: MessageDoc[] = [
  { ...place, _id: "p", _creationTime: 0, stepOrder: 0, message: { role: "user", content: "Weather?" } },
  {
    ...place, _id: "a", _creationTime: 1, stepOrder: 1, agentName: "Helper", model: "m1", finishReason: "tool-calls", usage: { promptTokens: 10, completionTokens: 2 }, timing: { startedMs: 100, endedMs: 200 },
    message: { role: "assistant", content: [{ type: "text", text: "Let me see." }, { type: "tool-call", toolCallId: "c", toolName: "weather", input: {} }] },
  },
  { ...place, _id: "r", _creationTime: 2, stepOrder: 2, tool: true, timing: { startedMs: 150, endedMs: 400 }, message: { role: "tool", content: [{ type: "tool-result", toolCallId: "c", toolName: "weather", output: { type: "text", value: "sunny" } }] } },
  { ...place, _id: "b", _creationTime: 3, stepOrder: 3, agentName: "Helper", model: "m1", finishReason: "stop", usage: { promptTokens: 20, completionTokens: 3, cachedInputTokens: 20 }, timing: { startedMs: 1_000, endedMs: 1_100 }, message: { role: "assistant", content: "Sunny." } },
];

test("a saved answer is compared by what all its steps said, took and cost; waiting is not its time", () => {
  const answer = comparedAnswer(answerOf(turn), { m1: { input: 1_000_000, output: 0, cachedInput: 0 } });
  expect(answer).toMatchObject({ text: "Let me see.\n\nSunny.", agentName: "Helper", model: "m1", finishReason: "stop", promptTokens: 30, completionTokens: 5, modelCalls: 2, durationMs: 400, cost: 10 });
  expect(answer.parts.map(({ type }) => type)).toEqual(["text", "tool-weather", "text"]);
  expect(promptOf(turn)?._id).toBe("p");
});

test("an answer whose model has no price has no cost, and one that nobody timed no time", () => {
  const untimed = answerOf(turn).map(({ timing: _timing, ...doc }) => doc);
  expect(comparedAnswer(untimed, {})).toMatchObject({ cost: undefined, durationMs: undefined });
  expect(comparedAnswer([], {})).toMatchObject({ cost: undefined, text: "", modelCalls: 0 });
});

test("an answer that was not saved is compared as if it had been", () => {
  const saved = answerOf(turn);
  const unsaved = saved.map(({ message, model, finishReason, usage, timing }) => ({ message: message!, model, finishReason, usage, timing }));
  const answer: PlaygroundAnswer = { text: "", finishReason: "stop", messages: [], unsaved, steps: [], durationMs: 1 };
  expect(comparedAnswer(unsavedDocs(answer, { threadId: "t", agentName: "Helper" }), {})).toEqual(comparedAnswer(saved, {}));
});
