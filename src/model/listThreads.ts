import type { PaginationOptions, PaginationResult } from "convex/server";
import { v, type Infer } from "convex/values";
import { cutText } from "../shared/cutText.js";
import { fail } from "../shared/errors.js";
import type { ThreadDoc } from "../shared/validators/thread.js";
import type { Id } from "../component/_generated/dataModel.js";
import type { QueryCtx } from "../component/_generated/server.js";
import { firstMessage } from "./messageRows.js";
import { parseThreadId, toThreadDoc } from "./threads.js";
import { vMessageStatus, vRole } from "../shared/validators/index.js";

const MAX_THREADS = 1000;
const END = "end";

export interface ListThreadsOptions {
  /** Left out: nobody's threads. */
  userId?: string | undefined;
  order: "asc" | "desc";
  paginationOpts: Pick<PaginationOptions, "cursor" | "numItems"> & { endCursor?: string | null };
}

/** Creation times of neighbours may be equal in theory; the id makes the place unique. */
interface Edge {
  creationTime: number;
  id: string;
}

function parseCursor(cursor: string): Edge {
  const [creationTime, id] = cursor.split("|");
  if (creationTime === undefined || id === undefined || !Number.isFinite(Number(creationTime))) {
    fail({ code: "invalid_cursor", cursor, message: `"${cursor}" is not a cursor of a list of threads.` });
  }
  return { creationTime: Number(creationTime), id };
}

/** A user's threads by creation (without `userId`: those of nobody), a page at a time; `order` "desc" is newest first. */
export async function listThreads(ctx: QueryCtx, { userId, order, paginationOpts }: ListThreadsOptions): Promise<PaginationResult<ThreadDoc>> {
  const { cursor, endCursor } = paginationOpts;
  if (cursor === END) return { page: [], isDone: true, continueCursor: END };
  const from = cursor === null || cursor === "" ? null : parseCursor(cursor);
  const last = typeof endCursor === "string" && endCursor !== END ? parseCursor(endCursor) : null;
  const limit = Math.min(Math.max(1, paginationOpts.numItems), MAX_THREADS);
  const page: ThreadDoc[] = [];
  const threads = ctx.db.query("threads").withIndex("userId", (q) => {
    const ofUser = q.eq("userId", userId);
    if (from === null) return ofUser;
    return order === "desc" ? ofUser.lte("_creationTime", from.creationTime) : ofUser.gte("_creationTime", from.creationTime);
  });
  for await (const thread of threads.order(order)) {
    if (from !== null && !isAfter(thread, from, order)) continue;
    if (last !== null && isAfter(thread, last, order)) return { page, isDone: false, continueCursor: String(endCursor) };
    if (endCursor === null || endCursor === undefined) {
      const previous = page.at(-1);
      if (previous !== undefined && page.length >= limit) {
        return { page, isDone: false, continueCursor: `${previous._creationTime}|${previous._id}` };
      }
    }
    page.push(toThreadDoc(thread));
  }
  return { page, isDone: true, continueCursor: END };
}

function isAfter(thread: { _creationTime: number; _id: string }, edge: Edge, order: "asc" | "desc"): boolean {
  if (thread._creationTime === edge.creationTime) return order === "desc" ? thread._id < edge.id : thread._id > edge.id;
  return order === "desc" ? thread._creationTime < edge.creationTime : thread._creationTime > edge.creationTime;
}

/** Each user of a page costs one read of the index. */
const MAX_USERS = 500;

/** The users who have threads, each once. A cursor is the last user that was listed, after a "+". */
export async function listUsersWithThreads(
  ctx: Pick<QueryCtx, "db">,
  { cursor, endCursor, numItems }: Pick<PaginationOptions, "cursor" | "numItems"> & { endCursor?: string | null },
): Promise<PaginationResult<string>> {
  if (cursor === END) return { page: [], isDone: true, continueCursor: END };
  const page: string[] = [];
  const limit = Math.min(Math.max(1, numItems), MAX_USERS);
  const lastUser = typeof endCursor === "string" && endCursor !== END ? endCursor.slice(1) : undefined;
  for (let after = cursor === null || cursor === "" ? "" : cursor.slice(1); ; ) {
    const thread = await ctx.db
      .query("threads")
      .withIndex("userId", (q) => (lastUser === undefined ? q.gt("userId", after) : q.gt("userId", after).lte("userId", lastUser)))
      .first();
    if (thread?.userId === undefined) return lastUser === undefined ? { page, isDone: true, continueCursor: END } : { page, isDone: false, continueCursor: `+${lastUser}` };
    if (lastUser === undefined && page.length >= limit) return { page, isDone: false, continueCursor: `+${after}` };
    after = thread.userId;
    page.push(after);
  }
}

/** The last thing said in a thread, for a list of threads. */
export const vLastMessage = v.object({
  text: v.optional(v.string()),
  role: v.optional(vRole),
  agentName: v.optional(v.string()),
  status: vMessageStatus,
  error: v.optional(v.string()),
  atMs: v.number(),
  /** The tool whose call waits for somebody's decision, where the message asks for one or follows one that does. */
  waitsFor: v.optional(v.string()),
});

type LastMessage = Infer<typeof vLastMessage>;

const MAX_LAST_MESSAGES = 100;
const PREVIEW_LENGTH = 200;

/**
 * The newest message of each thread, in short: one row of the index for each, and one more for those that end with a
 * call or with what came of one.
 */
export async function lastMessagesOf(ctx: Pick<QueryCtx, "db">, threadIds: readonly string[]): Promise<Array<LastMessage | null>> {
  if (threadIds.length > MAX_LAST_MESSAGES) {
    fail({ code: "invalid_argument", argument: "threadIds", message: `threadIds: at most ${MAX_LAST_MESSAGES} threads at once, not ${threadIds.length}.` });
  }
  const ids = threadIds.map((threadId) => parseThreadId(ctx, threadId));
  return await Promise.all(ids.map((threadId) => lastMessageOf(ctx, threadId)));
}

async function lastMessageOf(ctx: Pick<QueryCtx, "db">, threadId: Id<"threads">): Promise<LastMessage | null> {
  const row = await firstMessage(ctx, { threadId, direction: "desc" });
  if (row === null) return null;
  const { text, role, agentName, status, error, _creationTime, order, tool } = row;
  const waitsFor = tool ? await openCallOf(ctx, threadId, order) : undefined;
  // A cut may not halve a character of two units: Convex refuses half of one.
  return { text: text === undefined ? undefined : cutText(text, PREVIEW_LENGTH), role, agentName, status, error, atMs: _creationTime, ...(waitsFor !== undefined && { waitsFor }) };
}

/** The tool of a call of this turn that waits for a decision; undefined when none does. */
async function openCallOf(ctx: Pick<QueryCtx, "db">, threadId: Id<"threads">, order: number): Promise<string | undefined> {
  const open = await ctx.db
    .query("approvals")
    .withIndex("threadId", (q) => q.eq("threadId", threadId).eq("state.kind", "requested").eq("order", order))
    .first();
  return open?.toolName;
}
