import {
  APICallError,
  InvalidPromptError,
  LoadAPIKeyError,
  NoObjectGeneratedError,
  NoOutputGeneratedError,
  NoSuchModelError,
  RetryError,
} from "ai";
import { ConvexError } from "convex/values";
import type { FailureReason } from "../../shared/failureReason.js";

/** Says why a generation failed: the error's own words, and what they mean for a retry. */
export function failureReason(error: unknown): FailureReason {
  // The attempts before the last failed in the same way or are no longer of interest.
  if (RetryError.isInstance(error)) return failureReason(error.lastError);
  const message = errorToString(error);
  if (APICallError.isInstance(error)) {
    if (error.statusCode !== undefined && error.statusCode < 400) return { code: "network", message: brokenOff(error.cause), retryable: true };
    return { code: codeOfStatus(error.statusCode), message, retryable: error.isRetryable };
  }
  if (LoadAPIKeyError.isInstance(error)) return { code: "missing_api_key", message, retryable: false };
  if (NoSuchModelError.isInstance(error)) return { code: "unknown_model", message, retryable: false };
  if (InvalidPromptError.isInstance(error)) return { code: "invalid_request", message, retryable: false };
  if (NoOutputGeneratedError.isInstance(error) || NoObjectGeneratedError.isInstance(error)) {
    return { code: "no_output", message, retryable: true };
  }
  return { code: codeOfName(error), message, retryable: isTransient(error) };
}

/** True when a limit of time has ended it. */
export function isTimeout(reason: unknown): boolean {
  return reason instanceof Error && reason.name === "TimeoutError";
}

/** The SDK's own words for it are "Failed to process successful response". */
function brokenOff(cause: unknown): string {
  return cause === undefined || cause === null ? "The provider's answer broke off." : `The provider's answer broke off: ${errorToString(cause)}.`;
}

/** The words of an error, whatever was thrown: never `[object Object]`. */
export function errorToString(error: unknown): string {
  if (error instanceof ConvexError) return typeof error.data === "string" ? error.data : JSON.stringify(error.data);
  if (error instanceof Error) return error.message || error.name;
  if (typeof error === "string") return error;
  if (typeof error === "object" && error !== null && "message" in error && typeof error.message === "string") {
    return error.message;
  }
  return JSON.stringify(error) ?? String(error);
}

function codeOfStatus(status: number | undefined): FailureReason["code"] {
  if (status === undefined) return "network";
  if (status === 401 || status === 403) return "unauthorized";
  if (status === 408) return "timeout";
  if (status === 429) return "rate_limited";
  return status >= 500 ? "provider_unavailable" : "invalid_request";
}

function codeOfName(error: unknown): FailureReason["code"] {
  if (!(error instanceof Error)) return "error";
  if (error.name === "AbortError" || error.name === "ResponseAborted") return "aborted";
  if (error.name === "TimeoutError") return "timeout";
  return isFetchFailure(error) ? "network" : "error";
}

function isTransient(error: unknown): boolean {
  return error instanceof Error && (error.name === "TimeoutError" || isFetchFailure(error));
}

/** `fetch` reports a failed or cut connection as a TypeError with one of these texts, depending on the runtime. */
function isFetchFailure(error: Error): boolean {
  return error instanceof TypeError && /fetch failed|failed to fetch|network|terminated|connection/iu.test(error.message);
}
