import { invariant } from "../errors.ts";
import type { ExecutionState } from "./state.ts";
import type { Commit, Executed, ExecutionOptions, ReadSet, Timestamp, Transaction, UsageCounts } from "./types.ts";

type Phase<T> =
  | { readonly kind: "waiting" }
  | { readonly kind: "running"; readonly state: ExecutionState }
  | { readonly kind: "succeeded"; readonly value: T; readonly readSet: ReadSet; readonly usage: UsageCounts }
  | { readonly kind: "failed"; readonly error: unknown };

/** What the runner needs of an execution, whatever its value. */
export interface AnyExecution {
  readonly isMutation: boolean;
  readonly options: ExecutionOptions;
  readonly phase: Phase<unknown>;
  /** What it wrote; set when it succeeded in writing something. */
  commit: Commit | null;
  begin(run: { state: ExecutionState; tx: Transaction; settled: () => void }): void;
  fail(error: unknown): void;
  /** Lets a query that has succeeded be begun once more: what it read was taken back. */
  restart(): void;
  deliver(ts: Timestamp): void;
}

/** One query or mutation on its way from the queue to its promise. */
export class Execution<T> implements AnyExecution {
  readonly isMutation: boolean;
  readonly options: ExecutionOptions;
  readonly promise: Promise<Executed<T>>;
  commit: Commit | null = null;
  phase: Phase<T> = { kind: "waiting" };
  readonly #body: (tx: Transaction) => Promise<T>;
  readonly #deferred = Promise.withResolvers<Executed<T>>();

  constructor(isMutation: boolean, body: (tx: Transaction) => Promise<T>, options: ExecutionOptions) {
    this.isMutation = isMutation;
    this.#body = body;
    this.options = options;
    this.promise = this.#deferred.promise;
  }

  /** Calls the body; `settled` is called once it has come to an end, unless {@link fail} ended it before. */
  begin({ state, tx, settled }: { state: ExecutionState; tx: Transaction; settled: () => void }): void {
    invariant(this.phase.kind === "waiting", "an execution begins when it waits");
    this.phase = { kind: "running", state };
    const end = (phase: Phase<T>): void => {
      if (this.phase.kind !== "running") return;
      this.phase = phase;
      settled();
    };
    // A body that throws before its first await fails like any other.
    new Promise<T>((resolve) => resolve(this.#body(tx))).then(
      (value) => end({ kind: "succeeded", value, readSet: state.reads.finish(), usage: state.meter.usage() }),
      (error: unknown) => end({ kind: "failed", error }),
    );
  }

  /** Ends it with this error, whatever its body still does. */
  fail(error: unknown): void {
    this.phase = { kind: "failed", error };
  }

  restart(): void {
    invariant(!this.isMutation && this.phase.kind === "succeeded", "only a query that has succeeded is run again");
    this.phase = { kind: "waiting" };
  }

  /** Settles the promise. */
  deliver(ts: Timestamp): void {
    const { phase } = this;
    if (phase.kind === "failed") this.#deferred.reject(phase.error);
    else if (phase.kind === "succeeded") this.#deferred.resolve({ value: phase.value, ts, readSet: phase.readSet, usage: phase.usage });
    else invariant(false, `an execution that is ${phase.kind} has no result`);
  }
}
