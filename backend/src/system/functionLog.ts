import type { LogEntry } from "../functions/types.ts";
import type { JsonObject } from "../values/json.ts";
import type { Ports } from "../ports.ts";

/** A page of the log, as `GET /api/stream_function_logs` answers it. */
export interface LogPage {
  readonly entries: JsonObject[];
  /** Give it back to read on. Milliseconds. */
  readonly newCursor: number;
}

export interface FunctionLogOptions {
  readonly ports: Ports;
  /** @default 10000 */
  readonly maxEntries?: number;
  /** Bound on the text that is kept. @default 32 MiB */
  readonly maxBytes?: number;
}

/** How long a reader is held when there is nothing new. */
export const LOG_HOLD_MS = 60_000;
// Two entries of one millisecond need two cursors; a double still tells these apart in the year 5000.
const CURSOR_STEP_MS = 1 / 1024;
// One answer stays small enough for a slow terminal; the reader asks again at once.
const MAX_PAGE = 1000;

interface Kept {
  readonly cursor: number;
  readonly entry: LogEntry;
  readonly bytes: number;
}

/**
 * The newest log entries of the deployment's functions, in memory. The oldest go first when a bound is passed. It is
 * for watching and for tests, not an archive: a restart empties it.
 */
export class FunctionLog {
  readonly #ports: Ports;
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  readonly #listeners = new Set<(entry: LogEntry) => void>();
  #kept: Kept[] = [];
  /** Entries before this place are dropped; the array is cut when they are half of it. */
  #head = 0;
  #bytes = 0;
  #lastCursor = 0;

  constructor(options: FunctionLogOptions) {
    this.#ports = options.ports;
    this.#maxEntries = options.maxEntries ?? 10_000;
    this.#maxBytes = options.maxBytes ?? 32 * 1024 * 1024;
  }

  /** Adds an entry and hands it to every listener. A listener that throws breaks its caller: it must not. */
  append(entry: LogEntry): void {
    this.#lastCursor = Math.max(this.#ports.nowMs(), this.#lastCursor + CURSOR_STEP_MS);
    const bytes = textBytes(entry);
    this.#kept.push({ cursor: this.#lastCursor, entry, bytes });
    this.#bytes += bytes;
    this.#trim();
    for (const listener of this.#listeners) listener(entry);
  }

  /** Calls `listener` for each entry from now on; the result ends it. */
  onEntry(listener: (entry: LogEntry) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Entries after `cursor`, waiting for the first one up to `holdMs`. When nothing comes, or `signal` aborts, the same
   * cursor goes back.
   */
  async read(cursor: number, options: { holdMs?: number; signal?: AbortSignal } = {}): Promise<LogPage> {
    if (this.#after(cursor).length === 0) await this.#nextEntry(options.holdMs ?? LOG_HOLD_MS, options.signal);
    const found = this.#after(cursor).slice(0, MAX_PAGE);
    return { entries: found.map(({ entry }) => logEntryJson(entry)), newCursor: found.at(-1)?.cursor ?? cursor };
  }

  #nextEntry(holdMs: number, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        stop();
        timer.cancel();
        signal?.removeEventListener("abort", end);
        resolve();
      };
      const timer = this.#ports.setTimer(end, holdMs);
      const stop = this.onEntry(end);
      signal?.addEventListener("abort", end);
    });
  }

  #after(cursor: number): Kept[] {
    // Readers ask for the newest few: search from the end.
    let start = this.#kept.length;
    while (start > this.#head && (this.#kept[start - 1]?.cursor ?? 0) > cursor) start -= 1;
    return this.#kept.slice(start);
  }

  #trim(): void {
    while (this.#kept.length - this.#head > this.#maxEntries || this.#bytes > this.#maxBytes) {
      // The newest entry stays, however large it is.
      if (this.#head === this.#kept.length - 1) break;
      this.#bytes -= this.#kept[this.#head]?.bytes ?? 0;
      this.#head += 1;
    }
    if (this.#head * 2 <= this.#kept.length) return;
    this.#kept = this.#kept.slice(this.#head);
    this.#head = 0;
  }
}

/** An entry in the form the official CLI reads. Seconds where Convex uses seconds, milliseconds in log lines. */
export function logEntryJson(entry: LogEntry): JsonObject {
  const common: JsonObject = {
    kind: entry.kind,
    udfType: entry.udfType,
    identifier: entry.identifier,
    ...(entry.componentPath === "" ? {} : { componentPath: entry.componentPath }),
    logLines: entry.logLines.map((line) => ({
      messages: line.messages, level: line.level, timestamp: line.timestampMs, isTruncated: line.isTruncated,
    })),
    timestamp: entry.timestampMs / 1000,
    requestId: entry.requestId,
    executionId: entry.executionId,
  };
  return entry.kind === "Progress" ? common : { ...common, ...completionJson(entry) };
}

function completionJson(entry: LogEntry): JsonObject {
  const { usage } = entry;
  return {
    parentExecutionId: entry.parentExecutionId,
    caller: entry.caller,
    cachedResult: entry.cachedResult,
    executionTime: entry.executionMs / 1000,
    executionTimestamp: (entry.timestampMs - entry.executionMs) / 1000,
    success: entry.error === null ? { status: "success" } : null,
    error: entry.error,
    willRetry: false,
    usageStats: {
      databaseReadBytes: usage.bytesRead,
      databaseWriteBytes: usage.bytesWritten,
      databaseReadDocuments: usage.documentsRead,
      databaseWriteDocuments: usage.documentsWritten,
      databaseQueries: usage.databaseQueries,
      functionsScheduled: usage.functionsScheduled,
      scheduledFunctionArgsBytes: usage.scheduledFunctionArgsBytes,
    },
  };
}

function textBytes(entry: LogEntry): number {
  const lines = entry.logLines.reduce((sum, line) => sum + 64 + line.messages.reduce((inner, text) => inner + 2 * text.length, 0), 0);
  return 512 + lines + 2 * (entry.error?.length ?? 0);
}
