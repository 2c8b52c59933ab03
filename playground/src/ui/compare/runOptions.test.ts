import type { AgentDescription } from "convex-agent";
import fc from "fast-check";
import { expect, test } from "vitest";
import { agentOf, describeChanges, formatRunOptions, overridesOf, parseRunOptions, TOOL_CHOICES, type RunOptions } from "./runOptions";

const agent: AgentDescription = {
  name: "Helper",
  tools: ["weather", "pay"].map((name) => ({ name, inputSchema: {}, needsApproval: false })),
  contextOptions: { recentMessages: 20 },
};
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const options: fc.Arbitrary<RunOptions> = fc.record({
  agentName: maybe(fc.string({ minLength: 1 })),
  instructions: maybe(fc.string()),
  settings: maybe(fc.record({ temperature: fc.constantFrom(0, 0.3, 2), seed: fc.nat(100) })),
  context: maybe(fc.record({ recentMessages: fc.nat(1000), textSearch: fc.boolean() })),
  tools: maybe(fc.array(fc.constantFrom("weather", "pay"))),
  toolChoice: maybe(fc.constantFrom(...TOOL_CHOICES)),
  maxSteps: maybe(fc.integer({ min: 1, max: 100 })),
  isUnsaved: fc.constantFrom(true, undefined),
});

test("options that go through an address come back as they were, and none leave no trace in it", () => {
  fc.assert(fc.property(options, (given) => {
    expect(parseRunOptions(formatRunOptions(given))).toEqual(JSON.parse(JSON.stringify(given)));
  }));
  expect(formatRunOptions({})).toBeUndefined();
});

test("whatever an address says, what cannot be meant is left out", () => {
  for (const text of [undefined, "", "no json", "[]", "null", '{"maxSteps":0,"tools":3,"toolChoice":"perhaps","settings":{"temperature":9,"topK":1.5},"context":{"recentMessages":-1}}']) expect(parseRunOptions(text)).toEqual({});
  fc.assert(fc.property(fc.jsonValue(), (json) => {
    const once = parseRunOptions(JSON.stringify(json));
    expect(parseRunOptions(formatRunOptions(once))).toEqual(once);
  }));
});

test("the API is told of what is changed alone, with the agent's own context under it", () => {
  expect(overridesOf({ context: { recentMessages: 20 }, settings: {} }, agent)).toEqual({});
  expect(overridesOf({ instructions: "", context: { textSearch: true }, tools: ["pay", "gone"], settings: { temperature: 0 } }, agent)).toMatchObject({
    system: "", activeTools: ["pay"], callSettings: { temperature: 0 }, contextOptions: { recentMessages: 20, searchOptions: { textSearch: true, limit: 10 } },
  });
  expect(describeChanges({ instructions: "x", tools: ["pay"], settings: { temperature: 0.5 }, context: { recentMessages: 20 } }, agent)).toEqual(["instructions", "temperature 0.5", "1 of 2 tools"]);
});

test("the chosen agent answers, else the one that the message is of, else the first", () => {
  const agents = [agent, { ...agent, name: "Banker" }];
  expect([agentOf(agents, "Banker", "Helper")?.name, agentOf(agents, "gone", "Banker")?.name, agentOf(agents, undefined)?.name, agentOf([])?.name]).toEqual(["Banker", "Banker", "Helper", undefined]);
});
