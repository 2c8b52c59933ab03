import type { UIMessage } from "../wireTypes.js";

/** Where the newest turn of a thread is. */
export type TurnState =
  /** The thread is empty. */
  | { kind: "empty" }
  /**
   * A prompt stands there and nothing has been said in answer yet, or a tool call was decided and the run has not gone
   * on yet. `isSaved` is false while a prompt is being sent.
   */
  | { kind: "waiting"; order: number; isSaved: boolean }
  /** A reply is being written. */
  | { kind: "streaming"; order: number }
  /** Tool calls wait for somebody's decision. */
  | { kind: "awaiting-approval"; order: number; approvalIds: string[] }
  /** The reply ended early; `reason` as it was stored, if it was. */
  | { kind: "failed"; order: number; reason: string | undefined }
  /** The reply is complete. */
  | { kind: "done"; order: number };

/**
 * Where the newest turn is, from the messages that `useUIMessages` returns.
 *
 * @example
 * const turn = turnState(results);
 * if (turn.kind === "failed") showRetry(turn.reason);
 */
export function turnState(messages: readonly UIMessage[]): TurnState {
  const last = messages.at(-1);
  if (last === undefined) return { kind: "empty" };
  const { order } = last;
  if (last.role !== "assistant") return { kind: "waiting", order, isSaved: last.status === "success" };
  switch (last.status) {
    case "streaming":
    case "pending": {
      const approvalIds = waitingApprovals(last);
      if (approvalIds.length > 0 && last.status === "pending") return { kind: "awaiting-approval", order, approvalIds };
      return { kind: "streaming", order };
    }
    case "failed":
      return { kind: "failed", order, reason: last.error };
    case "success": {
      const approvalIds = waitingApprovals(last);
      if (approvalIds.length > 0) return { kind: "awaiting-approval", order, approvalIds };
      return hasDecidedCall(last) ? { kind: "waiting", order, isSaved: true } : { kind: "done", order };
    }
    default:
      return last.status satisfies never;
  }
}

function hasDecidedCall(message: UIMessage): boolean {
  return message.parts.some((part) => "state" in part && part.state === "approval-responded");
}

function waitingApprovals(message: UIMessage): string[] {
  return message.parts.flatMap((part) =>
    "state" in part && part.state === "approval-requested" && "approval" in part ? [part.approval.id] : []);
}
