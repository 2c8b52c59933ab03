import type { LogEntry } from "convex-embedded";
import { bytesBetween } from "./weighed.ts";

/** What was done, as a bill counts it. */
export interface Counts {
  /** A client's calls, scheduled runs, runs of subscriptions, and what actions start. */
  readonly calls: number;
  /** Calls inside queries and mutations: no bill shows them. */
  readonly nestedCalls: number;
  /** Index ranges and gets. */
  readonly ranges: number;
  readonly documentsRead: number;
  readonly bytesRead: number;
  readonly documentsWritten: number;
  readonly bytesWritten: number;
}

/** List price in µ$: of a call, and of a kilobyte of database traffic. */
const CALL_PRICE = 2;
const KILOBYTE_PRICE = 0.2;

/** The list price in µ$. */
export function priceOf({ calls, bytesRead, bytesWritten }: Counts): number {
  return calls * CALL_PRICE + ((bytesRead + bytesWritten) / 1024) * KILOBYTE_PRICE;
}

/** Bytes read and written. */
export function trafficOf({ bytesRead, bytesWritten }: Counts): number {
  return bytesRead + bytesWritten;
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

  /** How often a line with this text was logged. */
  logged(text: string): number {
    return this.#lines.filter((line) => line.text.includes(text)).length;
  }

  /** Arguments and results of what actions called. */
  get bytesBetweenCalls(): number {
    return this.#lines.reduce((sum, { text }) => sum + bytesBetween(text), 0);
  }

  count(matches: (entry: LogEntry) => boolean = () => true): Counts {
    const sum = { calls: 0, nestedCalls: 0, ranges: 0, documentsRead: 0, bytesRead: 0, documentsWritten: 0, bytesWritten: 0 };
    for (const { usage, nested = [] } of this.#entries.filter(matches)) {
      sum.calls += 1;
      sum.nestedCalls += nested.length;
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
