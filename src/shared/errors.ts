import { ConvexError } from "convex/values";

/** What a caller can do wrong or meet, with the facts. It crosses the wire as the data of a `ConvexError`. */
export type Failure =
  | { code: "thread_not_found"; threadId: string; message: string }
  | { code: "message_not_found"; messageId: string; message: string }
  | { code: "stream_not_found"; streamId: string; message: string }
  | { code: "stream_gap"; streamId: string; expected: number; received: number; message: string }
  | { code: "message_in_other_thread"; messageId: string; threadId: string; message: string }
  | { code: "empty_message"; message: string }
  | { code: "message_too_large"; sizeBytes: number; limitBytes: number; message: string }
  | { code: "invalid_text"; index: number; message: string }
  | { code: "invalid_cursor"; cursor: string; message: string }
  | { code: "invalid_argument"; argument: string; message: string }
  | { code: "file_not_found"; fileId: string; message: string }
  | { code: "approval_not_found"; approvalId: string; threadId: string; message: string }
  | { code: "approval_already_answered"; approvalId: string; approved: boolean; message: string }
  | { code: "approval_already_continued"; approvalId: string; startedMs: number; message: string }
  /** `delayMs`: so many wrong keys were tried of late that the answer was held back this long. */
  | { code: "invalid_api_key"; delayMs?: number; message: string }
  | { code: "read_only_api_key"; message: string }
  | { code: "agent_not_found"; agentName: string; available: string[]; message: string }
  | { code: "not_authorized"; message: string };

/** Ends the call with a failure that the caller can handle. */
export function fail(failure: Failure): never {
  throw new ConvexError(failure);
}

/** States what must hold; a failure is a bug of this package. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Invariant: ${message}`);
}

/** The failure that an error carries, or null when it is something else. */
export function failureOf(error: unknown): Failure | null {
  if (!(error instanceof ConvexError)) return null;
  const { data } = error;
  return typeof data === "object" && data !== null && "code" in data && "message" in data ? data : null;
}
