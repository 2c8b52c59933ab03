import type { PaginationOptions, PaginationResult } from "convex/server";
import type { ThreadDoc } from "../shared/validators/thread.js";
import { apiOf, type ActionCtx, type InstalledComponent, type MutationCtx, type QueryCtx } from "./ctx.js";

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
export async function createThread(ctx: MutationCtx, component: InstalledComponent, args: NewThread = {}): Promise<string> {
  const { userId, title, summary } = args;
  const thread = await ctx.runMutation(apiOf(component).threads.createThread, { userId: userId ?? undefined, title, summary });
  return thread._id;
}

/** A thread's user, title, summary and status. Throws when there is no such thread. */
export async function getThreadMetadata(
  ctx: QueryCtx,
  component: InstalledComponent,
  { threadId }: { threadId: string },
): Promise<ThreadDoc> {
  const thread = await ctx.runQuery(apiOf(component).threads.getThread, { threadId });
  if (!thread) throw new Error(`There is no thread ${threadId}`);
  return thread;
}

/** Changes a thread's user, title, summary or status; what the patch leaves out stays. */
export async function updateThreadMetadata(
  ctx: MutationCtx,
  component: InstalledComponent,
  { threadId, patch }: { threadId: string; patch: ThreadPatch },
): Promise<ThreadDoc> {
  const { userId, title, summary, status } = patch;
  return ctx.runMutation(apiOf(component).threads.updateThread, { threadId, patch: { userId, title, summary, status } });
}

/** A thread in a list by activity: when its last turn was opened, and how many turns were opened since it was read. */
export type ActiveThread = ThreadDoc & { lastActivityAt: number; unreadTurns: number };

/**
 * A page of a user's threads by their last activity, newest first: by when their last turn was opened, which a prompt
 * does and the steps of its answer do not. For `usePaginatedQuery`: a thread that becomes active moves to the first page
 * and is on no other.
 *
 * @param args.userId Whose threads. Left out: those that have no user.
 * @param args.status Default: "active".
 * @example
 * export const recent = query({
 *   args: { paginationOpts: paginationOptsValidator },
 *   handler: async (ctx, { paginationOpts }) =>
 *     listThreadsByActivity(ctx, components.agent, { userId: await requireUser(ctx), paginationOpts }),
 * });
 */
export async function listThreadsByActivity(
  ctx: QueryCtx,
  component: InstalledComponent,
  args: { userId?: string | null | undefined; status?: ThreadDoc["status"] | undefined; paginationOpts: PaginationOptions },
): Promise<PaginationResult<ActiveThread>> {
  const { userId, status, paginationOpts } = args;
  return ctx.runQuery(apiOf(component).threads.listByActivity, { userId: userId ?? undefined, status, paginationOpts });
}

/**
 * Marks a thread's turns as read: `unreadTurns` of {@link listThreadsByActivity} counts those opened later. Call it
 * when an answer that a page shows has ended, so that who leaves before the answer finds the thread unread.
 *
 * @param args.order The last turn that was shown (`order` of a message). Default: all turns. What was read stays read.
 * @throws ConvexError with the code `thread_not_found`.
 */
export async function markThreadRead(
  ctx: MutationCtx,
  component: InstalledComponent,
  { threadId, order }: { threadId: string; order?: number | undefined },
): Promise<void> {
  await ctx.runMutation(apiOf(component).threads.markRead, { threadId, order });
}

/** Threads whose title matches, of one user or of all. */
export async function searchThreadTitles(
  ctx: QueryCtx,
  component: InstalledComponent,
  { query, userId, limit = 10 }: { query: string; userId?: string; limit?: number },
): Promise<ThreadDoc[]> {
  return ctx.runQuery(apiOf(component).threads.searchThreadTitles, { query, userId, limit });
}

/** Deletes a thread and all it holds, in the background. */
export async function deleteThreadAsync(
  ctx: MutationCtx,
  component: InstalledComponent,
  { threadId }: { threadId: string },
): Promise<void> {
  await ctx.runMutation(apiOf(component).threads.deleteAllForThreadIdAsync, { threadId });
}

/** Deletes a thread and all it holds, and returns when it is gone. */
export async function deleteThreadSync(
  ctx: ActionCtx,
  component: InstalledComponent,
  { threadId }: { threadId: string },
): Promise<void> {
  await ctx.runAction(apiOf(component).threads.deleteAllForThreadIdSync, { threadId });
}

/** Deletes all threads of a user and all they hold, in the background. */
export async function deleteThreadsByUserId(
  ctx: MutationCtx,
  component: InstalledComponent,
  { userId }: { userId: string },
): Promise<void> {
  await ctx.runMutation(apiOf(component).users.deleteAllForUserIdAsync, { userId });
}
