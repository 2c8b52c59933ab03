import type { PushRequest } from "convex-embedded";

const BETWEEN = "bench: between calls";

/** How Convex's own library, which is in every bundle, hands a call over. */
const HANDED_OVER = /Convex\.asyncSyscall\(op, JSON\.stringify\(arg\)\)/g;
const WEIGHED = `Convex.asyncSyscall(op, JSON.stringify(arg)).then((result) => {
  if (op.startsWith("1.0/actions/")) console.log("${BETWEEN} " + (JSON.stringify(arg).length + result.length));
  return result;
})`;

/**
 * The same app, whose actions (those of components too) log how many bytes they give to a call and get back from it:
 * what crosses between an action and what it calls is not in the usage of either.
 */
export function weighed(request: PushRequest): PushRequest {
  // A request is plain data.
  const text = JSON.stringify(request, (key, value: unknown) => (key === "source" && typeof value === "string" ? value.replace(HANDED_OVER, WEIGHED) : value));
  return JSON.parse(text) as PushRequest;
}

/** The bytes that a log line tells of; 0 for any other line. */
export function bytesBetween(line: string): number {
  return Number(new RegExp(`${BETWEEN} (\\d+)`).exec(line)?.[1] ?? 0);
}
