import type { CallRequest, Caller, FunctionRunner, Identity } from "../functions/types.ts";
import type { Ports } from "../ports.ts";
import { isSystemPath } from "../system/systemQueries.ts";
import { touches } from "../transaction/readSet.ts";
import { ReadSetIndex } from "../transaction/readSetIndex.ts";
import type { Commit, ComponentPath, ReadSet, Timestamp, TransactionRunner } from "../transaction/types.ts";
import type { JsonObject } from "../values/json.ts";
import { CachedQuery, queryRunOf, type QueryRun } from "./cachedQuery.ts";

/** What a subscriber wants to know. */
export interface QueryRequest {
  readonly componentPath: ComponentPath;
  readonly path: string;
  readonly args: JsonObject;
  readonly identity: Identity;
  /** End cursor that the client remembers of this page, or null. */
  readonly journal: string | null;
  /** @default "SyncWebsocket" */
  readonly caller?: Caller;
}

export interface QueryCacheOptions {
  /** Told of each call that was answered with the result of an earlier or a shared run. */
  readonly onShared?: (request: QueryRequest, run: QueryRun) => void;
  readonly functions: Pick<FunctionRunner, "query">;
  readonly transactions: Pick<TransactionRunner, "onCommit" | "commitsAfter" | "latestTs">;
  readonly ports: Pick<Ports, "nowMs" | "randomBytes">;
  /** Results nobody subscribes to that are kept for the next who asks. @default 500 */
  readonly maxIdle?: number;
  /** Characters of text that those results may hold in all. @default 32 Mi */
  readonly maxIdleChars?: number;
}

// A newcomer is not given a result that saw the clock longer ago than this; source: convex-protocol E.1.
const MAX_CLOCK_AGE_MS = 17_000;

/**
 * Results of queries, shared: whoever asks the same (component, function, arguments, journal, and identity where the
 * function looks at it) gets the same run. A result stays valid until a commit touches what it read.
 *
 * A query is run again when a subscriber asks for its newest result, not when it becomes stale: subscribers that
 * cannot take a result (a slow connection) cause no work.
 */
export class QueryCache {
  readonly #options: QueryCacheOptions;
  readonly #entries = new Map<string, CachedQuery>();
  /** Every entry somebody holds or can find: one that a newer one replaced in the map lives on for its subscribers. */
  readonly #live = new Set<CachedQuery>();
  /** Valid results without subscribers and their sizes, least recently used first. */
  readonly #idle = new Map<CachedQuery, number>();
  #idleChars = 0;
  readonly #readSets = new ReadSetIndex<CachedQuery>();
  /** Functions that were seen to look at the identity; the others are shared by everyone. */
  readonly #identityAware = new Set<string>();
  readonly #stopListening: () => void;

  constructor(options: QueryCacheOptions) {
    this.#options = options;
    this.#stopListening = options.transactions.onCommit((commit) => this.#onCommit(commit));
  }

  close(): void {
    this.#stopListening();
    this.#entries.clear();
    this.#live.clear();
    this.#idle.clear();
  }

  /** Number of results that can be found, with and without subscribers. */
  get size(): number {
    return this.#entries.size;
  }

  /** Number of read sets that are watched. */
  get watched(): number {
    return this.#readSets.size;
  }

