import { isPackedThread, unpackThread } from "../../shared/packedThread.js";

/** Arguments of one subscription, as they go over the wire. */
export type QueryArgs = Readonly<Record<string, unknown>>;

/** One watched query: `ConvexReactClient.watchQuery(query, args)` has this shape. */
export interface QueryWatch {
  /** Subscribes; the callback runs after each change of the local result. Returns the unsubscribe function. */
  onUpdate(callback: () => void): () => void;
  /** The newest local result, undefined while it loads. Throws what the query threw. */
  localQueryResult(): unknown;
}

/** Where a store gets its data from. A port: tests use a fake, the hooks use the Convex client. */
export interface QuerySource {
  watch(args: QueryArgs): QueryWatch;
}

/**
 * A subscription that remembers its last result, so that a re-subscription does not fall back to "loading". What
 * `listThread` packed is unpacked here, once for each result.
 */
export class LiveQuery<Result> {
  readonly args: QueryArgs;
  readonly #watch: QueryWatch;
  #unsubscribe: (() => void) | undefined;
  /** The newest result as it came. */
  #received: unknown;
  #last: Result | undefined;

  constructor(source: QuerySource, args: QueryArgs) {
    this.args = args;
    this.#watch = source.watch(args);
  }

  /** The newest result, or the last known one while a new subscription loads. Throws what the query threw. */
  read(): Result | undefined {
    const result = this.#watch.localQueryResult();
    if (result === undefined || result === this.#received) return this.#last;
    this.#received = result;
    // The hook's type parameters tie the query reference to Result; the client hands over what that query returned.
    this.#last = (isPackedThread(result) ? unpackThread(result, String(this.args.threadId)) : result) as Result;
    return this.#last;
  }

  open(onUpdate: () => void): void {
    this.#unsubscribe ??= this.#watch.onUpdate(onUpdate);
  }

  close(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }
}

/**
 * The subscriptions of one store. While the group is inactive nothing is subscribed, but results that the client
 * already holds can be read: that is what a first render and a server render see.
 */
export class QueryGroup {
  readonly #source: QuerySource;
  readonly #onUpdate: () => void;
  readonly #queries = new Set<LiveQuery<unknown>>();
  #active = false;

  constructor(source: QuerySource, onUpdate: () => void) {
    this.#source = source;
    this.#onUpdate = onUpdate;
  }

  add<Result>(args: QueryArgs): LiveQuery<Result> {
    const query = new LiveQuery<Result>(this.#source, args);
    this.#queries.add(query);
    if (this.#active) query.open(this.#onUpdate);
    return query;
  }

  remove(query: LiveQuery<unknown>): void {
    query.close();
    this.#queries.delete(query);
  }

  activate(): void {
    this.#active = true;
    for (const query of this.#queries) query.open(this.#onUpdate);
  }

  deactivate(): void {
    this.#active = false;
    for (const query of this.#queries) query.close();
  }
}
