import type { Id } from "../component/_generated/dataModel.js";
import type { QueryCtx } from "../component/_generated/server.js";
import { isShown } from "./context.js";
import { firstMessage, messagesOf, readGap, type Gap, type MessageRow } from "./messageRows.js";
import { readBytes } from "./overflow.js";

/** Where a search looks, and where it stops. */
export interface Search {
  threadId: Id<"threads"> | null;
  /** Set: in all messages of this user. */
  userId: string | undefined;
  target: MessageRow | null;
  beforeOrder: number;
  excludeToolMessages: boolean;
}

/** Whether a message may be shown by this search. Orders are compared within the thread they belong to, never across. */
export function isVisible(row: MessageRow, { threadId, userId, target, beforeOrder }: Search): boolean {
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
  matches: readonly MessageRow[],
  { range, search }: { range: Range; search: Search },
): Promise<MessageRow[]> {
  const rows = new Map<string, MessageRow>(matches.map((row) => [row._id, row]));
  if (range.before <= 0 && range.after <= 0) return [...rows.values()];
  const threads = new Map<Id<"threads">, MessageRow[]>();
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
  readonly #rows: Map<string, MessageRow>;
  #rowsRead = 0;
  #bytesRead = 0;

  constructor(ctx: QueryCtx, { range, search, rows }: { range: Range; search: Search; rows: Map<string, MessageRow> }) {
    this.#ctx = ctx;
    this.#range = range;
    this.#search = search;
    this.#rows = rows;
  }

  /** `matches` are in the thread's order. */
  async readThread(threadId: Id<"threads">, matches: readonly MessageRow[]): Promise<void> {
    const turns = new Map<number, Promise<MessageRow[]>>();
    const turn = (order: number, also: readonly MessageRow[] = []): Promise<MessageRow[]> => {
      const known = turns.get(order) ?? this.#readTurn(threadId, order, [...matches, ...also]);
      turns.set(order, known);
      return known;
    };
    for (const match of matches) {
      if (this.#isSpent()) return;
      const own = await turn(match.order);
      const place = own.findIndex(({ _id }) => _id === match._id);
      await this.#readOn(threadId, { turn, order: match.order, wanted: this.#range.after - (own.length - place - 1), step: 1 });
      await this.#readOn(threadId, { turn, order: match.order, wanted: this.#range.before - place, step: -1 });
    }
  }

  /** Reads turn after turn, up or down, until so many messages are there. */
  async #readOn(
    threadId: Id<"threads">,
    { turn, order, wanted, step }: { turn: (order: number, also?: readonly MessageRow[]) => Promise<MessageRow[]>; order: number; wanted: number; step: 1 | -1 },
  ): Promise<void> {
    const end = this.#endOf(threadId);
    let left = wanted;
    let at = order + step;
    while (left > 0 && at >= 0 && at < end && !this.#isSpent()) {
      let shown = await turn(at);
      if (shown.length === 0) {
        // A turn that was deleted or shows nothing: the next one may be far.
        const beyond = step === 1 ? { from: { order: at + 1, stepOrder: 0 } } : { to: { order: at, stepOrder: 0 }, direction: "desc" as const };
        const next = await firstMessage(this.#ctx, { threadId, ...beyond });
        if (next === null || next.order >= end) return;
        at = next.order;
        shown = await turn(at, [next]);
      }
      left -= shown.length;
      at += step;
    }
  }

  /** The messages of a turn that may be shown, in order. Rows of it that are at hand are not read again. */
  async #readTurn(threadId: Id<"threads">, order: number, atHand: readonly MessageRow[]): Promise<MessageRow[]> {
    const stored = new Map(atHand.filter((row) => row.order === order).map((row) => [row.stored._id, row.stored]));
    const known = [...stored.values()].map(messagesOf).sort((a, b) => (a[0]?.stepOrder ?? 0) - (b[0]?.stepOrder ?? 0));
    const shown: MessageRow[] = [];
    let from = 0;
    for (const messages of known) {
      const [first, last] = [messages[0]?.stepOrder ?? 0, messages.at(-1)?.stepOrder ?? 0];
      if (first > from) shown.push(...(await this.#readGap({ threadId, from: { order, stepOrder: from }, before: { order, stepOrder: first } })));
      shown.push(...messages.filter((row) => this.#keep(row)));
      from = last + 1;
    }
    shown.push(...(await this.#readGap({ threadId, from: { order, stepOrder: from }, before: { order: order + 1, stepOrder: 0 } })));
    return shown;
  }

  async #readGap(gap: Gap): Promise<MessageRow[]> {
    const shown: MessageRow[] = [];
    for await (const row of readGap(this.#ctx, gap)) {
      this.#rowsRead += 1;
      this.#bytesRead += readBytes(row);
      if (this.#keep(row)) shown.push(row);
      if (this.#isSpent()) break;
    }
    return shown;
  }

  /** Takes a row; false when it is none to show. */
  #keep(row: MessageRow): boolean {
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
