import type { Doc, Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { isShown } from "./context.js";
import { readBytes } from "./overflow.js";

/** Where a search looks, and where it stops. */
export interface Search {
  threadId: Id<"threads"> | null;
  /** Set: in all messages of this user. */
  userId: string | undefined;
  target: Doc<"messages"> | null;
  beforeOrder: number;
  excludeToolMessages: boolean;
}

/** Whether a message may be shown by this search. Orders are compared within the thread they belong to, never across. */
export function isVisible(row: Doc<"messages">, { threadId, userId, target, beforeOrder }: Search): boolean {
  if (userId === undefined ? row.threadId !== threadId : row.userId !== userId) return false;
  if (row.threadId !== threadId) return true;
  if (row.order >= beforeOrder) return false;
  return target === null || row.order < target.order || (row.order === target.order && row.stepOrder < target.stepOrder);
}

/** How many messages before and after a match come along. */
export interface Range {
  before: number;
  after: number;
}

/** What the surroundings of all matches of a search may cost to read. */
const MAX_ROWS = 1000;
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * The matches with the messages around them: `before` and `after` messages of each, and the rest of the turns that
 * these are in, so that an answer comes with its question and a tool call with its result. Every row once; where
 * surroundings meet, each row is read once too. Past the budget, matches come without.
 */
export async function readSurroundings(
  ctx: QueryCtx,
  matches: readonly Doc<"messages">[],
  { range, search }: { range: Range; search: Search },
): Promise<Doc<"messages">[]> {
  const rows = new Map<Id<"messages">, Doc<"messages">>(matches.map((row) => [row._id, row]));
  if (range.before <= 0 && range.after <= 0) return [...rows.values()];
  const threads = new Map<Id<"threads">, Doc<"messages">[]>();
  for (const match of matches) threads.set(match.threadId, [...(threads.get(match.threadId) ?? []), match]);
  const reader = new Reader(ctx, { range, search, rows });
  for (const [threadId, ofThread] of threads) {
    await reader.readThread(threadId, ofThread.sort((a, b) => a.order - b.order || a.stepOrder - b.stepOrder));
  }
  return [...rows.values()];
}

class Reader {
  readonly #ctx: QueryCtx;
  readonly #range: Range;
  readonly #search: Search;
  readonly #rows: Map<Id<"messages">, Doc<"messages">>;
  #rowsRead = 0;
  #bytesRead = 0;

  constructor(ctx: QueryCtx, { range, search, rows }: { range: Range; search: Search; rows: Map<Id<"messages">, Doc<"messages">> }) {
    this.#ctx = ctx;
    this.#range = range;
    this.#search = search;
    this.#rows = rows;
  }

  /** `matches` are in the thread's order. */
  async readThread(threadId: Id<"threads">, matches: readonly Doc<"messages">[]): Promise<void> {
    // Places up to which the thread was read upwards: a match below it was passed on the way.
    let readUpTo = -1;
    // The turns that were read upwards, so that reading downwards stops where it meets them.
    const readTurns = new Set<number>();
    for (const match of matches) {
      if (match.order <= readUpTo || this.#isSpent()) continue;
      const { before, upTo } = await this.#readUp(threadId, { match, matches, readTurns });
      readUpTo = upTo;
      await this.#readDown(threadId, { order: match.order, wanted: this.#range.before - before, readTurns });
    }
  }

  /**
   * Reads the turn of a match and on, until `after` messages follow the last match that it passes and the turn is
   * whole. Returns how many messages of the turn come before the match, and the last turn that was read.
   */
  async #readUp(
    threadId: Id<"threads">,
    { match, matches, readTurns }: { match: Doc<"messages">; matches: readonly Doc<"messages">[]; readTurns: Set<number> },
  ): Promise<{ before: number; upTo: number }> {
    const ids = new Set(matches.map(({ _id }) => _id));
    const end = this.#endOf(threadId);
    let before = 0;
    let upTo = match.order;
    let wanted: number | null = null;
    const rows = this.#ctx.db.query("messages").withIndex("threadId", (q) => {
      const fromTurn = q.eq("threadId", threadId).gte("order", match.order);
      return end === Infinity ? fromTurn : fromTurn.lt("order", end);
    });
    for await (const row of rows) {
      if (row.order !== upTo && wanted !== null && wanted <= 0) break;
      upTo = row.order;
      readTurns.add(row.order);
      const isMatch = ids.has(row._id);
      const isKept = this.#keep(row);
      if (isMatch) wanted = this.#range.after;
      else if (isKept && wanted !== null) wanted -= 1;
      else if (isKept && row.order === match.order) before += 1;
      if (this.#isSpent()) break;
    }
    return { before, upTo };
  }

  /** Reads on before a turn, until `wanted` messages are there and the turn is whole, or until it meets what was read. */
  async #readDown(threadId: Id<"threads">, { order, wanted, readTurns }: { order: number; wanted: number; readTurns: Set<number> }): Promise<void> {
    if (wanted <= 0) return;
    let left = wanted;
    let turn: number | null = null;
    const rows = this.#ctx.db
      .query("messages")
      .withIndex("threadId", (q) => q.eq("threadId", threadId).lt("order", order))
      .order("desc");
    for await (const row of rows) {
      if (readTurns.has(row.order) || (left <= 0 && row.order !== turn)) return;
      turn = row.order;
      if (this.#keep(row)) left -= 1;
      // The first row of its turn: nothing more of it is to be read.
      if (this.#isSpent() || (left <= 0 && row.stepOrder === 0)) return;
    }
  }

  /** Takes a row that was read; false when it is none to show. */
  #keep(row: Doc<"messages">): boolean {
    this.#rowsRead += 1;
    this.#bytesRead += readBytes(row);
    if (!isVisible(row, this.#search) || !isShown(row, this.#search)) return false;
    this.#rows.set(row._id, row);
    return true;
  }

  /** The first turn that the search leaves out. */
  #endOf(threadId: Id<"threads">): number {
    const { beforeOrder, target, threadId: ownThread } = this.#search;
    return threadId === ownThread ? Math.min(beforeOrder, target === null ? Infinity : target.order + 1) : Infinity;
  }

  #isSpent(): boolean {
    return this.#rowsRead >= MAX_ROWS || this.#bytesRead >= MAX_BYTES;
  }
}
