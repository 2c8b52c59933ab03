import type { PaginationOptions, PaginationResult } from "convex/server";
import type { ThreadDoc, ThreadStatus } from "../../shared/validators/thread.js";
import type { QueryCtx } from "../ctx.js";
import type { Playground } from "./access.js";

/** A thread with what it is listed by. */
type ActiveThread = ThreadDoc & { lastActivityAt: number };
type Page = PaginationResult<ActiveThread>;

/** Each status is a list of its own; a page holds as many of each. */
const MAX_OF_STATUS = 50;
const STATUSES: readonly ThreadStatus[] = ["active", "archived"];

export interface ActivityPageOptions {
  /** Left out: nobody's threads. */
  userId: string | undefined;
  /** The threads of all users, and nobody's too. */
  everyone: boolean;
  /** Left out: of both. */
  status: ThreadStatus | undefined;
  paginationOpts: PaginationOptions;
}

/**
 * A page of threads by their last activity, newest first. A cursor is a time, which means the same in the list of each
 * status: a page of both is what lies in one range of times.
 */
export async function pageByActivity({ component }: Playground, ctx: QueryCtx, { userId, everyone, status, paginationOpts }: ActivityPageOptions): Promise<Page> {
  const { cursor, endCursor, numItems } = paginationOpts;
  const limit = Math.min(numItems, MAX_OF_STATUS);
  const read = (of: ThreadStatus, end: string | null | undefined): Promise<Page> =>
    ctx.runQuery(component.threads.listByActivity, { userId, everyone, status: of, paginationOpts: { cursor, numItems: limit, ...(end ? { endCursor: end } : {}) } });
  if (status !== undefined) return read(status, endCursor);
  const pages = await Promise.all(STATUSES.map((of) => read(of, endCursor)));
  const edge = newestEdge(pages);
  // A list that goes on beyond the edge is cut there.
  const cut = await Promise.all(pages.map((page, index) => {
    const of = STATUSES[index];
    const isCut = edge === undefined || edge === endCursor || page.continueCursor === edge || page.page.length === 0;
    return isCut || of === undefined ? page : read(of, edge);
  }));
  return joined(cut, edge);
}

/** Where the first of the lists that have more was left off; undefined when all are at their end. */
function newestEdge(pages: readonly Page[]): string | undefined {
  const open = pages.filter(({ isDone }) => !isDone);
  const timeOf = ({ page }: Page): number => page.at(-1)?.lastActivityAt ?? -Infinity;
  return open.toSorted((a, b) => timeOf(b) - timeOf(a))[0]?.continueCursor;
}

function joined(pages: readonly Page[], edge: string | undefined): Page {
  const page = pages.flatMap((each) => each.page).sort((a, b) => b.lastActivityAt - a.lastActivityAt || b._creationTime - a._creationTime);
  const split = pages.find(({ splitCursor }) => splitCursor !== undefined && splitCursor !== null);
  const end = edge === undefined ? { isDone: true, continueCursor: pages[0]?.continueCursor ?? "" } : { isDone: false, continueCursor: edge };
  return { page, ...end, ...(split !== undefined && { splitCursor: split.splitCursor, pageStatus: split.pageStatus }) };
}
