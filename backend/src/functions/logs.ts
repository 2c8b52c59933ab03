import type { FormattedLog } from "../values/inspect.ts";
import type { LogLevel } from "./sandbox/sandbox.ts";
import type { LogEntry } from "./types.ts";

type LogLine = LogEntry["logLines"][number];

const MAX_LINES = 256;

/** What one call printed, nested calls included. */
export class LogBuffer {
  readonly lines: LogLine[] = [];
  readonly #nowMs: () => number;
  readonly #onLine: (line: LogLine) => void;

  /** `onLine` hears each line at once (actions stream theirs). */
  constructor(nowMs: () => number, onLine: (line: LogLine) => void = () => undefined) {
    this.#nowMs = nowMs;
    this.#onLine = onLine;
  }

  add(level: LogLevel, { text, isTruncated }: FormattedLog): void {
    if (this.lines.length > MAX_LINES) return;
    const line = this.lines.length < MAX_LINES
      ? { level, messages: [text], timestampMs: this.#nowMs(), isTruncated }
      : { level: "ERROR", messages: [`Log overflow (maximum ${MAX_LINES}). Remaining log lines omitted.`], timestampMs: this.#nowMs(), isTruncated: false };
    this.lines.push(line);
    this.#onLine(line);
  }

  /** Forgets what was printed by a run that does not count. */
  clear(): void {
    this.lines.length = 0;
  }

  /** `[LEVEL] text`, the form clients get. */
  texts(): string[] {
    return this.lines.map(({ level, messages }) => `[${level}] ${messages.join(" ")}`);
  }
}
