import { isAbsolute, relative } from "node:path";
import { UserError } from "../errors.ts";
import { BundleError, type BundleMessage } from "../push/bundleError.ts";
import { StorageError } from "../storage/sqlite.ts";
import type { Terminal } from "./terminal.ts";

/**
 * An error as lines for a person. Mistakes in the app's code begin with `file:line:column`; mistakes in how we were
 * called are one line; only trouble of our own shows a stack.
 */
export function formatError(error: unknown, options: { paint: Terminal["paint"]; folder: string }): string[] {
  const { paint } = options;
  if (error instanceof BundleError) return error.errors.flatMap((mistake) => mistakeLines(mistake, options));
  if (error instanceof UserError || error instanceof StorageError || isUsageError(error)) return readableFrames(error.message).split("\n").map((line) => paint("red", line));
  if (isSystemError(error)) return [paint("red", error.message)];
  return String(error instanceof Error ? (error.stack ?? error.message) : error).split("\n").map((line) => paint("red", line));
}

function mistakeLines({ text, location }: BundleMessage, { paint, folder }: { paint: Terminal["paint"]; folder: string }): string[] {
  if (location === null) return [paint("red", text)];
  const { line, column, lineText } = location;
  const file = isAbsolute(location.file) ? relative(folder, location.file) : location.file;
  const head = `${paint("bold", `${file}:${line}:${column + 1}`)} ${paint("red", text)}`;
  if (lineText === "") return [head];
  return [head, `  ${lineText}`, `  ${" ".repeat(column)}${paint("red", "^")}`];
}

/** `node:util` parseArgs explains a bad option in its message. */
function isUsageError(error: unknown): error is Error {
  return error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
}

/** The operating system's refusal: a busy port, a missing folder, no permission. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error;
}

/**
 * Convex writes places in code as `../convex/messages.ts:3:1`, from a folder below the project's; from the project's own
 * folder, where a person works, an editor or a terminal can open them.
 */
export function readableFrames(text: string): string {
  return text.replace(/^(\s+at (?:.*\()?)\.\.\//gm, "$1");
}
