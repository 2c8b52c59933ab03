import type { MessageDoc } from "convex-agent";
import { expect, test } from "vitest";
import { toConversation } from "./conversation";

const rows = (messages: readonly (Partial<MessageDoc> & Pick<MessageDoc, "order" | "message">)[]): MessageDoc[] =>
  messages.map((rest, index) => ({ _id: `m${index}`, _creationTime: index, threadId: "t", stepOrder: index, status: "success", tool: false, ...rest }));
const ask = { type: "tool-call" as const, toolCallId: "1", toolName: "weather", input: { city: "Oslo" } };
const gives = { type: "tool-result" as const, toolCallId: "1", toolName: "weather", output: { type: "text" as const, value: "sunny" } };
const prompt = { role: "user" as const, content: "Weather?" };
const asks = { role: "assistant" as const, content: [ask] };
const result = { role: "tool" as const, content: [gives] };
const says = { role: "assistant" as const, content: "Sunny." };

test("a call that no model made here is saved as it was, with what it gave, though a model's call has the same name", () => {
  const imported = [prompt, asks, result, says].map((message) => ({ order: 0, message }));
  const said = [{ order: 1, message: prompt }, ...[asks, result, says].map((message) => ({ order: 1, message, agentName: "Helper", model: "m" }))];
  const { scenes, outcomes, transcript } = toConversation(rows([...imported, ...said]));
  expect(scenes).toEqual([
    { saves: prompt }, { saves: asks }, { saves: result }, { saves: says },
    { runs: [{ agentName: "Helper", after: { prompt }, steps: [[{ ...ask }], ["Sunny."]] }] },
  ]);
  expect(outcomes).toEqual({ 1: { gives: "sunny" } });
  const lines = ["user: Weather?", "assistant calls weather", "weather gives sunny", "assistant: Sunny."];
  expect(transcript).toEqual([...lines, ...lines]);
});
