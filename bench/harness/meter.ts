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
export function priceOf({ calls, bytesRead, bytesWritten }: Counts): number {
  return calls * 2 + ((bytesRead + bytesWritten) / 1024) * 0.2;
}

/** Adds up the executions that a deployment's log tells of. */
export class Meter {
  #entries: LogEntry[] = [];

  add(entry: LogEntry): void {
    if (entry.kind === "Completion") this.#entries.push(entry);
  }

  /** Forgets what was counted so far. */
  reset(): void {
    this.#entries = [];
  }

  entries(): readonly LogEntry[] {
    return this.#entries;
  }

  count(matches: (entry: LogEntry) => boolean = () => true): Counts {
    const sum: Counts = { calls: 0, ranges: 0, documentsRead: 0, bytesRead: 0, documentsWritten: 0, bytesWritten: 0 };
    for (const entry of this.#entries.filter(matches)) {
      sum.calls += 1;
      sum.ranges += entry.usage.databaseQueries;
      sum.documentsRead += entry.usage.documentsRead;
      sum.bytesRead += entry.usage.bytesRead;
      sum.documentsWritten += entry.usage.documentsWritten;
      sum.bytesWritten += entry.usage.bytesWritten;
    }
    return sum;
  }
}
