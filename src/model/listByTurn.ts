import { fail } from "../shared/errors.js";
import type { Id } from "../component/_generated/dataModel.js";
import type { QueryCtx } from "../component/_generated/server.js";
import { readMessages, turnOf, type MessageRow } from "./messageRows.js";
import { readBytes } from "./overflow.js";

/** A page ends after this many rows or bytes even within a turn: a transaction may read no more than 16 MiB. */
const MAX_PAGE_ROWS = 2000;
const MAX_PAGE_BYTES = 8 * 1024 * 1024;
const MAX_NUM_ITEMS = 1000;

export interface ListOptions {
  threadId: Id<"threads">;
  order: "asc" | "desc";
  numItems: number;
  cursor: string | null;
  endCursor?: string | null;
  /** Only rows up to this turn (inclusive). */
  lastOrder?: number;
  keeps: (row: MessageRow) => boolean;
}

export interface RowPage {
  rows: MessageRow[];
  isDone: boolean;
  continueCursor: string;
}

/** The end of the list. */
const END = "end";

/**
 * A place between two rows. Between turns it is the turn that was read last; within a turn that is too long for a
 * page, the row too.
 */
interface Edge {
  order: number;
  stepOrder: number | null;
}

function parseCursor(cursor: string): Edge {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(cursor);
  if (match === null) fail({ code: "invalid_cursor", cursor, message: `"${cursor}" is not a cursor of a list of messages.` });
  return { order: Number(match[1]), stepOrder: match[2] === undefined ? null : Number(match[2]) };
}

/**
 * One page of a thread, by turns: at least `numItems` rows (fewer at the end), then on to the end of the turn, so a
 * page never cuts one. The page between two cursors stays the same list of turns whatever is added elsewhere.
 * A turn longer than a transaction may read is cut all the same, between rows.
 */
export async function listByTurn(ctx: QueryCtx, options: ListOptions): Promise<RowPage> {
  const { cursor, endCursor, order } = options;
  const numItems = Math.min(Math.max(0, Math.floor(options.numItems)), MAX_NUM_ITEMS);
  if (cursor === END) return { rows: [], isDone: true, continueCursor: END };
  const hasEnd = typeof endCursor === "string";
  // Between the start and the start there is nothing.
  if (endCursor === "") return { rows: [], isDone: false, continueCursor: "" };
  if (numItems === 0 && !hasEnd) return { rows: [], isDone: false, continueCursor: cursor ?? "" };

  const last = hasEnd && endCursor !== END ? parseCursor(endCursor) : null;
  const from = cursor === null || cursor === "" ? null : parseCursor(cursor);
  const rows: MessageRow[] = [];
  let bytes = 0;
  let count = 0;
  let read: MessageRow | null = null;
  for (const range of ranges(ctx, { ...options, from, last })) {
    for await (const row of range) {
      const startsTurn = read !== null && row.order !== read.order;
      if (read !== null && startsTurn && !hasEnd && rows.length >= numItems) return page(rows, { order: read.order, stepOrder: null });
      if (read !== null && (bytes > MAX_PAGE_BYTES || count >= MAX_PAGE_ROWS)) return page(rows, edgeAfter(read, startsTurn));
      bytes += readBytes(row);
      count += 1;
      read = row;
      if (options.keeps(row)) rows.push(row);
    }
  }
  if (hasEnd) return { rows, isDone: endCursor === END, continueCursor: endCursor };
  // Going down, nothing can be added below the first turn. Going up, the end moves: the next page starts after it.
  if (order === "desc") return { rows, isDone: true, continueCursor: END };
  return { ...page(rows, read === null ? (from ?? { order: -1, stepOrder: null }) : { order: read.order, stepOrder: null }), isDone: true };
}

const edgeAfter = (row: MessageRow, startsTurn: boolean): Edge => ({ order: row.order, stepOrder: startsTurn ? null : row.stepOrder });

function page(rows: MessageRow[], edge: Edge): RowPage {
  const continueCursor = edge.order < 0 ? "" : edge.stepOrder === null ? String(edge.order) : `${edge.order}.${edge.stepOrder}`;
  return { rows, isDone: false, continueCursor };
}

interface Bounds extends ListOptions {
  from: Edge | null;
  last: Edge | null;
}

type Rows = AsyncIterable<MessageRow>;

/** Usually one range; two when the page starts within a turn. */
function ranges(ctx: QueryCtx, bounds: Bounds): Rows[] {
  const { from, threadId, order } = bounds;
  const rest = restOfTurns(ctx, bounds);
  if (from === null || from.stepOrder === null) return [rest];
  const { order: turn, stepOrder } = from;
  const whole = turnOf(threadId, turn);
  const restOfTurn = readMessages(ctx, { ...whole, ...(order === "desc" ? { to: { order: turn, stepOrder } } : { from: { order: turn, stepOrder: stepOrder + 1 } }), direction: order });
  return [restOfTurn, rest];
}

function restOfTurns(ctx: QueryCtx, { threadId, order, from, last, lastOrder }: Bounds): Rows {
  // A page that ends within a turn is only cut by size, so its end lies where the next cut falls; the whole turn is
  // in range and the size cuts it again.
  const highest = order === "desc" ? Math.min(from === null ? Infinity : from.order - 1, lastOrder ?? Infinity) : Math.min(last?.order ?? Infinity, lastOrder ?? Infinity);
  const lowest = order === "desc" ? (last?.order ?? 0) : from === null ? 0 : from.order + 1;
  return readMessages(ctx, { threadId, from: { order: lowest, stepOrder: 0 }, to: highest === Infinity ? undefined : { order: highest + 1, stepOrder: 0 }, direction: order });
}
