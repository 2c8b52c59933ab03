import { createThread, saveMessage, saveMessages } from "@convex-dev/agent";
import { v } from "convex/values";
import { mutation, components } from "./setup";

/** A thread and its first prompt, in one transaction. */
export const begin = mutation({
  args: { prompt: v.string() },
  handler: async (ctx, { prompt }) => {
    const threadId = await createThread(ctx, components.agent, { userId: "user" });
    const { messageId } = await saveMessage(ctx, components.agent, { threadId, prompt });
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

/** Turns of a question and an answer. */
export const fill = mutation({
  args: { threadId: v.string(), turns: v.number(), from: v.number() },
  handler: async (ctx, { threadId, turns, from }) => {
    for (let turn = from; turn < from + turns; turn += 1) {
      const { messageId } = await saveMessage(ctx, components.agent, { threadId, userId: "user", prompt: `Question ${turn}: ${FILLER}` });
      await saveMessages(ctx, components.agent, {
        threadId,
        userId: "user",
        promptMessageId: messageId,
        messages: [{ role: "assistant", content: `Answer ${turn}: ${FILLER}` }],
      });
    }
    return null;
  },
});

/** Turns whose answers used a tool first. */
export const fillWithTools = mutation({
  args: { threadId: v.string(), turns: v.number() },
  handler: async (ctx, { threadId, turns }) => {
    for (let turn = 0; turn < turns; turn += 1) {
      const { messageId } = await saveMessage(ctx, components.agent, { threadId, userId: "user", prompt: `Question ${turn}: ${FILLER}` });
      const call = { toolCallId: `call-${turn}`, toolName: "lookUp" };
      await saveMessages(ctx, components.agent, {
        threadId,
        userId: "user",
        promptMessageId: messageId,
        messages: [
          { role: "assistant", content: [{ type: "tool-call", ...call, input: { what: "a thing" } }] },
          { role: "tool", content: [{ type: "tool-result", ...call, output: { type: "json", value: { found: FILLER } } }] },
          { role: "assistant", content: `Answer ${turn}: ${FILLER}` },
        ],
      });
    }
    return null;
  },
});

const FILLER = "what people say to a model and what a model says to people is a few hundred characters long, ".repeat(4);
