import { adaptiveThrottle, Agent, createTool, stepCountIs } from "convex-agent";
import { v } from "convex/values";
import { z } from "zod";
import { slowed } from "../../shared/latency";
import { model, type Step } from "../../shared/model";
import { action, components, httpAction } from "./setup";

const lookUp = createTool({
  description: "Looks something up",
  inputSchema: z.object({ what: z.string() }),
  execute: async (_ctx, { what }) => `About ${what}: nothing special`,
});

function agentOf(steps: readonly Step[]) {
  return new Agent(components.agent, { name: "bench", languageModel: model(steps), tools: { lookUp }, stopWhen: stepCountIs(10) });
}

const prompted = { threadId: v.string(), promptMessageId: v.string() };
const said = { words: v.number(), everyMs: v.number(), firstAfterMs: v.optional(v.number()) };

/** A reply whose stream is stored for everybody: every `throttleMs`, or every `firstMs` at first and `lastMs` later. */
export const stream = action({
  args: { ...prompted, ...said, throttle: v.optional(v.union(v.number(), v.object({ firstMs: v.number(), afterMs: v.number(), lastMs: v.number() }))) },
  handler: async (ctx, { threadId, promptMessageId, throttle, ...step }) => {
    const saveStreamDeltas = throttle === undefined ? true : { throttleMs: typeof throttle === "number" ? throttle : adaptiveThrottle(throttle) };
    const result = await agentOf([step]).streamText(slowed(ctx), { threadId }, { promptMessageId }, { saveStreamDeltas });
    await result.consumeStream();
    return null;
  },
});

/** A reply that its sender reads as the response, while others read what is stored of it every two seconds. */
export const respond = httpAction(async (ctx, request) => {
  // The bench's own request.
  const { threadId, promptMessageId, ...step } = (await request.json()) as { threadId: string; promptMessageId: string; words: number; everyMs: number };
  const saveStreamDeltas = { throttleMs: 2000, returnImmediately: true };
  const result = await agentOf([step]).streamText(slowed(ctx), { threadId }, { promptMessageId }, { saveStreamDeltas });
  return result.toUIMessageStreamResponse();
});

export const write = action({
  args: { ...prompted, toolSteps: v.number(), words: v.number(), recentMessages: v.optional(v.number()) },
  handler: async (ctx, { threadId, promptMessageId, toolSteps, words, recentMessages }) => {
    const calls = Array.from({ length: toolSteps }, (_, index): Step => ({ tool: "lookUp", input: { what: `thing ${index}` } }));
    const agent = agentOf([...calls, { words, everyMs: 0 }]);
    await agent.generateText(slowed(ctx), { threadId }, { promptMessageId }, { contextOptions: { recentMessages } });
    return null;
  },
});
