import type { Timestamp } from "../transaction/types.ts";
import { INITIAL_VERSION, type StateVersion } from "./protocol.ts";
import type { SessionQueries } from "./sessionQueries.ts";
import type { Frame, SharedFrames } from "./sharedFrames.ts";

export interface TransitionsOptions {
  readonly queries: SessionQueries;
  readonly frames: SharedFrames;
  readonly latestTs: () => Timestamp;
  readonly nowMs: () => number;
  /** The client is there and can take more. */
  readonly canSend: () => boolean;
  /** Whether queries may run for the session's identity; ends the session when they may not. */
  readonly mayRun: () => boolean;
  readonly send: (frames: readonly Frame[]) => void;
  readonly onFailure: (error: unknown) => void;
}

/**
 * Brings one client from one snapshot to the next. What holds for all it sends (convex-protocol A.4, A.5):
 *
 * - each Transition starts where the one before it ended, and all results that the client then has are of the
 *   snapshot at its end;
 * - a mutation's effect, and its timestamp, are shown after its answer, and a Transition that reaches the timestamp
 *   always comes.
 *
 * A client that cannot take more gets nothing until it can, and is then brought to the newest snapshot at once.
 */
export class Transitions {
  readonly #options: TransitionsOptions;
  #sent: StateVersion = INITIAL_VERSION;
  #querySet = 0;
  #identity = 0;
  #clientSkewMs: number | null = null;
  /** Timestamps of answered mutations. For each a Transition that reaches it must follow, even if one did before. */
  #owed: Timestamp[] = [];
  /** The client's own mutation was committed at this timestamp and has not been answered yet. */
  #unanswered: Timestamp | null = null;
  #isRunning = false;
  #isScheduled = false;
  #again = false;
  /** The client could not take more when there was something to do. */
  #isBlocked = false;
  #isStopped = false;

  constructor(options: TransitionsOptions) {
    this.#options = options;
  }

  /** Version of the newest query set that was taken in. */
  get querySet(): number {
    return this.#querySet;
  }

  set querySet(version: number) {
    this.#querySet = version;
    this.schedule();
  }

  /** Number of identities that were taken in. */
  get identity(): number {
    return this.#identity;
  }

  /** The client has become somebody else. */
  changeIdentity(clientSkewMs: number | null): void {
    this.#identity += 1;
    this.#clientSkewMs = clientSkewMs;
    this.schedule();
  }

  /** Called from inside the commit of a mutation that this client asked for. */
  ownCommit(ts: Timestamp): void {
    this.#unanswered ??= ts;
  }

  /** The client has been sent the answer of its mutation; `ts` null: one that failed. */
  answered(ts: Timestamp | null): void {
    this.#unanswered = null;
    if (ts === null) return;
    this.#owed.push(ts);
    // Now rather than a little later, so that its queries run before the client's next mutation does.
    this.#wake();
  }

  /** There may be something to tell. Everything that changes at this moment makes one Transition. */
  schedule(): void {
    if (this.#isRunning) {
      this.#again = true;
      return;
    }
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#wake();
    });
  }

  /** The client can take more again. */
  drained(): void {
    if (this.#isBlocked) this.schedule();
  }

  stop(): void {
    this.#isStopped = true;
  }

  #wake(): void {
    if (this.#isRunning) this.#again = true;
    else this.#run().catch(this.#options.onFailure);
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      do {
        this.#again = false;
        this.#isBlocked = !this.#options.canSend();
        if (this.#isBlocked) return;
        // Results that were fetched are told before newer ones are asked for: under a stream of commits that touch
        // its queries a client would otherwise wait for ever.
        this.#tell();
        if (this.#options.queries.isStale) {
          if (!this.#options.mayRun()) return;
          await this.#options.queries.refresh();
          this.#again = true;
        }
      } while (this.#again && !this.#isStopped);
    } finally {
      this.#isRunning = false;
    }
  }

  /** Sends the Transition to the newest snapshot that the fetched results allow, if it tells anything. */
  #tell(): void {
    const { queries, frames } = this.#options;
    const ts = this.#reachableTs();
    if (ts === null) return;
    const start = this.#sent;
    const isVersionNews = this.#querySet !== start.querySet || this.#identity !== start.identity;
    const isDue = queries.hasNews || isVersionNews || this.#owed.some((owed) => owed <= ts);
    const news = queries.takeNews();
    if (!isDue) return;
    const end: StateVersion = { querySet: this.#querySet, identity: this.#identity, ts };
    this.#sent = end;
    this.#owed = this.#owed.filter((each) => each > ts);
    const clientSkewMs = end.identity === start.identity ? null : this.#clientSkewMs;
    this.#options.send(frames.framesOf({ start, end, news, clientSkewMs, serverMs: this.#options.nowMs() }));
  }

  #reachableTs(): Timestamp | null {
    const validity = this.#options.queries.validity();
    if (validity === null) return null;
    let ts = validity.before === null ? this.#options.latestTs() : validity.before - 1n;
    if (this.#unanswered !== null && ts >= this.#unanswered) ts = this.#unanswered - 1n;
    return ts >= validity.from && ts >= this.#sent.ts ? ts : null;
  }
}
