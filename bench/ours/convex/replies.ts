import { Agent, createTool, stepCountIs } from "convex-agent";
import { v } from "convex/values";
import { z } from "zod";
import { action, components } from "./setup";
import { slowed } from "../../shared/latency";
import { model, type Step } from "../../shared/model";

const lookUp = createTool({
  description: "Looks something up",
  inputSchema: z.object({ what: z.string() }),
  execute: async (_ctx, { what }) => `About ${what}: nothing special`,
});

function agentOf(steps: readonly Step[]) {
  return new Agent(components.agent, { name: "bench", languageModel: model(steps), tools: { lookUp }, stopWhen: stepCountIs(10) });
}

const prompted = { threadId: v.string(), promptMessageId: v.string() };

export const stream = action({
  args: { ...prompted, words: v.number(), everyMs: v.number() },
  handler: async (ctx, { threadId, promptMessageId, words, everyMs }) => {
    const agent = agentOf([{ words, everyMs }]);
    const result = await agent.streamText(slowed(ctx), { threadId }, { promptMessageId }, { saveStreamDeltas: true });
    await result.consumeStream();
    return null;
  },
});

export const write = action({
  args: { ...prompted, toolSteps: v.number(), words: v.number() },
  handler: async (ctx, { threadId, promptMessageId, toolSteps, words }) => {
    const calls = Array.from({ length: toolSteps }, (_, index): Step => ({ tool: "lookUp", input: { what: `thing ${index}` } }));
    await agentOf([...calls, { words, everyMs: 0 }]).generateText(slowed(ctx), { threadId }, { promptMessageId });
    return null;
  },
});
