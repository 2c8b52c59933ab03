import { listThread, vStreamArgs } from "convex-agent/list";
import { paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import { query, components } from "./setup";

export const list = query({
  args: { threadId: v.string(), paginationOpts: paginationOptsValidator, streamArgs: vStreamArgs },
  handler: async (ctx, args) => listThread(ctx, components.agent, args),
});
