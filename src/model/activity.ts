import type { PaginationOptions, PaginationResult } from "convex/server";
import { v, type Infer } from "convex/values";
import { fail, invariant } from "../shared/errors.js";
import { vThreadDoc, type ThreadStatus } from "../shared/validators/thread.js";
import type { Doc, Id } from "../component/_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../component/_generated/server.js";
import { toThreadDoc } from "./threads.js";

/** A thread in a list by activity. */
export const vActiveThread = v.object({
  ...vThreadDoc.fields,
  /** When its last turn was opened; for a thread without turns, when it was created. */
  lastActivityAt: v.number(),
  /** Turns that were opened since it was last marked as read. */
  unreadTurns: v.number(),
});
export type ActiveThread = Infer<typeof vActiveThread>;

export type ActivityId = Id<"threadActivity">;

/** What a new thread's activity begins with. It goes first: the thread's row names it. */
export async function insertActivity(
  ctx: MutationCtx,
  { userId, turns, nowMs }: { userId: string | undefined; turns: number; nowMs: number },
): Promise<ActivityId> {
  return await ctx.db.insert("threadActivity", { userId, status: "active", atMs: nowMs, turns });
}

/**
 * Notes that the turn `order` was opened. Called once for each turn, by the transaction that saves its first row: that
 * transaction has taken the turn's order, so it conflicts with its like anyway and with nothing else.
 */
export async function noteTurn(
  ctx: MutationCtx,
  threadId: Id<"threads">,
  { activityId, order, nowMs }: { activityId: ActivityId | undefined; order: number; nowMs: number },
): Promise<void> {
  const id = activityId ?? (await ctx.db.get(threadId))?.activityId;
  // A thread that is being deleted: what is written last of its user's goes with it.
  if (id === undefined) return;
  const row = await mustGetActivity(ctx, id);
  // Orders are given again when the newest turns are deleted; what was read of those says nothing of this one.
  const readTurns = row.readTurns === undefined ? {} : { readTurns: Math.min(row.readTurns, order) };
  await ctx.db.patch(id, { atMs: nowMs, turns: order + 1, ...readTurns });
}

/** Keeps the list's own copy of what it sorts by. */
export async function moveActivity(ctx: MutationCtx, id: ActivityId, patch: { userId?: string | undefined; status?: ThreadStatus | undefined }): Promise<void> {
  const { userId, status } = patch;
  if (userId === undefined && status === undefined) return;
  await ctx.db.patch(id, { ...(userId !== undefined && { userId }), ...(status !== undefined && { status }) });
}

/** Marks the turns up to `order` (default: all) as read. What was read stays read. */
export async function markRead(ctx: MutationCtx, thread: Doc<"threads">, order: number | undefined): Promise<void> {
  const { turns, readTurns = 0 } = await mustGetActivity(ctx, thread.activityId);
  const read = order === undefined ? turns : Math.min(order + 1, turns);
  // No write when nothing changes: it would run everybody's list again.
  if (read > readTurns) await ctx.db.patch(thread.activityId, { readTurns: read });
}

async function mustGetActivity(ctx: Pick<QueryCtx, "db">, id: ActivityId): Promise<Doc<"threadActivity">> {
  const row = await ctx.db.get(id);
  invariant(row !== null, `activity ${id} is there as long as its thread`);
  return row;
}

export interface ListByActivityOptions {
  /** Left out: nobody's threads. */
  userId?: string | undefined;
  /** The threads of all users, and nobody's too. */
  everyone?: boolean | undefined;
  status: ThreadStatus;
  paginationOpts: Pick<PaginationOptions, "cursor" | "numItems"> & { endCursor?: string | null };
}

const MAX_THREADS = 250;
/** A page that is followed may grow to this; it says that it should be split long before. */
const MAX_FOLLOWED = 1000;
const END = "end";

