import type { Positioned } from "./mergeMessages.js";
import type { PageResult } from "./pageStore.js";

/** Every save in the newest range sends it again; this many messages are about four turns. */
const MAX_TAIL_MESSAGES = 8;

/** Where a list by turns can be cut: the order of the turn above the cut. */
const TURN_CURSOR = /^\d+$/;
const END_CURSOR = "end";

/**
 * Where to cut the tail of a thread that has grown: below its newest turn, which is the part that still changes.
 *
 * Only `listMessages` and `listUIMessages` have cursors that say where they are; those of other paginated queries are
 * opaque, and their newest page is left whole.
 */
export function cutBelowNewestTurn<M extends Positioned>(result: PageResult<M>): string | undefined {
  if (result.page.length <= MAX_TAIL_MESSAGES) return undefined;
  const orders = result.page.map((message) => message.order);
  const newest = Math.max(...orders);
  const oldest = Math.min(...orders);
  if (!(oldest < newest) || !isTurnCursor(result, oldest)) return undefined;
  return String(newest);
}

function isTurnCursor({ continueCursor, isDone }: PageResult<unknown>, oldest: number): boolean {
  if (continueCursor === END_CURSOR) return isDone;
  return TURN_CURSOR.test(continueCursor) && Number(continueCursor) <= oldest;
}
