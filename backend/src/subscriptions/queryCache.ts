import { serverErrorText } from "../functions/serverErrorText.ts";
import type { CallRequest, FunctionRunner, Identity } from "../functions/types.ts";
import type { Ports } from "../ports.ts";
import { ReadSetIndex } from "../transaction/readSetIndex.ts";
import type { Commit, ComponentPath, Timestamp, TransactionRunner } from "../transaction/types.ts";
import type { JsonObject } from "../values/json.ts";
import { CachedQuery, type QueryRun } from "./cachedQuery.ts";

/** What a subscriber wants to know. */
export interface QueryRequest {
  readonly componentPath: ComponentPath;
  readonly path: string;
  readonly args: JsonObject;
  readonly identity: Identity;
  /** End cursor that the client remembers of this page, or null. */
  readonly journal: string | null;
}

export interface QueryCacheOptions {
  readonly functions: Pick<FunctionRunner, "query">;
  readonly transactions: Pick<TransactionRunner, "onCommit" | "commitsAfter" | "latestTs">;
  readonly ports: Pick<Ports, "nowMs" | "randomBytes">;
  /** Results nobody subscribes to that are kept for the next who asks. @default 200 */
  readonly maxIdle?: number;
}

/**
 * Results of queries, shared: whoever asks the same (component, function, arguments, journal, and identity where the
 * function looks at it) gets the same run. A result stays valid until a commit touches what it read.
 */
