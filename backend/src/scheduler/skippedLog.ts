import type { LogEntry } from "../functions/types.ts";
import type { SkippedRuns } from "./crons.ts";

/** The log line that tells of skipped runs of a cron. */
export function skippedEntry(skipped: SkippedRuns, nowMs: number): LogEntry {
  const { cronName, plannedMs, nextMs, target } = skipped;
  const message = `Runs of cron job "${cronName}" were skipped: the one due at ${new Date(plannedMs).toISOString()} and any up to the next at ${new Date(nextMs).toISOString()}`;
  return {
    kind: "Progress",
    udfType: "Action",
    identifier: target.path.replace(/\.js:/, ":"),
    componentPath: target.componentPath,
    caller: "Cron",
    requestId: "",
    executionId: "",
    parentExecutionId: null,
    logLines: [{ level: "WARN", messages: [message], timestampMs: nowMs, isTruncated: false }],
    timestampMs: nowMs,
    executionMs: 0,
    cachedResult: false,
    error: null,
    usage: {
      databaseQueries: 0, documentsRead: 0, bytesRead: 0, documentsWritten: 0, bytesWritten: 0, functionsScheduled: 0,
      scheduledFunctionArgsBytes: 0,
    },
  };
}
