import type { FunctionError } from "./types.ts";

/** A function's failure as clients are told of it. Source: convex-protocol A.8. */
export function serverErrorText(requestId: string, { message }: Pick<FunctionError, "message">): string {
  return `[Request ID: ${requestId}] Server Error\n${message}`;
}