export class QueryCache {
  readonly #options: QueryCacheOptions;
  readonly #entries = new Map<string, CachedQuery>();
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
  }

  /** Number of results held, with and without subscribers. */
  get size(): number {
    return this.#entries.size;
  }

  /** The shared query for a request; `onStale` is called when its result is no longer the newest. */
  subscribe(request: QueryRequest, onStale: () => void): CachedQuery {
    const key = this.#keyOf(request);
    const existing = this.#entries.get(key);
    if (existing?.isSharable === true) {
      // Moved to the end: the map's order is the order of last use.
      this.#entries.delete(key);
      this.#entries.set(key, existing);
      existing.subscribers.add(onStale);
      return existing;
    }
    const entry = new CachedQuery(key, request);
    this.#entries.set(key, entry);
    entry.subscribers.add(onStale);
    return entry;
  }

  unsubscribe(entry: CachedQuery, onStale: () => void): void {
    entry.subscribers.delete(onStale);
    if (entry.subscribers.size === 0) this.#evict(entry);
  }

  /**
   * The newest result of a query, run if it has none that is valid. Never rejects for a developer's mistake.
   * `isNew`: the subscriber has had no result of it yet.
   */
  async refresh(entry: CachedQuery, { isNew }: { isNew: boolean }): Promise<QueryRun> {
    const { run } = entry;
    if (run !== null && run.invalidFrom === null && !(isNew && this.#isTooOld(run))) return run;
    entry.running ??= this.#run(entry).finally(() => {
      entry.running = null;
    });
    return await entry.running;
  }

  /** Makes every result stale: the app's code has changed. */
  invalidateAll(): void {
    for (const entry of this.#entries.values()) this.#markStale(entry, this.#options.transactions.latestTs);
    this.#identityAware.clear();
  }

  async #run(entry: CachedQuery): Promise<QueryRun> {
    const { request } = entry;
    const journal = entry.run?.result.journal ?? request.journal;
    const generation = entry.generation;
    const call = this.#call(request);
    const result = await this.#options.functions.query(call, { journal });
    const run: QueryRun = { result, requestId: call.requestId, ranAtMs: this.#options.ports.nowMs(), invalidFrom: null, text: null };
    entry.runs += 1;
    entry.run = run;
    if (result.observedIdentity) this.#bindToIdentity(entry);
    this.#register(entry, { run, generation });
    return run;
  }

  #call({ componentPath, path, args, identity }: QueryRequest): CallRequest {
    const requestId = Buffer.from(this.#options.ports.randomBytes(8)).toString("hex");
    return { componentPath, path, args, identity, caller: "SyncWebsocket", requestId, allowInternal: identity.kind === "admin" };
  }

  /** Watches for commits that touch what the run read, from its own timestamp on. */
  #register(entry: CachedQuery, { run, generation }: { run: QueryRun; generation: number }): void {
    this.#readSets.add(entry, run.result.readSet);
    const since = this.#options.transactions.commitsAfter(run.result.ts);
    if (generation !== entry.generation || since === null) return this.#markStale(entry, run.result.ts + 1n);
    const touching = since.find((commit) => this.#readSets.affected(commit).has(entry));
    if (touching !== undefined) this.#markStale(entry, touching.ts);
  }

  /**
   * The first run told that the function looks at who asks. Its result is this identity's alone; everybody else who
   * shares the entry asks again and gets an entry of their own.
   */
  #bindToIdentity(entry: CachedQuery): void {
    const name = functionName(entry.request);
    if (this.#identityAware.has(name)) return;
    this.#identityAware.add(name);
    // Collected first: entries that get a new key go to the end of the map.
    const sharing = Array.from(this.#entries.values()).filter((other) => functionName(other.request) === name);
    for (const other of sharing) {
      this.#entries.delete(other.key);
      other.rekey(this.#keyOf(other.request));
      this.#entries.set(other.key, other);
      for (const onStale of other.subscribers) onStale();
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
    if (entry.subscribers.size === 0) {
      this.#forget(entry);
      return;
    }
    for (const onStale of entry.subscribers) onStale();
  }

  #forget(entry: CachedQuery): void {
    this.#readSets.remove(entry);
    if (this.#entries.get(entry.key) === entry) this.#entries.delete(entry.key);
  }

  #evict(entry: CachedQuery): void {
    // Replaced by a newer entry of the same key, or stale: nobody will find it again.
    if (this.#entries.get(entry.key) !== entry || entry.run === null || entry.run.invalidFrom !== null) return this.#forget(entry);
    const { maxIdle = 200 } = this.#options;
    let idle = 0;
    for (const candidate of [...this.#entries.values()].toReversed()) {
      if (candidate.subscribers.size > 0) continue;
      idle += 1;
      if (idle > maxIdle) this.#forget(candidate);
    }
  }

  #keyOf(request: QueryRequest): string {
    const identity = this.#identityAware.has(functionName(request)) ? identityKey(request.identity) : adminKey(request.identity);
    return JSON.stringify([functionName(request), identity, request.journal, request.args]);
  }

  /** A result that saw the clock is not handed to newcomers for ever; source: convex-protocol E.1. */
  #isTooOld({ result, ranAtMs }: QueryRun): boolean {
    return result.observedTime && this.#options.ports.nowMs() - ranAtMs > MAX_CLOCK_AGE_MS;
  }
}

const MAX_CLOCK_AGE_MS = 17_000;

const functionName = ({ componentPath, path }: QueryRequest): string => `${componentPath}|${path}`;

/** An admin may run what others may not, whatever the function looks at. */
const adminKey = (identity: Identity): string => (identity.kind === "admin" ? identityKey(identity) : "anyone");

function identityKey(identity: Identity): string {
  switch (identity.kind) {
    case "user":
      return `user:${JSON.stringify(identity.attributes)}:${identity.expiresMs}`;
    case "admin":
      return `admin:${JSON.stringify(identity.actingAs)}`;
    default:
      return identity.kind;
  }
}

/** The result as the sync protocol sends it, without the query's id. */
export function runText(run: QueryRun): string {
  run.text ??= textOf(run);
  return run.text;
}

function textOf({ result: { outcome, logLines, journal }, requestId }: QueryRun): string {
  const rest = JSON.stringify({ logLines, journal }).slice(1);
  if (outcome.ok) return `"type":"QueryUpdated","value":${JSON.stringify(outcome.value)},${rest}`;
  const { data } = outcome.error;
  const errorData = data === undefined ? "" : `"errorData":${JSON.stringify(data)},`;
  return `"type":"QueryFailed","errorMessage":${JSON.stringify(serverErrorText(requestId, outcome.error))},${errorData}${rest}`;
}
