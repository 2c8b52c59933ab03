import type { JsonValue } from "./values/json.ts";

/**
 * A failure that the developer or the client caused and can mend: a bad argument, a broken rule, a limit. Its message
 * crosses the wire. Anything else that is thrown is our bug or the machine's trouble.
 */
export class UserError extends Error {
  /** Short machine-readable name, as Convex's HTTP API gives it (for example `BadDeployKey`). */
  readonly code: string;
  /** Convex value of a `ConvexError`, in JSON encoding. */
  readonly data: JsonValue | undefined;
  /** HTTP status of a response that reports this failure. */
  readonly httpStatus: number;

  constructor(code: string, message: string, options: { data?: JsonValue; httpStatus?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "UserError";
    this.code = code;
    this.data = options.data;
    this.httpStatus = options.httpStatus ?? 400;
  }
}

/** States what must hold; a failure is a bug of this program. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Invariant: ${message}`);
}
