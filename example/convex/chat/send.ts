/** What the chat page does: send, stop, try again. */
import { saveMessage, stopTurn, updateThreadMetadata } from "convex-agent/queries";
import { v } from "convex/values";
import { z } from "zod";
import { components, internal } from "../_generated/api";
import { mutation } from "../_generated/server";
import { requireThreadAccess } from "../access";
import { invalidInput } from "../errors";
import { answerAgain } from "../topicTurns";
import { promptProblem } from "./prompt";

const promptSchema = z.string().check((check) => {
  const problem = promptProblem(check.value);
  if (problem !== null) check.issues.push({ code: "custom", message: problem, input: check.value });
});

/** Longest title of a thread; its first words become it. */
const TITLE_CHARS = 60;

/** Saves the prompt and schedules the reply, in one transaction: either both happen or neither. */
export const sendMessage = mutation({
  args: { viewerKey: v.string(), threadId: v.string(), prompt: v.string() },
  returns: v.object({ order: v.number() }),
  handler: async (ctx, { viewerKey, threadId, prompt }) => {
    const { userId } = await requireThreadAccess(ctx, { viewerKey, threadId, permission: "write" });
    const parsed = promptSchema.safeParse(prompt);
    if (!parsed.success) throw invalidInput("prompt", parsed.error.issues[0]?.message ?? "This message cannot be sent.");
    const { messageId, message } = await saveMessage(ctx, components.agent, { threadId, userId, prompt: parsed.data });
    if (message.order === 0) {
      await updateThreadMetadata(ctx, components.agent, { threadId, patch: { title: titleOf(parsed.data) } });
    }
    await ctx.scheduler.runAfter(0, internal.chat.generate.reply, { threadId, promptMessageId: messageId });
    return { order: message.order };
  },
});

/** Stops the reply to the turn `order`, also before its first word. What was said so far stays. False: it is complete. */
export const stop = mutation({
  args: { viewerKey: v.string(), threadId: v.string(), order: v.number() },
  returns: v.object({ stopped: v.boolean() }),
  handler: async (ctx, { viewerKey, threadId, order }) => {
    await requireThreadAccess(ctx, { viewerKey, threadId, permission: "write" });
    const stopped = await stopTurn(ctx, components.agent, { threadId, order, reason: "stopped" });
    return { stopped };
  },
});

/** Drops what was said in answer to the turn `order` and has it answered again. */
export const retry = mutation({
  args: { viewerKey: v.string(), threadId: v.string(), order: v.number(), promptMessageId: v.string() },
  returns: v.null(),
  handler: async (ctx, { viewerKey, threadId, order, promptMessageId }) => {
    await requireThreadAccess(ctx, { viewerKey, threadId, permission: "write" });
    await answerAgain(ctx, { threadId, order, promptMessageId }, () => ctx.scheduler.runAfter(0, internal.chat.generate.reply, { threadId, promptMessageId }));
    return null;
  },
});

function titleOf(prompt: string): string {
  const line = prompt.trim().replace(/\s+/g, " ");
  return line.length <= TITLE_CHARS ? line : `${Array.from(line).slice(0, TITLE_CHARS - 1).join("")}…`;
}
