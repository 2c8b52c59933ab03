/** What was found in the documents, kept beside the conversation: an answer names its sources. */
import { v } from "convex/values";
import { internalMutation, query } from "../_generated/server";
import { isThreadThere, requireThreadAccess } from "../access";
import { vSource } from "./tables";

const MAX_SHOWN_SEARCHES = 40;

export const save = internalMutation({
  args: { threadId: v.string(), order: v.number(), query: v.string(), sources: v.array(vSource) },
  returns: v.null(),
  handler: async (ctx, record) => {
    if (await isThreadThere(ctx, record.threadId)) await ctx.db.insert("documentSearches", record);
    return null;
  },
});

/** The sources of a conversation's newest answers. They are part of the answers: whoever may read those may read them. */
export const list = query({
  args: { viewerKey: v.string(), threadId: v.string() },
  returns: v.array(v.object({ order: v.number(), query: v.string(), sources: v.array(vSource) })),
  handler: async (ctx, { viewerKey, threadId }) => {
    await requireThreadAccess(ctx, { viewerKey, threadId, permission: "read" });
    const searches = await ctx.db.query("documentSearches").withIndex("by_turn", (q) => q.eq("threadId", threadId)).order("desc").take(MAX_SHOWN_SEARCHES);
    return searches.map(({ order, query: words, sources }) => ({ order, query: words, sources }));
  },
});
