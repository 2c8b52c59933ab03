import inspect from "object-inspect";

/** Longest log line, in bytes of UTF-8. */
export const MAX_LOG_LINE_BYTES = 32_768;
const TRUNCATION_MARK = " (truncated due to length)";

/** One call of `console.log` as text. */
export interface FormattedLog {
  readonly text: string;
  readonly isTruncated: boolean;
}

/**
 * The text of one `console.log(...)` call as Convex shows it: each argument as object-inspect prints it (strings in
 * single quotes, nested values indented by 2), joined by spaces, at most 32 768 bytes.
 */
export function formatLogArgs(args: readonly unknown[]): FormattedLog {
  return truncateLogLine(args.map(formatOne).join(" "));
}

/** Cuts a line to the longest Convex keeps and says so at its end. */
export function truncateLogLine(line: string): FormattedLog {
  if (line.length * 3 <= MAX_LOG_LINE_BYTES || Buffer.byteLength(line) <= MAX_LOG_LINE_BYTES) {
    return { text: line, isTruncated: false };
  }
  const room = Buffer.from(line).subarray(0, MAX_LOG_LINE_BYTES - TRUNCATION_MARK.length);
  // `stream` keeps back the bytes of a character that the cut went through.
  return { text: new TextDecoder().decode(room, { stream: true }) + TRUNCATION_MARK, isTruncated: true };
}

function formatOne(value: unknown): string {
  try {
    return inspect(value, { indent: 2 });
  } catch (error) {
    // A getter, a proxy or a custom `inspect` of the user's object threw; logging must not fail their function.
    return `[cannot be shown: ${error instanceof Error ? error.message : typeof error}]`;
  }
}
