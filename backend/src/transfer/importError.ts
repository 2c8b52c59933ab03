import { UserError } from "../errors.ts";

/** What the developer has to mend about an import. Its text is shown by the CLI. */
export function importError(code: string, message: string, cause?: unknown): UserError {
  return new UserError(code, message, cause === undefined ? {} : { cause });
}

/** The text of a failed import. */
export function importFailure(error: unknown): string {
  return `Hit an error while importing:\n${error instanceof Error ? error.message : String(error)}`;
}
