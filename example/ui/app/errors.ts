import { ConvexError } from "convex/values";

/** What a person is told about an error: what happened and, where there is something, what to do. */
export function describeError(error: unknown): string {
  if (error instanceof ConvexError) {
    const data: unknown = error.data;
    // Both the app's errors (convex/errors.ts) and the agent component's carry a message written for people.
    if (typeof data === "object" && data !== null && "message" in data && typeof data.message === "string") return data.message;
    if (typeof data === "string") return data;
  }
  if (error instanceof Error && /too large|too long|maximum/i.test(error.message)) return "That is more than the server takes. Send it in smaller parts.";
  return "Something went wrong on the server. Try again; if it stays, look at the terminal where the app runs.";
}

/** The code of one of the app's errors; null for anything else. */
export function errorCode(error: unknown): string | null {
  if (!(error instanceof ConvexError)) return null;
  const data: unknown = error.data;
  return typeof data === "object" && data !== null && "code" in data && typeof data.code === "string" ? data.code : null;
}
