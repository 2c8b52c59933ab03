import { ConvexError } from "convex/values";

/** What a public function can refuse. It reaches the page as it is, so `message` is written for the person there. */
export type AppErrorData =
  | { code: "invalid_input"; field: string; message: string }
  | { code: "not_found"; message: string }
  | { code: "forbidden"; message: string }
  | { code: "already_done"; message: string }
  | { code: "rate_limited"; limit: string; retryAfterMs: number; message: string };

export function invalidInput(field: string, message: string): ConvexError<AppErrorData> {
  return new ConvexError<AppErrorData>({ code: "invalid_input", field, message });
}

export function notFound(message: string): ConvexError<AppErrorData> {
  return new ConvexError<AppErrorData>({ code: "not_found", message });
}

export function forbidden(message: string): ConvexError<AppErrorData> {
  return new ConvexError<AppErrorData>({ code: "forbidden", message });
}

/** Somebody else did it meanwhile, or the same person did it before. */
export function alreadyDone(message: string): ConvexError<AppErrorData> {
  return new ConvexError<AppErrorData>({ code: "already_done", message });
}

/** `retryAfterMs`: when it may go through, from now; the page counts down to it. */
export function rateLimited(limit: string, retryAfterMs: number, what: string): ConvexError<AppErrorData> {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  return new ConvexError<AppErrorData>({ code: "rate_limited", limit, retryAfterMs, message: `${what} Try again in ${seconds} ${seconds === 1 ? "second" : "seconds"}.` });
}
