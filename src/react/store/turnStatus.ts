import { parseFailure, type FailureReason } from "../../shared/failureReason.js";
import type { TurnState } from "./turnState.js";

/** Where a turn is, in one word; `aborted` is a reply that somebody stopped. */
export type TurnStatus = "empty" | "sending" | "waiting" | "streaming" | "awaiting-approval" | "failed" | "aborted" | "done";

/** Where a turn is, and why it failed if it did. */
export function turnStatus(turn: TurnState): { status: TurnStatus; reason: FailureReason | undefined } {
  switch (turn.kind) {
    case "waiting":
      return { status: turn.isSaved ? "waiting" : "sending", reason: undefined };
    case "failed": {
      const reason = endReason(turn.reason);
      return { status: reason.code === "aborted" ? "aborted" : "failed", reason };
    }
    case "empty":
    case "streaming":
    case "awaiting-approval":
    case "done":
      return { status: turn.kind, reason: undefined };
    default:
      return turn satisfies never;
  }
}

/** Why a reply ended early, from what is stored with it. */
export function endReason(stored: string | undefined): FailureReason {
  if (stored === undefined) return parseFailure("The reply failed, and it is not known why.");
  return parseFailure(stored);
}
