import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { beginTurn, type OpenTurn } from "../topicTurns";

/** Called by the HTTP action, which has no database: checks who writes what and where, and saves it. */
export const begin = internalMutation({
  args: { viewerKey: v.string(), threadId: v.optional(v.string()), prompt: v.string() },
  returns: v.object({ threadId: v.string(), promptMessageId: v.string(), order: v.number(), userId: v.string() }),
  handler: async (ctx, args): Promise<OpenTurn> => beginTurn(ctx, { topic: "httpStream", ...args }),
});
