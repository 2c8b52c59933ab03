import { vacuumFiles } from "convex-agent/queries";
import { v } from "convex/values";
import { components, internal } from "../_generated/api";
import { internalMutation } from "../_generated/server";

/** Files in one go: each takes its upload rows along. */
const FILES_AT_ONCE = 100;

/** Deletes the files that no message shows any more, and who had uploaded them. For a cron. */
export const vacuum = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const { deleted, isDone } = await vacuumFiles(ctx, components.agent, { limit: FILES_AT_ONCE });
    for (const { fileId } of deleted) {
      for await (const upload of ctx.db.query("uploads").withIndex("by_file", (q) => q.eq("fileId", fileId))) await ctx.db.delete(upload._id);
    }
    if (!isDone) await ctx.scheduler.runAfter(0, internal.files.vacuum.vacuum, {});
    return null;
  },
});
