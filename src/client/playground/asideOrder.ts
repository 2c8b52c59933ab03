import { fail } from "../../shared/errors.js";

/** Why a stream that is stopped from the playground ended, unless who stops it says more. */
export const STOPPED = "Stopped in the playground";

/**
 * Where the stream of an answer stands that is not saved: in the thread, so that it is deleted with it, and before the
 * thread's first turn, so that nobody who follows the thread is shown it.
 */
export function asideOrder(liveId: number): number {
  if (Number.isSafeInteger(liveId) && liveId > 0) return -liveId;
  return fail({ code: "invalid_argument", argument: "liveId", message: `liveId is ${liveId}: give a whole number from 1 on.` });
}
