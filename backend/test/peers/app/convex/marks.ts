import { vResultValidator } from "@convex-dev/workpool";
import { v } from "convex/values";
import { internalMutation, query } from "./_generated/server.js";

const run = v.string();

export const add = internalMutation({
  args: { run, label: v.string() },
  returns: v.number(),
  handler: async (ctx, args) => {
    await ctx.db.insert("marks", args);
    return (await ctx.db.query("marks").withIndex("by_run", (q) => q.eq("run", args.run)).collect()).length;
  },
});

export const list = query({
  args: { run },
  returns: v.array(v.string()),
  handler: async (ctx, args) => {
    const marks = await ctx.db.query("marks").withIndex("by_run", (q) => q.eq("run", args.run)).collect();
    return marks.map(({ label }) => label);
  },
});

export const outcomes = query({
  args: { run },
  returns: v.array(v.object({ label: v.string(), result: vResultValidator })),
  handler: async (ctx, args) => {
    const rows = await ctx.db.query("outcomes").withIndex("by_run", (q) => q.eq("run", args.run)).collect();
    return rows.map(({ label, result }) => ({ label, result }));
  },
});
