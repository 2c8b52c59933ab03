// @vitest-environment edge-runtime
import { embedMany, generateText, stepCountIs, streamText, tool } from "ai";
import { expect, test } from "vitest";
import { z } from "zod";
import agentTest, { scriptedEmbedding, scriptedModel } from "../../test.js";

test("the entry for tests loads where convex-test runs, and a scripted model says its steps, in every way it is called", async () => {
  expect(Object.keys(agentTest).toSorted()).toEqual(["modules", "register", "schema"]);
  const weather = tool({ inputSchema: z.object({ city: z.string() }), execute: async ({ city }) => `sunny in ${city}` });
  const script = () => scriptedModel({ steps: [[{ type: "tool-call", toolName: "weather", input: { city: "Oslo" } }], ["It is sunny."]] });
  const [once, streamed] = [script(), script()];
  const { text } = await generateText({ model: once, tools: { weather }, stopWhen: stepCountIs(3), prompt: "Weather?" });
  const words: string[] = [];
  for await (const word of streamText({ model: streamed, tools: { weather }, stopWhen: stepCountIs(3), prompt: "Weather?" }).textStream) words.push(word);
  expect([text, words]).toEqual(["It is sunny.", ["It", " is", " sunny."]]);
  for (const model of [once, streamed]) expect(JSON.stringify(model.calls[1]!.prompt)).toContain("sunny in Oslo");
});

test("a scripted model fails as its script says", async () => {
  const model = scriptedModel({ steps: [{ throws: new Error("no quota") }] });
  await expect(generateText({ model, prompt: "Hi", maxRetries: 0 })).rejects.toThrow("no quota");
  await expect(generateText({ model: scriptedModel({ steps: [] }), prompt: "Hi", maxRetries: 0 })).rejects.toThrow("at least one step");
});

test("a scripted embedding gives one text one vector, and texts with words in common near ones", async () => {
  const model = scriptedEmbedding({ dimension: 64 });
  const { embeddings } = await embedMany({ model, values: ["red apple", "red apple", "green apple", "blue sky"] });
  const [a, b, near, far] = embeddings.map((vector) => vector);
  const dot = (left: number[], right: number[]) => left.reduce((sum, value, index) => sum + value * right[index]!, 0);
  expect(a).toEqual(b);
  expect(dot(a!, near!)).toBeGreaterThan(dot(a!, far!));
  expect(model.calls).toEqual([["red apple", "red apple", "green apple", "blue sky"]]);
});
