import { ConvexError } from "convex/values";
import { components } from "../_generated/api";
import type { ActionCtx, MutationCtx, QueryCtx } from "../_generated/server";

// #region access
/** Who is asking. */
export async function requireUser(ctx: QueryCtx | MutationCtx | ActionCtx): Promise<string> {
  const identity = await ctx.auth.getUserIdentity();
  if (identity === null) throw new ConvexError({ code: "unauthenticated", message: "Sign in first." });
  return identity.subject;
}

/** Whether the one who asks may use this thread. Every public function about a thread begins with this. */
export async function authorizeThread(ctx: QueryCtx | MutationCtx | ActionCtx, threadId: string): Promise<{ userId: string }> {
  const userId = await requireUser(ctx);
  const thread = await ctx.runQuery(components.agent.threads.getThread, { threadId });
  // The same answer for "not there" and "not yours": an id tells nothing.
  if (thread?.userId !== userId) throw new ConvexError({ code: "not_found", message: "This conversation does not exist." });
  return { userId };
}
// #endregion
