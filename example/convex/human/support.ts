/** What a person of the support team does: take over, write, hand back, answer what the agent asks. */
import { abortStream, saveMessage, stopTurn } from "convex-agent/queries";
import { v } from "convex/values";
import { components, internal } from "../_generated/api";
import type { Doc } from "../_generated/dataModel";
import { mutation, type MutationCtx } from "../_generated/server";
import { requireThreadAccess } from "../access";
import { alreadyDone, forbidden } from "../errors";
import { parseInput } from "../input";
import { promptSchema } from "../promptInput";
import { topicUserId } from "../topicThreads";
import { mustFindCase } from "./cases";
import { requireMember } from "./team";

/** The team may answer every customer; nobody answers themselves. */
async function requireSupport(ctx: MutationCtx, { viewerKey, threadId }: { viewerKey: string; threadId: string }): Promise<{ userId: string; name: string }> {
  const member = await requireMember(ctx, viewerKey);
  const { isOwner } = await requireThreadAccess(ctx, { viewerKey, threadId, permission: "write" });
  if (isOwner) throw forbidden("You are the customer here. Somebody else of the team answers you.");
  return member;
}

// #region takeOver
/** Takes the conversation over. What the agent is saying is broken off; what was said stays. */
export const takeOver = mutation({
  args: { viewerKey: v.string(), threadId: v.string() },
  returns: v.null(),
  handler: async (ctx, { viewerKey, threadId }) => {
    const { userId, name } = await requireSupport(ctx, { viewerKey, threadId });
    const { _id, holder } = await mustFindCase(ctx, threadId);
    if (holder.kind === "person" && holder.userId !== userId) throw alreadyDone(`${holder.name} was quicker and answers here.`);
    const last = await lastMessage(ctx, threadId);
    // While the agent answers, its reply may be on its way without a word yet; once a person was asked for, none begins.
    const stop = holder.kind === "agent" ? stopTurn : abortStream;
    if (last !== null) await stop(ctx, components.agent, { threadId, order: last.order, reason: "taken over" });
    await ctx.db.patch(_id, { holder: { kind: "person", userId, name, sinceMs: Date.now() } });
    return null;
  },
});
// #endregion

// #region say
/** Saves what the person wrote, as an answer under their own name. */
export const say = mutation({
  args: { viewerKey: v.string(), threadId: v.string(), text: v.string() },
  returns: v.null(),
  handler: async (ctx, { viewerKey, threadId, text: typed }) => {
    const { name } = await requireHolder(ctx, { viewerKey, threadId });
    const text = parseInput(promptSchema, typed, "text");
    const last = await lastMessage(ctx, threadId);
    await saveMessage(ctx, components.agent, {
      threadId, agentName: name, promptMessageId: last?._id, message: { role: "assistant", content: text },
      metadata: { provider: "human", providerMetadata: { human: { name } } },
    });
    return null;
  },
});
// #endregion

/** Gives the conversation back to the agent, which answers what nobody has answered yet. */
export const handBack = mutation({
  args: { viewerKey: v.string(), threadId: v.string() },
  returns: v.null(),
  handler: async (ctx, { viewerKey, threadId }) => {
    const { caseId } = await requireHolder(ctx, { viewerKey, threadId });
    await ctx.db.patch(caseId, { holder: { kind: "agent" } });
    const last = await lastMessage(ctx, threadId);
    if (last?.role !== "user") return null;
    await ctx.scheduler.runAfter(0, internal.human.reply.reply, { threadId, promptMessageId: last._id, order: last.order, userId: last.userId });
    return null;
  },
});

// #region answer
/** Answers a question of the agent: the answer becomes the tool's result, and the agent goes on with it. */
export const answer = mutation({
  args: { viewerKey: v.string(), threadId: v.string(), toolCallId: v.string(), text: v.string() },
  returns: v.null(),
  handler: async (ctx, { viewerKey, threadId, toolCallId, text: typed }) => {
    const { userId, name } = await requireSupport(ctx, { viewerKey, threadId });
    const text = parseInput(promptSchema, typed, "text");
    const asked = await ctx.db.query("humanQuestions").withIndex("by_call", (q) => q.eq("threadId", threadId).eq("toolCallId", toolCallId)).unique();
    if (asked === null || asked.answeredBy !== null) throw alreadyDone("Somebody was quicker: this question has its answer.");
    await ctx.db.patch(asked._id, { answeredBy: userId });
    await saveResult(ctx, asked, { name, text });
    await ctx.scheduler.runAfter(0, internal.human.reply.reply, { threadId, promptMessageId: asked.promptMessageId, order: asked.order, userId: topicUserId("human", userId) });
    return null;
  },
});
// #endregion

// #region saveResult
async function saveResult(ctx: MutationCtx, { threadId, promptMessageId, toolCallId }: Doc<"humanQuestions">, { name, text }: { name: string; text: string }): Promise<void> {
  await saveMessage(ctx, components.agent, {
    threadId, promptMessageId,
    message: { role: "tool", content: [{ type: "tool-result", toolCallId, toolName: "askHuman", output: { type: "text", value: text } }] },
    metadata: { provider: "human", providerMetadata: { human: { name } } },
  });
}
// #endregion

async function requireHolder(ctx: MutationCtx, target: { viewerKey: string; threadId: string }): Promise<{ caseId: Doc<"supportCases">["_id"]; name: string }> {
  const { userId } = await requireSupport(ctx, target);
  const { _id, holder } = await mustFindCase(ctx, target.threadId);
  if (holder.kind !== "person" || holder.userId !== userId) throw forbidden("You do not answer in this conversation now. Take it over first.");
  return { caseId: _id, name: holder.name };
}

async function lastMessage(ctx: MutationCtx, threadId: string): Promise<{ _id: string; order: number; role: string | undefined; userId: string | undefined } | null> {
  const { page: [last] } = await ctx.runQuery(components.agent.messages.listMessagesByThreadId, { threadId, order: "desc", paginationOpts: { cursor: null, numItems: 1 } });
  return last === undefined ? null : { _id: last._id, order: last.order, role: last.message?.role, userId: last.userId };
}
