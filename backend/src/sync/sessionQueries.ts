import type { Identity } from "../functions/types.ts";
import type { CachedQuery, QueryRun } from "../subscriptions/cachedQuery.ts";
import type { QueryCache, QueryRequest } from "../subscriptions/queryCache.ts";
import type { Timestamp } from "../transaction/types.ts";

interface Subscription {
  readonly queryId: number;
  request: QueryRequest;
  entry: CachedQuery;
  /** The newest result that was fetched, and the one that the client has. */
  run: QueryRun | null;
  sent: QueryRun | null;
  /** Its place in the cache. */
  readonly onStale: () => void;
}

/** The timestamps at which a set of results holds: from `from` up to (not including) `before`, null for no end. */
export interface Validity {
  readonly from: Timestamp;
  readonly before: Timestamp | null;
}

/** One thing to tell the client of a query. */
export type News = { readonly queryId: number; readonly run: QueryRun | null };

/**
 * The queries that one client is subscribed to, and what it has been told of each. Work is done for those alone that
 * changed: a client with hundreds of quiet queries costs nothing.
 */
export class SessionQueries {
  readonly #cache: QueryCache;
  readonly #onChange: () => void;
  readonly #subscriptions = new Map<number, Subscription>();
  /** Those whose newest result the client may not have. The results of all others hold now, and the client has them. */
  readonly #changed = new Set<Subscription>();
  #removed: number[] = [];

  /** `onChange` is called when a result becomes stale; also from inside a commit. */
  constructor(cache: QueryCache, onChange: () => void) {
    this.#cache = cache;
    this.#onChange = onChange;
  }

  get size(): number {
    return this.#subscriptions.size;
  }

  add(queryId: number, request: QueryRequest): void {
    this.#drop(queryId);
    const onStale = (): void => {
      this.#changed.add(subscription);
      this.#onChange();
    };
    const subscription: Subscription = { queryId, request, entry: this.#cache.subscribe(request, onStale), run: null, sent: null, onStale };
    this.#subscriptions.set(queryId, subscription);
    this.#changed.add(subscription);
  }

  remove(queryId: number): void {
    if (this.#drop(queryId)) this.#removed.push(queryId);
  }

  /** Everything is asked again as somebody else. */
  setIdentity(identity: Identity): void {
    for (const subscription of this.#subscriptions.values()) this.#move(subscription, { ...subscription.request, identity });
  }

  clear(): void {
    for (const queryId of this.#subscriptions.keys()) this.#drop(queryId);
  }

  /** Some result must be run before the client can be told everything. */
  get isStale(): boolean {
    for (const subscription of this.#changed) if (this.#needsRun(subscription)) return true;
    return false;
  }

  /** Fetches the newest results of what is stale. */
  async refresh(): Promise<void> {
    const stale = [...this.#changed].filter((subscription) => this.#needsRun(subscription));
    // Asked for together, so that they run one after another with no commit between them.
    await Promise.all(
      stale.map(async (subscription) => {
        const { entry, request } = subscription;
        if (this.#cache.isMisplaced(entry, request)) this.#move(subscription, request);
        const asked = subscription.entry;
        const run = await this.#cache.refresh(asked, { isNew: subscription.run === null, request: subscription.request });
        // Meanwhile it may have been moved; then this is somebody else's result.
        if (subscription.entry === asked) subscription.run = run;
      }),
    );
  }

  /** When the fetched results hold together; null when one has not been fetched yet. They may never hold together. */
  validity(): Validity | null {
    let from = 0n;
    let before: Timestamp | null = null;
    for (const { run, entry, request } of this.#changed) {
      if (run === null || this.#cache.isMisplaced(entry, request)) return null;
      if (run.ts > from) from = run.ts;
      if (run.invalidFrom !== null && (before === null || run.invalidFrom < before)) before = run.invalidFrom;
    }
    return { from, before };
  }

  /** Whether the fetched results say anything the client does not know. */
  get hasNews(): boolean {
    if (this.#removed.length > 0) return true;
    for (const subscription of this.#changed) if (isNews(subscription)) return true;
    return false;
  }

  /** What the client must be told now; it counts as told. To be called when {@link validity} gave a moment. */
  takeNews(): News[] {
    const news: News[] = this.#removed.map((queryId) => ({ queryId, run: null }));
    this.#removed = [];
    for (const subscription of this.#changed) {
      const { queryId, run } = subscription;
      if (isNews(subscription)) news.push({ queryId, run });
      subscription.sent = run;
      if (!this.#needsRun(subscription)) this.#changed.delete(subscription);
    }
    return news;
  }

  #needsRun({ run, entry, request }: Subscription): boolean {
    return run === null || run.invalidFrom !== null || this.#cache.isMisplaced(entry, request);
  }

  #move(subscription: Subscription, request: QueryRequest): void {
    this.#cache.unsubscribe(subscription.entry, subscription.onStale);
    subscription.request = { ...request, journal: subscription.run?.journal ?? request.journal };
    subscription.entry = this.#cache.subscribe(subscription.request, subscription.onStale);
    subscription.run = null;
    this.#changed.add(subscription);
  }

  #drop(queryId: number): boolean {
    const subscription = this.#subscriptions.get(queryId);
    if (subscription === undefined) return false;
    this.#subscriptions.delete(queryId);
    this.#changed.delete(subscription);
    this.#cache.unsubscribe(subscription.entry, subscription.onStale);
    return true;
  }
}

function isNews({ run, sent }: Subscription): boolean {
  return run !== null && run !== sent && run.fingerprint !== sent?.fingerprint;
}
