import { tool } from "ai";
import { Agent } from "convex-agent";
import { v } from "convex/values";
import { z } from "zod";
import { components, internal } from "../_generated/api";
import { internalAction, internalMutation } from "../_generated/server";
import { isThreadThere } from "../access";
import { chooseModel } from "../model/index";

// #region tool
/** A tool without `execute`: the run ends with its call, and goes on when a person has answered it. */
const askHuman = tool({
  title: "Ask a human",
  description: "Asks a human colleague a question that only a human can answer, such as about an order or an exception.",
  inputSchema: z.object({ question: z.string().describe("The question, complete in itself") }),
});
// #endregion

const supportAgent = new Agent(components.agent, {
  name: "Support agent",
  languageModel: chooseModel(),
  instructions: "You are the first to answer the customers of a shop. What you do not know for certain you ask with askHuman, and answer from what comes back.",
  tools: { askHuman },
});

// #region reply
/** Answers a message, or goes on with an answer that waited for a person. */
export const reply = internalAction({
  args: { threadId: v.string(), promptMessageId: v.string(), order: v.number(), userId: v.optional(v.string()) },
  returns: v.null(),
  handler: async (ctx, { threadId, promptMessageId, order, userId }) => {
    const result = await supportAgent.streamText(ctx, { threadId, userId }, { promptMessageId }, { saveStreamDeltas: { chunking: "word", throttleMs: 100 } });
    await result.consumeStream();
    const calls = await result.toolCalls;
    const questions = calls.flatMap((call) => (call.toolName === "askHuman" && call.dynamic !== true ? [{ toolCallId: call.toolCallId, question: call.input.question }] : []));
    if (questions.length > 0) await ctx.runMutation(internal.human.reply.putQuestions, { threadId, promptMessageId, order, questions });
    return null;
  },
});
// #endregion

/** Puts what the agent asks before the people of the support team. */
export const putQuestions = internalMutation({
  args: { threadId: v.string(), promptMessageId: v.string(), order: v.number(), questions: v.array(v.object({ toolCallId: v.string(), question: v.string() })) },
  returns: v.null(),
  handler: async (ctx, { questions, ...turn }) => {
    if (!(await isThreadThere(ctx, turn.threadId))) return null;
    for (const question of questions) await ctx.db.insert("humanQuestions", { ...turn, ...question, answeredBy: null });
    return null;
  },
});
