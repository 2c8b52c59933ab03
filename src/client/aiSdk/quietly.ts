import type { LogWarningsFunction } from "ai";

/**
 * Calls a function of the SDK that begins by warning that it is deprecated. The app did not call it, and can do nothing
 * about it; on Convex, where each call loads the SDK anew, it would be told each time. All else the SDK warns of is
 * logged as ever: what is said here is said before the function returns, and only the first of it is dropped.
 */
export function withoutDeprecation<T>(call: () => T): T {
  const before = globalThis.AI_SDK_LOG_WARNINGS;
  const drop: LogWarningsFunction = (options) => {
    globalThis.AI_SDK_LOG_WARNINGS = before;
    const isDeprecation = options.warnings.every(({ type }) => type === "deprecated");
    if (!isDeprecation && typeof before === "function") before(options);
  };
  globalThis.AI_SDK_LOG_WARNINGS = drop;
  try {
    return call();
  } finally {
    globalThis.AI_SDK_LOG_WARNINGS = before;
  }
}
