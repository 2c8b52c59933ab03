import type { ThreadDoc } from "../shared/validators/thread.js";
import type { ActionCtx, AgentComponent, MutationCtx, QueryCtx } from "./ctx.js";

/** What a new thread begins with. */
export type NewThread = { userId?: string | null; title?: string; summary?: string };

/** What can be changed of a thread. */
export type ThreadPatch = Partial<Pick<ThreadDoc, "userId" | "title" | "summary" | "status">>;

/**
 * Creates a thread and returns its id.
 *
 * @example
 * const threadId = await createThread(ctx, components.agent, { userId, title: "My thread" });
 */
export async function createThread(ctx: MutationCtx, component: AgentComponent, args: NewThread = {}): Promise<string> {
  const { userId, title, summary } = args;
  const thread = await ctx.runMutation(component.threads.createThread, { userId: userId ?? undefined, title, summary });
  return thread._id;
}

/** A thread's user, title, summary and status. Throws when there is no such thread. */
export async function getThreadMetadata(
  ctx: QueryCtx,
  component: AgentComponent,
  { threadId }: { threadId: string },
): Promise<ThreadDoc> {
  const thread = await ctx.runQuery(component.threads.getThread, { threadId });
  if (!thread) throw new Error(`There is no thread ${threadId}`);
  return thread;
}

/** Changes a thread's user, title, summary or status; what the patch leaves out stays. */
export async function updateThreadMetadata(
  ctx: MutationCtx,
  component: AgentComponent,
  { threadId, patch }: { threadId: string; patch: ThreadPatch },
): Promise<ThreadDoc> {
  const { userId, title, summary, status } = patch;
  return ctx.runMutation(component.threads.updateThread, { threadId, patch: { userId, title, summary, status } });
}

/** Threads whose title matches, of one user or of all. */
export async function searchThreadTitles(
  ctx: QueryCtx,
  component: AgentComponent,
  { query, userId, limit = 10 }: { query: string; userId?: string; limit?: number },
): Promise<ThreadDoc[]> {
  return ctx.runQuery(component.threads.searchThreadTitles, { query, userId, limit });
}

/** Deletes a thread and all it holds, in the background. */
export async function deleteThreadAsync(
  ctx: MutationCtx,
  component: AgentComponent,
  { threadId }: { threadId: string },
): Promise<void> {
  await ctx.runMutation(component.threads.deleteAllForThreadIdAsync, { threadId });
}

/** Deletes a thread and all it holds, and returns when it is gone. */
export async function deleteThreadSync(
  ctx: ActionCtx,
  component: AgentComponent,
  { threadId }: { threadId: string },
): Promise<void> {
  await ctx.runAction(component.threads.deleteAllForThreadIdSync, { threadId });
}

/** Deletes all threads of a user and all they hold, in the background. */
export async function deleteThreadsByUserId(
  ctx: MutationCtx,
  component: AgentComponent,
  { userId }: { userId: string },
): Promise<void> {
  await ctx.runMutation(component.users.deleteAllForUserIdAsync, { userId });
}
