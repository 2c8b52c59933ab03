import { v } from "convex/values";
import { components, mutation } from "./setup";

export const remove = mutation({
  args: { threadId: v.string() },
  handler: async (ctx, { threadId }) => {
    await ctx.runMutation(components.agent.threads.deleteAllForThreadIdAsync, { threadId });
    return null;
  },
});
