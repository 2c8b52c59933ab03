import { v } from "convex/values";
import { components, internal } from "../_generated/api";
import { mutation, type MutationCtx } from "../_generated/server";
import { invalidInput, rateLimited } from "../errors";
import { beginTurn, reopenTurn } from "../topicTurns";
import { MAX_TOKENS, rateLimiter } from "./limiter";

/** Characters of English to a token, about. What was really used is known after the reply, and is counted then. */
const CHARS_PER_TOKEN = 4;
const HISTORY_MESSAGES = 20;

// #region send
/**
 * Takes a message if the viewer's limits allow it. Refused, nothing is saved and nothing is used up: the limits are
 * part of the transaction.
 */
export const send = mutation({
  args: { viewerKey: v.string(), threadId: v.optional(v.string()), prompt: v.string() },
  returns: v.object({ threadId: v.string() }),
  handler: async (ctx, { viewerKey, threadId, prompt }): Promise<{ threadId: string }> => {
    const turn = await beginTurn(ctx, { topic: "rateLimits", viewerKey, threadId, prompt });
    await takeMessage(ctx, turn.userId);
    await checkTokens(ctx, { userId: turn.userId, count: await estimateTokens(ctx, turn.threadId) });
    await ctx.scheduler.runAfter(0, internal.rateLimits.reply.reply, turn);
    return { threadId: turn.threadId };
  },
});
// #endregion

/** Answers a turn again; that counts as a message too. */
export const retry = mutation({
  args: { viewerKey: v.string(), threadId: v.string(), order: v.number(), promptMessageId: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    await reopenTurn(ctx, { topic: "rateLimits", ...args }, async (turn) => {
      await takeMessage(ctx, turn.userId);
      return await ctx.scheduler.runAfter(0, internal.rateLimits.reply.reply, turn);
    });
    return null;
  },
});

// #region take
async function takeMessage(ctx: MutationCtx, userId: string): Promise<void> {
  const own = await rateLimiter.limit(ctx, "sendMessage", { key: userId });
  if (!own.ok) throw rateLimited("messages", own.retryAfter, "You have sent more messages than the limit allows.");
  const all = await rateLimiter.limit(ctx, "globalSendMessage");
  if (!all.ok) throw rateLimited("messages", all.retryAfter, "Everybody together sends more messages than this app allows.");
}
// #endregion

// #region tokens
/** Checks without taking: the tokens are taken by the usage handler, once it is known how many there were. */
async function checkTokens(ctx: MutationCtx, { userId, count }: { userId: string; count: number }): Promise<void> {
  if (count > MAX_TOKENS) {
    const [needed, most] = [count, MAX_TOKENS].map((tokens) => tokens.toLocaleString("en"));
    throw invalidInput("prompt", `With what was said before, this message needs about ${needed} tokens; ${most} is the most. Shorten it, or begin a new conversation.`);
  }
  const own = await rateLimiter.check(ctx, "tokenUsagePerUser", { key: userId, count });
  if (!own.ok) throw rateLimited("tokens", own.retryAfter, `You have used up your tokens: this message needs about ${count.toLocaleString("en")} with what was said before.`);
  const all = await rateLimiter.check(ctx, "globalTokenUsage", { count });
  if (!all.ok) throw rateLimited("tokens", all.retryAfter, "Everybody together uses more tokens than this app allows.");
}
// #endregion

async function estimateTokens(ctx: MutationCtx, threadId: string): Promise<number> {
  const { page } = await ctx.runQuery(components.agent.messages.listMessagesByThreadId, {
    threadId, order: "desc", paginationOpts: { cursor: null, numItems: HISTORY_MESSAGES },
  });
  const chars = page.reduce((sum, { text }) => sum + (text?.length ?? 0), 0);
  return Math.ceil(chars / CHARS_PER_TOKEN);
}
