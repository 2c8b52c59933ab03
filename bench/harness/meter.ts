import type { LogEntry } from "convex-embedded";

/** What was done, as a bill counts it. */
export interface Counts {
  /** A client's calls, scheduled runs, runs of subscriptions, and what actions start. */
  calls: number;
  /** Index ranges and gets. */
  ranges: number;
  documentsRead: number;
  bytesRead: number;
  documentsWritten: number;
  bytesWritten: number;
}

/** List price: 2 µ$ a call, 0.2 µ$ a kilobyte of database traffic. */
export function priceOf(...all: readonly Counts[]): number {
  const sum = all.reduce((total, counts) => total + counts.calls * 2 + ((counts.bytesRead + counts.bytesWritten) / 1024) * 0.2, 0);
  return Math.round(sum * 10) / 10;
}

interface Line {
  readonly text: string;
  readonly atMs: number;
}

/** Adds up the executions that a deployment's log tells of. */
export class Meter {
  #entries: LogEntry[] = [];
  #lines: Line[] = [];

  add(entry: LogEntry): void {
    for (const { messages, timestampMs } of entry.logLines) this.#lines.push({ text: messages.join(" "), atMs: timestampMs });
    if (entry.kind === "Completion") this.#entries.push(entry);
  }

  /** Forgets what was counted so far. */
  reset(): void {
    this.#entries = [];
    this.#lines = [];
  }

  /** When an execution first logged a line with this text. */
  loggedMs(text: string): number {
    const line = this.#lines.find((candidate) => candidate.text.includes(text));
    if (line === undefined) throw new Error(`Nothing logged "${text}"`);
    return line.atMs;
  }

  count(matches: (entry: LogEntry) => boolean = () => true): Counts {
    const sum: Counts = { calls: 0, ranges: 0, documentsRead: 0, bytesRead: 0, documentsWritten: 0, bytesWritten: 0 };
    for (const { usage } of this.#entries.filter(matches)) {
      sum.calls += 1;
      sum.ranges += usage.databaseQueries;
      sum.documentsRead += usage.documentsRead;
      sum.bytesRead += usage.bytesRead;
      sum.documentsWritten += usage.documentsWritten;
      sum.bytesWritten += usage.bytesWritten;
    }
    return sum;
  }
}

export const isRun = ({ udfType }: LogEntry): boolean => udfType === "Query";
export const isNoRun = (entry: LogEntry): boolean => !isRun(entry);
