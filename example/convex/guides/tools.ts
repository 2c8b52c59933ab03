import { Agent, createTool, isStepCount, type ToolCtx } from "convex-agent";
import { z } from "zod";
import { v } from "convex/values";
import { components } from "../_generated/api";
import { internalAction } from "../_generated/server";
import { languageModel } from "./models";

// #region convexTool
export const searchThreads = createTool({
  description: "Finds the user's conversations by their title",
  args: z.object({ query: z.string().describe("Words of the title") }),
  handler: async (ctx, { query }): Promise<string[]> => {
    const threads = await ctx.runQuery(components.agent.threads.searchThreadTitles, { userId: ctx.userId, query, limit: 5 });
    return threads.map(({ title }) => title ?? "Untitled");
  },
});
// #endregion

// #region typedCtx
export const orgTool = createTool({
  description: "Names the organization",
  args: z.object({}),
  handler: async (ctx: ToolCtx & { orgName: string }) => ctx.orgName,
});
// #endregion

// #region progress
export const countdown = createTool({
  description: "Counts down to zero",
  args: z.object({ from: z.number().int().max(10) }),
  // Each value that is yielded shows at once and replaces the one before; the last one is the result.
  handler: async function* (_ctx, { from }) {
    for (let left = from; left >= 0; left--) yield { left };
  },
});
// #endregion

// #region agent
export const assistantWithTools = new Agent(components.agent, {
  name: "Assistant with tools",
  languageModel,
  tools: { searchThreads, countdown },
  stopWhen: isStepCount(5),
});
// #endregion

// #region subagent
const researcher = new Agent(components.agent, { name: "Researcher", languageModel });

export const research = createTool({
  description: "Asks a researcher, who answers in one paragraph",
  args: z.object({ question: z.string() }),
  handler: async (ctx, { question }) => {
    const { threadId } = await researcher.createThread(ctx, { userId: ctx.userId });
    const { text } = await researcher.generateText(ctx, { threadId }, { prompt: question });
    return text;
  },
});
// #endregion

// #region callTools
export const replyWithResearch = internalAction({
  args: { threadId: v.string(), promptMessageId: v.string() },
  returns: v.null(),
  handler: async (ctx, { threadId, promptMessageId }) => {
    await assistantWithTools.generateText(ctx, { threadId }, { promptMessageId, tools: { research }, stopWhen: isStepCount(3) });
    return null;
  },
});
// #endregion
