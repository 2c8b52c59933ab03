import { Agent, createTool, stepCountIs } from "convex-agent";
import { v } from "convex/values";
import { z } from "zod";
import { components, internal } from "../_generated/api";
import { internalAction } from "../_generated/server";
import { chooseModel } from "../model/index";

/** What may be paid without asking anybody. */
const FREE_UP_TO = 100;

export interface Payment {
  paid: number;
  to: string;
  balance: number;
}

const sendMoney = createTool({
  title: "Send money",
  description: "Sends or pays money to somebody.",
  args: z.object({
    amount: z.number().int().min(1).max(1_000).describe("Whole euros"),
    to: z.string().min(1).max(80).describe("Who gets it, for example Ann"),
  }),
  needsApproval: (_ctx, { amount }) => amount > FREE_UP_TO,
  handler: async (ctx, { amount, to }, { toolCallId }): Promise<Payment> => {
    if (ctx.threadId === undefined) throw new Error("Money is sent from a conversation's account, and there is no conversation here.");
    const { balance } = await ctx.runMutation(internal.approval.account.pay, { threadId: ctx.threadId, amount, to, toolCallId });
    return { paid: amount, to, balance };
  },
});

export const banker = new Agent(components.agent, {
  name: "Banker",
  languageModel: chooseModel(),
  instructions: "You pay for the person, with sendMoney. Some payments wait for somebody's approval; when one is denied, accept it and say so.",
  tools: { sendMoney },
  stopWhen: stepCountIs(6),
});

/** Answers a message, and goes on after a decision: then `promptMessageId` is the message with the decision. */
export const reply = internalAction({
  args: { threadId: v.string(), promptMessageId: v.string() },
  returns: v.null(),
  handler: async (ctx, { threadId, promptMessageId }) => {
    const result = await banker.streamText(ctx, { threadId }, { promptMessageId }, { saveStreamDeltas: { chunking: "word", throttleMs: 100 } });
    await result.consumeStream();
    return null;
  },
});
