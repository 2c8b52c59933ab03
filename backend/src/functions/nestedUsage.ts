import { addUsage, emptyUsage, USAGE_COUNTERS, WRITE_COUNTERS } from "../transaction/limits.ts";
import type { Transaction, UsageCounts } from "../transaction/types.ts";
import type { FoundFunction } from "./app.ts";
import { displayFunctionPath } from "./functionPath.ts";
import type { NestedCall } from "./types.ts";

interface Running {
  readonly call: NestedCall;
  /** Its place in the list of calls: whatever began after it is nested in it or came later. */
  readonly at: number;
}

/**
 * Tells apart what each nested call of an execution did. Nested calls do not overlap: at any moment the work is that of
 * the innermost one.
 */
export class NestedUsage {
  readonly calls: NestedCall[] = [];
  readonly #tx: Pick<Transaction, "usage">;
  readonly #running: Running[] = [];
  #counted: Readonly<UsageCounts> = emptyUsage();

  constructor(tx: Pick<Transaction, "usage">) {
    this.#tx = tx;
  }

  begin({ instance, path, analyzed }: FoundFunction): void {
    this.#attribute();
    const call: NestedCall = {
      componentPath: instance.path, identifier: displayFunctionPath(path), udfType: analyzed.kind, usage: emptyUsage(),
    };
    this.#running.push({ call, at: this.calls.length });
    this.calls.push(call);
  }

  /** The innermost call has ended; `isUndone`: with all that was written in it. */
  end({ isUndone }: { isUndone: boolean }): void {
    this.#attribute();
    const ended = this.#running.pop();
    if (!isUndone || ended === undefined) return;
    for (const call of this.calls.slice(ended.at)) for (const counter of WRITE_COUNTERS) call.usage[counter] = 0;
  }

  #attribute(): void {
    const { usage } = this.#tx;
    const innermost = this.#running.at(-1);
    if (innermost !== undefined) addUsage(innermost.call.usage, difference(usage, this.#counted));
    this.#counted = usage;
  }
}

function difference(usage: Readonly<UsageCounts>, earlier: Readonly<UsageCounts>): UsageCounts {
  const rest = emptyUsage();
  for (const counter of USAGE_COUNTERS) rest[counter] = usage[counter] - earlier[counter];
  return rest;
}

/** What an execution comes to whose writes were all undone. */
export function withoutWrites(usage: Readonly<UsageCounts>): UsageCounts {
  return { ...usage, documentsWritten: 0, bytesWritten: 0, functionsScheduled: 0, scheduledFunctionArgsBytes: 0 };
}
