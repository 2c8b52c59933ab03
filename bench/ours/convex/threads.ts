import { saveMessage, saveMessages, startThread } from "convex-agent/queries";
import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { mutation, components } from "./setup";
import { filler } from "../../shared/filler";

/** A thread and its first prompt, in one transaction. */
export const begin = mutation({
  args: { prompt: v.string() },
  handler: async (ctx, { prompt }) => {
    const { threadId, messageId } = await startThread(ctx, components.agent, { userId: "user", prompt });
    return { threadId, messageId };
  },
});

export const ask = mutation({
  args: { threadId: v.string(), prompt: v.string() },
  handler: async (ctx, { threadId, prompt }) => {
    const { messageId } = await saveMessage(ctx, components.agent, { threadId, prompt });
    return { messageId };
  },
});

/** What a page calls to send a message: it is saved, and the reply begins. */
export const send = mutation({
  args: { threadId: v.string(), prompt: v.string(), reply: v.string(), with: v.any() },
  handler: async (ctx, { threadId, prompt, reply, with: more }) => {
    const { messageId } = await saveMessage(ctx, components.agent, { threadId, prompt });
    await ctx.scheduler.runAfter(0, makeFunctionReference<"action">(reply), { threadId, promptMessageId: messageId, ...more });
    return null;
  },
});

/** Turns of a question and an answer. */
export const fill = mutation({
  args: { threadId: v.string(), turns: v.number(), characters: v.number() },
  handler: async (ctx, { threadId, turns, characters }) => {
    const turn = (["user", "assistant"] as const).map((role) => ({ role, content: filler(characters) }));
    await saveMessages(ctx, components.agent, { threadId, userId: "user", messages: Array.from({ length: turns }, () => turn).flat() });
    return null;
  },
});

/** Turns whose answers used a tool first. */
export const fillWithTools = mutation({
  args: { threadId: v.string(), turns: v.number(), text: v.number(), found: v.number() },
  handler: async (ctx, { threadId, turns, text, found }) => {
    for (let turn = 0; turn < turns; turn += 1) {
      const { messageId } = await saveMessage(ctx, components.agent, { threadId, userId: "user", prompt: filler(text) });
      const call = { toolCallId: `call-${turn}`, toolName: "lookUp" };
      await saveMessages(ctx, components.agent, {
        threadId,
        userId: "user",
        promptMessageId: messageId,
        messages: [
          { role: "assistant", content: [{ type: "tool-call", ...call, input: { what: "a thing" } }] },
          { role: "tool", content: [{ type: "tool-result", ...call, output: { type: "json", value: { found: filler(found) } } }] },
          { role: "assistant", content: filler(text) },
        ],
      });
    }
    return null;
  },
});
