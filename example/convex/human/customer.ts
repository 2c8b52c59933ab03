/** What the customer does: write, and ask for a person. */
import { v } from "convex/values";
import { internal } from "../_generated/api";
import { mutation } from "../_generated/server";
import { requireThreadAccess } from "../access";
import { alreadyDone } from "../errors";
import { titleOf } from "../topicThreads";
import { beginTurn, reopenTurn } from "../topicTurns";
import { mustFindCase } from "./cases";

// #region send
/** Saves what the customer wrote. The agent answers it, unless a person does. */
export const send = mutation({
  args: { viewerKey: v.string(), threadId: v.optional(v.string()), prompt: v.string() },
  returns: v.object({ threadId: v.string() }),
  handler: async (ctx, { viewerKey, threadId: given, prompt }): Promise<{ threadId: string }> => {
    if (given !== undefined) await requireThreadAccess(ctx, { viewerKey, threadId: given, permission: "manage" });
    const { threadId, promptMessageId, order, userId } = await beginTurn(ctx, { topic: "human", viewerKey, threadId: given, prompt });
    if (given === undefined) await ctx.db.insert("supportCases", { threadId, title: titleOf(prompt), holder: { kind: "agent" } });
    const { holder } = await mustFindCase(ctx, threadId);
    if (holder.kind === "agent") await ctx.scheduler.runAfter(0, internal.human.reply.reply, { threadId, promptMessageId, order, userId });
    return { threadId };
  },
});
// #endregion

/** From here on no answer of the agent: somebody is asked to come. */
export const askForPerson = mutation({
  args: { viewerKey: v.string(), threadId: v.string() },
  returns: v.null(),
  handler: async (ctx, { viewerKey, threadId }) => {
    await requireThreadAccess(ctx, { viewerKey, threadId, permission: "manage" });
    const { _id, holder } = await mustFindCase(ctx, threadId);
    if (holder.kind === "person") throw alreadyDone(`${holder.name} is here already.`);
    if (holder.kind === "agent") await ctx.db.patch(_id, { holder: { kind: "waiting", sinceMs: Date.now() } });
    return null;
  },
});

/** Has a failed answer of the agent given again. */
export const retry = mutation({
  args: { viewerKey: v.string(), threadId: v.string(), order: v.number(), promptMessageId: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    const { holder } = await mustFindCase(ctx, args.threadId);
    if (holder.kind !== "agent") throw alreadyDone("The agent does not answer here now: a person was asked.");
    await reopenTurn(ctx, { topic: "human", ...args }, (turn) => ctx.scheduler.runAfter(0, internal.human.reply.reply, turn));
    return null;
  },
});
