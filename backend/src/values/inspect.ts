import inspect from "object-inspect";

/** Longest log line, UTF-16 units; what is longer is cut and says so. Source: convex-protocol E.4. */
const MAX_LINE_LENGTH = 32_768;
const TRUNCATED = " (truncated due to length)";

/** One call of `console.log` as text: arguments formatted one by one and joined by spaces. */
export interface FormattedLog {
  readonly text: string;
  readonly isTruncated: boolean;
}

/** Arguments of a console call in Convex's format: strings in quotes, objects over several lines when they are long. */
export function formatLogArgs(args: readonly unknown[]): FormattedLog {
  const text = args.map((arg) => inspect(arg, { indent: 2 })).join(" ");
  if (text.length <= MAX_LINE_LENGTH) return { text, isTruncated: false };
  return { text: text.slice(0, MAX_LINE_LENGTH - TRUNCATED.length) + TRUNCATED, isTruncated: true };
}
