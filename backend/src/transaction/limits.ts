import { UserError } from "../errors.ts";
import { formatBytes } from "../values/normalize.ts";
import type { TransactionMetrics, UsageCounts } from "./types.ts";

/** Convex's limits of one function execution. */
export const TRANSACTION_LIMITS: Readonly<UsageCounts> = {
  databaseQueries: 4096,
  documentsRead: 32_000,
  bytesRead: 16 * 1024 * 1024,
  documentsWritten: 16_000,
  bytesWritten: 16 * 1024 * 1024,
  functionsScheduled: 1000,
  scheduledFunctionArgsBytes: 16 * 1024 * 1024,
};

const READ_ADVICE =
  "Consider using smaller limits in your queries, paginating your queries, or using indexed queries with a selective index range expressions.";
const IN = "in a single function execution";

const FAILURES: { readonly [Counter in keyof UsageCounts]: { code: string; text: (limit: number) => string } } = {
  databaseQueries: { code: "TooManyReads", text: (limit) => `Too many reads ${IN} (limit: ${limit}). ${READ_ADVICE}` },
  documentsRead: { code: "TooManyDocumentsRead", text: (limit) => `Too many documents read ${IN} (limit: ${limit}). ${READ_ADVICE}` },
  bytesRead: { code: "TooManyBytesRead", text: (limit) => `Too many bytes read ${IN} (limit: ${limit} bytes). ${READ_ADVICE}` },
  documentsWritten: { code: "TooManyWrites", text: (limit) => `Too many writes ${IN} (limit: ${limit})` },
  bytesWritten: { code: "TooManyBytesWritten", text: (limit) => `Too many bytes written ${IN} (limit: ${limit})` },
  functionsScheduled: { code: "TooManyFunctionsScheduled", text: (limit) => `Too many functions scheduled by this mutation (limit: ${limit})` },
  scheduledFunctionArgsBytes: {
    code: "ScheduledFunctionsArgumentsTooLarge",
    text: (limit) => `Too large total size of the arguments of scheduled functions from this mutation (limit: ${formatBytes(limit)})`,
  },
};

function passed(counter: keyof UsageCounts, limit: Readonly<UsageCounts>): UserError {
  const { code, text } = FAILURES[counter];
  return new UserError(code, text(limit[counter]));
}

/** What a rolled-back sub-transaction gives back. Reads are kept: they happened. */
export const WRITE_COUNTERS = ["documentsWritten", "bytesWritten", "functionsScheduled", "scheduledFunctionArgsBytes"] as const;

/** A place in an execution's counting. */
export interface UsageMark {
  readonly counts: Readonly<UsageCounts>;
  readonly indexBytesWritten: number;
}

interface Ceiling {
  /** The limit as the error text names it. */
  readonly limit: UsageCounts;
  /** What the counters had reached when this limit began. */
  readonly start: UsageCounts;
}

/** Counts an execution's work and stops it at the limits, its own and those of the nested calls it is in. */
export class UsageMeter {
  /** What limits look at. Bytes written are those of documents alone. */
  readonly counts: UsageCounts = emptyUsage();
  #indexBytesWritten = 0;
  readonly #ceilings: Ceiling[] = [{ limit: TRANSACTION_LIMITS, start: emptyUsage() }];

  /** @throws UserError with Convex's text when a limit is passed. */
  add(counter: keyof UsageCounts, amount: number): void {
    this.counts[counter] += amount;
    for (const { limit, start } of this.#ceilings) {
      if (this.counts[counter] - start[counter] > limit[counter]) throw passed(counter, limit);
    }
  }

  /** Counts one document of this size as read. @throws as {@link add} */
  addRead(bytes: number): void {
    const { counts } = this;
    counts.documentsRead += 1;
    counts.bytesRead += bytes;
    for (const { limit, start } of this.#ceilings) {
      if (counts.documentsRead - start.documentsRead > limit.documentsRead) throw passed("documentsRead", limit);
      if (counts.bytesRead - start.bytesRead > limit.bytesRead) throw passed("bytesRead", limit);
    }
  }

  /** Counts the index keys that a write adds or removes: they are billed, but no limit looks at them. */
  addIndexBytesWritten(bytes: number): void {
    this.#indexBytesWritten += bytes;
  }

  /** A copy of what was counted, index keys included: what is billed. */
  usage(): UsageCounts {
    return { ...this.counts, bytesWritten: this.counts.bytesWritten + this.#indexBytesWritten };
  }

  /** What {@link revertWrites} can go back to. */
  mark(): UsageMark {
    return { counts: { ...this.counts }, indexBytesWritten: this.#indexBytesWritten };
  }

  /** Lowers limits until the returned function is called; a limit not named stays. */
  lower(limits: Partial<UsageCounts>): () => void {
    const ceiling: Ceiling = { limit: { ...unlimited(), ...limits }, start: { ...this.counts } };
    this.#ceilings.push(ceiling);
    return () => {
      this.#ceilings.splice(this.#ceilings.indexOf(ceiling), 1);
    };
  }

  /** How much may still be added before a limit is passed. */
  remaining(counter: keyof UsageCounts): number {
    return Math.min(...this.#ceilings.map(({ limit, start }) => limit[counter] - (this.counts[counter] - start[counter])));
  }

  metrics(): TransactionMetrics {
    const metric = (counter: keyof UsageCounts): { used: number; remaining: number } => ({
      used: this.counts[counter], remaining: Math.max(0, this.remaining(counter)),
    });
    return {
      databaseQueries: metric("databaseQueries"), documentsRead: metric("documentsRead"), bytesRead: metric("bytesRead"),
      documentsWritten: metric("documentsWritten"), bytesWritten: metric("bytesWritten"),
      functionsScheduled: metric("functionsScheduled"), scheduledFunctionArgsBytes: metric("scheduledFunctionArgsBytes"),
    };
  }

  /** Takes back what was written since `mark`. */
  revertWrites(mark: UsageMark): void {
    for (const counter of WRITE_COUNTERS) this.counts[counter] = mark.counts[counter];
    this.#indexBytesWritten = mark.indexBytesWritten;
  }
}

/** All counters, in a fixed order. */
export const USAGE_COUNTERS = [
  "databaseQueries", "documentsRead", "bytesRead", "documentsWritten", "bytesWritten", "functionsScheduled", "scheduledFunctionArgsBytes",
] as const satisfies readonly (keyof UsageCounts)[];

/** Adds `more` to `sum`. */
export function addUsage(sum: UsageCounts, more: Readonly<UsageCounts>): void {
  for (const counter of USAGE_COUNTERS) sum[counter] += more[counter];
}

export function emptyUsage(): UsageCounts {
  return {
    databaseQueries: 0, documentsRead: 0, bytesRead: 0, documentsWritten: 0, bytesWritten: 0, functionsScheduled: 0, scheduledFunctionArgsBytes: 0,
  };
}

function unlimited(): UsageCounts {
  const none = Number.POSITIVE_INFINITY;
  return {
    databaseQueries: none, documentsRead: none, bytesRead: none, documentsWritten: none, bytesWritten: none, functionsScheduled: none,
    scheduledFunctionArgsBytes: none,
  };
}
