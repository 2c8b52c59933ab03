/** What was found for each question, kept beside the conversation. */
import { v } from "convex/values";
import { internalMutation, query } from "../_generated/server";
import { isThreadThere, requireThreadAccess } from "../access";
import { topicUserId } from "../topicThreads";
import { vSearchSettings } from "./settings";
import { vFoundMessage } from "./tables";

/** So many questions of a conversation keep what was found for them. */
const KEPT = 5;

export const save = internalMutation({
  args: { threadId: v.string(), userId: v.string(), order: v.number(), question: v.string(), settings: vSearchSettings, found: v.array(vFoundMessage) },
  returns: v.null(),
  handler: async (ctx, record) => {
    if (!(await isThreadThere(ctx, record.threadId))) return null;
    const kept = await ctx.db.query("searches")
      .withIndex("by_thread_and_user", (q) => q.eq("threadId", record.threadId).eq("userId", record.userId)).order("desc").take(KEPT + 1);
    for (const [index, { _id, order }] of kept.entries()) if (order === record.order || index >= KEPT - 1) await ctx.db.delete(_id);
    await ctx.db.insert("searches", record);
    return null;
  },
});

/** What was found for the viewer's own questions in a conversation, newest first. */
export const list = query({
  args: { viewerKey: v.string(), threadId: v.string() },
  returns: v.array(v.object({ order: v.number(), question: v.string(), settings: vSearchSettings, found: v.array(vFoundMessage) })),
  handler: async (ctx, { viewerKey, threadId }) => {
    const { userId } = await requireThreadAccess(ctx, { viewerKey, threadId, permission: "read" });
    const searches = await ctx.db.query("searches")
      .withIndex("by_thread_and_user", (q) => q.eq("threadId", threadId).eq("userId", topicUserId("search", userId))).order("desc").take(KEPT);
    return searches.map(({ order, question, settings, found }) => ({ order, question, settings, found }));
  },
});