  /**
   * The shared query for a request. `onStale` stands for the subscriber: it is called when the result is no longer the
   * newest, from inside the commit (it must not throw), and given to {@link unsubscribe}.
   */
  subscribe(request: QueryRequest, onStale: () => void): CachedQuery {
    const key = this.#keyOf(request);
    const existing = this.#entries.get(key);
    const entry = existing?.isSharable === true ? existing : new CachedQuery(key, request);
    if (entry !== existing) {
      if (existing !== undefined && this.#idle.has(existing)) this.#forget(existing);
      this.#entries.set(key, entry);
      this.#live.add(entry);
    }
    this.#leaveIdle(entry);
    entry.subscribers.add(onStale);
    return entry;
  }

  unsubscribe(entry: CachedQuery, onStale: () => void): void {
    entry.subscribers.delete(onStale);
    // A run that is under way decides at its end.
    if (entry.subscribers.size === 0 && entry.running === null) this.#rest(entry);
  }

  /**
   * The newest result of a query, run if it has none that is valid. Rejects only for trouble of our own. Each time is
   * a call on the asker's bill, whoever's run answers it.
   * `isNew`: the subscriber has had no result of it yet. `request`: as whom it asks. @default as who asked first
   */
  async refresh(entry: CachedQuery, { isNew, request = entry.request }: { isNew: boolean; request?: QueryRequest }): Promise<QueryRun> {
    const isShared = entry.running !== null || this.#holds(entry, isNew);
    const run = await this.#newest(entry, isNew);
    if (isShared && !isSystemPath(request.path)) this.#options.onShared?.(request, run);
    return run;
  }

  /**
   * The result of one call that subscribes to nothing, as of now or later: it sees all that was committed before.
   */
  async ask(request: QueryRequest): Promise<QueryRun> {
    const asked = this.#options.transactions.latestTs;
    // A subscriber of its own: two who ask at once must not take each other's leave.
    const onStale = ignore.bind(null);
    for (;;) {
      const entry = this.subscribe(request, onStale);
      try {
        const run = await this.refresh(entry, { isNew: true, request });
        // A run that others had begun may be older than this call, or turn out to be one person's.
        const isNewEnough = run.ts >= asked || run.invalidFrom === null || run.invalidFrom > asked;
        if (isNewEnough && !this.isMisplaced(entry, request)) return run;
      } finally {
        this.unsubscribe(entry, onStale);
      }
    }
  }

  #holds({ run }: CachedQuery, isNew: boolean): boolean {
    return run !== null && run.invalidFrom === null && !(isNew && this.#isTooOld(run));
  }

  async #newest(entry: CachedQuery, isNew: boolean): Promise<QueryRun> {
    if (entry.run !== null && this.#holds(entry, isNew)) return entry.run;
    entry.running ??= this.#run(entry).finally(() => {
      entry.running = null;
      if (entry.subscribers.size === 0) this.#rest(entry);
    });
    return await entry.running;
  }

  /** Makes every result stale: the app's code has changed. */
  invalidateAll(): void {
    this.#identityAware.clear();
    for (const entry of this.#live) this.#markStale(entry, this.#options.transactions.latestTs);
  }

  async #run(entry: CachedQuery): Promise<QueryRun> {
    const { request, generation } = entry;
    const call = this.#call(request);
    const result = await this.#options.functions.query(call, { journal: entry.run?.journal ?? request.journal });
    const run = queryRunOf(result, { requestId: call.requestId, ranAtMs: this.#options.ports.nowMs() });
    entry.runs += 1;
    this.#replace(entry, run);
    if (result.observedIdentity) this.#bindToIdentity(request);
    this.#watch(entry, { readSet: result.readSet, generation });
    return run;
  }

  #replace(entry: CachedQuery, run: QueryRun): void {
    const before = entry.run;
    entry.run = run;
    if (before === null || before.invalidFrom !== null) return;
    // It was only too old for a newcomer; the others get the newer one too.
    before.invalidFrom = run.ts;
    for (const onStale of entry.subscribers) onStale();
  }

  #call({ componentPath, path, args, identity, caller = "SyncWebsocket" }: QueryRequest): CallRequest {
    const requestId = Buffer.from(this.#options.ports.randomBytes(8)).toString("hex");
    return { componentPath, path, args, identity, caller, requestId, allowInternal: identity.kind === "admin" };
  }

  /** Watches for commits that touch what the run read, from its own timestamp on. */
  #watch(entry: CachedQuery, { readSet, generation }: { readSet: ReadSet; generation: number }): void {
    const { run } = entry;
    if (run === null) return;
    const since = this.#options.transactions.commitsAfter(run.ts);
    // Nobody knows what happened since: the result holds for the moment at which it was made.
    if (generation !== entry.generation || since === null) return this.#markStale(entry, run.ts + 1n);
    const touching = since.find((commit) => touches(readSet, commit));
    if (touching !== undefined) return this.#markStale(entry, touching.ts);
    this.#readSets.add(entry, readSet);
  }

  /**
   * A run told that the function looks at who asks. Its result is that identity's alone; everybody else who shares the
   * entry asks again and gets an entry of their own.
   */
  #bindToIdentity(request: QueryRequest): void {
    const name = functionName(request);
    if (this.#identityAware.has(name)) return;
    this.#identityAware.add(name);
    // Collected first: entries that get a new key go to the end of the map.
    const sharing = Array.from(this.#entries.values()).filter((entry) => functionName(entry.request) === name);
    for (const entry of sharing) {
      this.#entries.delete(entry.key);
      entry.key = this.#keyOf(entry.request);
      this.#entries.set(entry.key, entry);
      for (const onStale of entry.subscribers) onStale();
    }
  }

  /** True when a subscriber with this request belongs to another entry than the one it has. */
  isMisplaced(entry: CachedQuery, request: QueryRequest): boolean {
    return this.#identityAware.has(functionName(request)) && identityKey(entry.request.identity) !== identityKey(request.identity);
  }

  #onCommit(commit: Commit): void {
    for (const entry of this.#readSets.affected(commit)) this.#markStale(entry, commit.ts);
  }

  #markStale(entry: CachedQuery, ts: Timestamp): void {
    entry.generation += 1;
    if (entry.run !== null && entry.run.invalidFrom === null) entry.run.invalidFrom = ts;
    this.#readSets.remove(entry);
    if (entry.subscribers.size === 0 && entry.running === null) this.#forget(entry);
    for (const onStale of entry.subscribers) onStale();
  }

  /** The last subscriber has gone: a valid result is kept for a while, others go at once. */
  #rest(entry: CachedQuery): void {
    if (this.#entries.get(entry.key) !== entry || !entry.isValid) return this.#forget(entry);
    this.#leaveIdle(entry);
    const size = entry.key.length + (entry.run?.body.length ?? 0);
    this.#idle.set(entry, size);
    this.#idleChars += size;
    const { maxIdle = 500, maxIdleChars = 32 * 1024 * 1024 } = this.#options;
    for (const oldest of this.#idle.keys()) {
      if (this.#idle.size <= maxIdle && this.#idleChars <= maxIdleChars) return;
      this.#forget(oldest);
    }
  }

  #forget(entry: CachedQuery): void {
    this.#leaveIdle(entry);
    this.#live.delete(entry);
    this.#readSets.remove(entry);
    if (this.#entries.get(entry.key) === entry) this.#entries.delete(entry.key);
  }

  #leaveIdle(entry: CachedQuery): void {
    this.#idleChars -= this.#idle.get(entry) ?? 0;
    this.#idle.delete(entry);
  }

  #keyOf(request: QueryRequest): string {
    const identity = this.#identityAware.has(functionName(request)) ? identityKey(request.identity) : adminKey(request.identity);
    return JSON.stringify([functionName(request), identity, request.journal, request.args]);
  }

  #isTooOld({ observedTime, ranAtMs }: QueryRun): boolean {
    return observedTime && this.#options.ports.nowMs() - ranAtMs > MAX_CLOCK_AGE_MS;
  }
}

function ignore(): void {}

/** `a/b:c` and `a/b.js:c` are one function. */
const functionName = ({ componentPath, path }: QueryRequest): string => `${componentPath}|${path.replace(/\.js(?=:|$)/, "")}`;

/** An admin may run what others may not, whatever the function looks at. */
const adminKey = (identity: Identity): string => (identity.kind === "admin" ? identityKey(identity) : "anyone");

function identityKey(identity: Identity): string {
  switch (identity.kind) {
    case "user":
      // A new token for the same person changes nothing that a query can see.
      return `user:${JSON.stringify(identity.attributes)}`;
    case "admin":
      return `admin:${JSON.stringify(identity.actingAs)}`;
    default:
      return identity.kind;
  }
}
