/**
 * What the chat page reads. Reading stays in a file of its own: Convex evaluates a module and all it imports for every
 * run, and this one needs neither the AI SDK nor zod.
 */
import { listThread, vStreamArgs } from "convex-agent/list";
import { paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import { components } from "../_generated/api";
import { query } from "../_generated/server";
import { requireThreadAccess } from "../access";

export const listThreadMessages = query({
  args: {
    viewerKey: v.string(),
    threadId: v.string(),
    paginationOpts: paginationOptsValidator,
    streamArgs: vStreamArgs,
  },
  handler: async (ctx, { viewerKey, ...args }) => {
    await requireThreadAccess(ctx, { viewerKey, threadId: args.threadId, permission: "read" });
    return await listThread(ctx, components.agent, args);
  },
});
