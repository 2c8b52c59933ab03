import type { Identity } from "../functions/types.ts";
import type { CachedQuery, QueryRun } from "../subscriptions/cachedQuery.ts";
import { runText, type QueryCache, type QueryRequest } from "../subscriptions/queryCache.ts";
import type { Timestamp } from "../transaction/types.ts";

interface Subscription {
  request: QueryRequest;
  entry: CachedQuery;
  /** The newest result, and the one that the client has. */
  run: QueryRun | null;
  sentText: string | null;
}

/** The timestamps at which a set of results holds: from `from` up to (not including) `before`, null for no end. */
export interface Validity {
  readonly from: Timestamp;
  readonly before: Timestamp | null;
}

/** The queries that one client is subscribed to, and what it has been told of each. */
export class SessionQueries {
  readonly #cache: QueryCache;
  readonly #onStale: () => void;
  readonly #subscriptions = new Map<number, Subscription>();
  #removed: number[] = [];

  constructor(cache: QueryCache, onStale: () => void) {
    this.#cache = cache;
    this.#onStale = onStale;
  }

  add(queryId: number, request: QueryRequest): void {
    this.#drop(queryId);
    const entry = this.#cache.subscribe(request, this.#onStale);
    this.#subscriptions.set(queryId, { request, entry, run: null, sentText: null });
  }

  remove(queryId: number): void {
    this.#drop(queryId);
    this.#removed.push(queryId);
  }

  /** Everything is asked again as somebody else. */
  setIdentity(identity: Identity): void {
    for (const subscription of this.#subscriptions.values()) this.#move(subscription, { ...subscription.request, identity });
  }

  clear(): void {
    for (const queryId of this.#subscriptions.keys()) this.#drop(queryId);
  }

  /** Brings all results up to date. Null when no moment is left at which all of them hold; then ask again. */
  async refresh(): Promise<Validity | null> {
    const subscriptions = [...this.#subscriptions.values()];
    // Asked for together, so that they run one after another with no commit between them.
    await Promise.all(
      subscriptions.map(async (subscription) => {
        subscription.run = await this.#cache.refresh(subscription.entry, { isNew: subscription.run === null });
      }),
    );
    let from = 0n;
    let before: Timestamp | null = null;
    for (const subscription of this.#subscriptions.values()) {
      const { run } = subscription;
      if (run === null) return null;
      if (this.#cache.isMisplaced(subscription.entry, subscription.request)) {
        this.#move(subscription, subscription.request);
        return null;
      }
      if (run.result.ts > from) from = run.result.ts;
      if (run.invalidFrom !== null && (before === null || run.invalidFrom < before)) before = run.invalidFrom;
    }
    if (before !== null) this.#onStale();
    return before === null || before > from ? { from, before } : null;
  }

  /** What the client must be told, as JSON texts; it counts as told. */
  takeModifications(): string[] {
    const modifications = this.#removed.map((queryId) => JSON.stringify({ type: "QueryRemoved", queryId }));
    this.#removed = [];
    for (const [queryId, subscription] of this.#subscriptions) {
      const { run } = subscription;
      if (run === null) continue;
      const text = runText(run);
      if (text === subscription.sentText) continue;
      subscription.sentText = text;
      modifications.push(`{"queryId":${queryId},${text}`);
    }
    return modifications;
  }

  #move(subscription: Subscription, request: QueryRequest): void {
    this.#cache.unsubscribe(subscription.entry, this.#onStale);
    subscription.request = { ...request, journal: subscription.run?.result.journal ?? request.journal };
    subscription.entry = this.#cache.subscribe(subscription.request, this.#onStale);
    subscription.run = null;
  }

  #drop(queryId: number): void {
    const subscription = this.#subscriptions.get(queryId);
    if (subscription === undefined) return;
    this.#subscriptions.delete(queryId);
    // Another of this client's queries may share the entry.
    const isShared = [...this.#subscriptions.values()].some((other) => other.entry === subscription.entry);
    if (!isShared) this.#cache.unsubscribe(subscription.entry, this.#onStale);
  }
}
