import { fromConvexJson } from "../../shared/convexJson.js";
import { LiveStreams } from "./liveStreams.js";
import { comparePlaces, mergeMessages, placeOf, type Positioned } from "./mergeMessages.js";
import { PageStore, type PageStatus } from "./pageStore.js";
import { QueryGroup, type QueryArgs, type QuerySource } from "./queryGroup.js";
import { shareUnchanged } from "./shareUnchanged.js";
import type { LiveMessage } from "./streamStore.js";
import { cutBelowNewestTurn } from "./turnCut.js";

export interface ThreadSnapshot<M> {
  /** In the order of the thread, oldest first. */
  readonly results: readonly M[];
  readonly status: PageStatus;
  /** What a query threw, if one did. */
  readonly error: unknown;
}

export interface ThreadStoreOptions<M> {
  /** The arguments of the list query but for `paginationOpts` and `streamArgs`; undefined: skip, nothing is loaded. */
  readonly args: (QueryArgs & { readonly threadId: string }) | undefined;
  readonly initialNumItems: number;
  readonly stream: boolean;
  readonly skipStreamIds?: readonly string[];
  /** A live message in the form of the saved ones; `before` is the saved message that it continues. */
  readonly fromLive: (live: LiveMessage, before: M | undefined) => readonly M[];
  readonly nowMs: () => number;
}

/**
 * What a thread's page shows: saved messages by page, streams on top, as one list. Framework-free: a hook subscribes
 * to it, a test drives it. Making one has no effect outside it; subscriptions are open while someone listens.
 */
export class ThreadStore<M extends Positioned> {
  readonly #options: ThreadStoreOptions<M>;
  readonly #group: QueryGroup;
  readonly #pages: PageStore<M> | undefined;
  readonly #streams: LiveStreams | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #liveForms = new WeakMap<LiveMessage, { before: M | undefined; form: readonly M[] }>();
  #saved: readonly M[] = [];
  /** What the snapshot was made from. */
  #seen: { items: readonly M[]; live: readonly LiveMessage[] } | undefined;
  #snapshot: ThreadSnapshot<M> = { results: [], status: "LoadingFirstPage", error: undefined };

  constructor(source: QuerySource, options: ThreadStoreOptions<M>) {
    this.#options = options;
    this.#group = new QueryGroup(source, () => this.#refresh());
    const { args, initialNumItems, stream, skipStreamIds, nowMs } = options;
    if (args === undefined) return;
    this.#pages = new PageStore<M>(this.#group, {
      args, initialNumItems, policy: { keyOf: placeOf, compare: comparePlaces, cutBelowNewest: cutBelowNewestTurn },
    });
    if (stream) {
      // The list half of the query is asked for nothing: an empty page costs no reads.
      const streamArgs = { ...args, paginationOpts: { cursor: null, numItems: 0 } };
      this.#streams = new LiveStreams(this.#group, { threadId: args.threadId, args: streamArgs, skipStreamIds, nowMs });
    }
    this.#refresh();
  }

  readonly getSnapshot = (): ThreadSnapshot<M> => this.#snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) {
      this.#group.activate();
      this.#refresh();
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#group.deactivate();
    };
  };

  /** Loads the next older page of about `numItems` messages, if the status is "CanLoadMore". */
  readonly loadMore = (numItems: number): void => {
    if (this.#pages?.loadMore(numItems)) this.#refresh();
  };

  #refresh(): void {
    const next = this.#compute();
    const last = this.#snapshot;
    if (next.results === last.results && next.status === last.status && next.error === last.error) return;
    this.#snapshot = next;
    for (const listener of this.#listeners) listener();
  }

  #compute(): ThreadSnapshot<M> {
    const last = this.#snapshot;
    if (this.#pages === undefined) return last;
    try {
      this.#pages.refresh();
      this.#streams?.refresh();
    } catch (error) {
      return { ...last, error };
    }
    const { items, status } = this.#pages.view;
    // Streams and pages begin together: a first page without the streams would show what a stream is about to hide.
    if (status === "LoadingFirstPage" || this.#streams?.isLoaded === false) {
      return last.status === "LoadingFirstPage" ? { ...last, error: undefined } : { results: [], status: "LoadingFirstPage", error: undefined };
    }
    const live = this.#streams?.messages ?? NO_STREAMS;
    if (items === this.#seen?.items && live === this.#seen.live && status === last.status && last.error === undefined) return last;
    if (items !== this.#seen?.items) this.#saved = shareUnchanged(this.#saved, items.map(asGiven).sort(comparePlaces), placeOf);
    this.#seen = { items, live };
    const merged = mergeMessages({
      saved: this.#saved, live,
      fromLive: (stream, before) => this.#fromLive(stream, before), isWholeThread: status === "Exhausted",
    });
    const isSame = merged.length === last.results.length && merged.every((message, index) => message === last.results[index]);
    return { results: isSame ? last.results : merged, status, error: undefined };
  }

  #fromLive(live: LiveMessage, before: M | undefined): readonly M[] {
    const known = this.#liveForms.get(live);
    if (known !== undefined && known.before === before) return known.form;
    const form = this.#options.fromLive(live, before);
    this.#liveForms.set(live, { before, form });
    return form;
  }
}

/** The message with the field names that tools and models gave: those that Convex refuses cross the wire escaped. */
function asGiven<M>(message: M): M {
  // Only field names deep within a message are ever escaped, never those of the message itself.
  return fromConvexJson(message) as M;
}

const NO_STREAMS: readonly LiveMessage[] = [];