type Activity = Doc<"threadActivity">;
type Page = { rows: Activity[]; isDone: boolean; continueCursor: string };

/**
 * Threads by their last activity, newest first. A page `(cursor, endCursor]` is a range of times: a thread that becomes
 * active leaves its page for the first one, so that pages side by side show each thread once.
 */
export async function listByActivity(ctx: QueryCtx, options: ListByActivityOptions): Promise<PaginationResult<ActiveThread>> {
  const { rows, ...page } = await readPage(ctx, options);
  const threads = await Promise.all(rows.map((row) => ctx.db.query("threads").withIndex("activityId", (q) => q.eq("activityId", row._id)).unique()));
  const shown = rows.flatMap((row, index) => {
    const thread = threads[index];
    return thread === null || thread === undefined ? [] : [{ ...toThreadDoc(thread), lastActivityAt: row.atMs, unreadTurns: Math.max(0, row.turns - (row.readTurns ?? 0)) }];
  });
  const middle = rows[Math.floor(rows.length / 2) - 1];
  // The first page grows as threads become active.
  const split = rows.length > 2 * pageSize(options) && middle !== undefined ? { splitCursor: cursorOf(middle), pageStatus: "SplitRecommended" as const } : {};
  return { ...page, ...split, page: shown };
}

const pageSize = ({ paginationOpts }: ListByActivityOptions): number => Math.min(Math.max(1, paginationOpts.numItems), MAX_THREADS);

async function readPage(ctx: QueryCtx, options: ListByActivityOptions): Promise<Page> {
  const { userId, everyone = false, status, paginationOpts } = options;
  const { cursor, endCursor } = paginationOpts;
  if (cursor === END) return { rows: [], isDone: true, continueCursor: END };
  const from = cursor === null || cursor === "" ? null : parseCursor(cursor);
  const last = typeof endCursor === "string" && endCursor !== END ? parseCursor(endCursor) : null;
  const limit = typeof endCursor === "string" ? MAX_FOLLOWED : pageSize(options);
  const rows: Activity[] = [];
  const table = ctx.db.query("threadActivity");
  const inRange = everyone
    ? table.withIndex("status", (q) => (from === null ? q.eq("status", status) : q.eq("status", status).lte("atMs", from[0])))
    : table.withIndex("userId", (q) => {
        const listed = q.eq("userId", userId).eq("status", status);
        return from === null ? listed : listed.lte("atMs", from[0]);
      });
  for await (const row of inRange.order("desc")) {
    if (from !== null && !isAfter(row, from)) continue;
    if (last !== null && isAfter(row, last)) return { rows, isDone: false, continueCursor: String(endCursor) };
    const previous = rows.at(-1);
    if (previous !== undefined && rows.length >= limit) return { rows, isDone: false, continueCursor: cursorOf(previous) };
    rows.push(row);
  }
  return { rows, isDone: true, continueCursor: END };
}

/** A place in the list: the time, and for threads of the same time when they were created, and their ids. */
type Edge = readonly [atMs: number, creationTime: number, id: string];

const cursorOf = (row: Activity): string => [row.atMs, row._creationTime, row._id].join("|");

function parseCursor(cursor: string): Edge {
  const [atMs = "", creationTime = "", id, ...rest] = cursor.split("|");
  if (atMs === "" || creationTime === "" || id === undefined || rest.length > 0 || !Number.isFinite(Number(atMs)) || !Number.isFinite(Number(creationTime))) {
    fail({ code: "invalid_cursor", cursor, message: `"${cursor}" is not a cursor of a list of threads by activity.` });
  }
  return [Number(atMs), Number(creationTime), id];
}

/** True when the row comes after the place: the newest are first. */
function isAfter(row: Activity, [atMs, creationTime, id]: Edge): boolean {
  if (row.atMs !== atMs) return row.atMs < atMs;
  return row._creationTime === creationTime ? row._id < id : row._creationTime < creationTime;
}
