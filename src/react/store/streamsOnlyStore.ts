import type { UIMessage } from "../wireTypes.js";
import { LiveStreams } from "./liveStreams.js";
import { QueryGroup, type QueryArgs, type QuerySource } from "./queryGroup.js";
import type { LiveMessage } from "./streamStore.js";

export interface StreamsSnapshot {
  /** In the order of the thread; undefined until the first list of streams is here. */
  readonly messages: readonly UIMessage[] | undefined;
  /** What the query threw, if it did. */
  readonly error: unknown;
}

export interface StreamsOnlyOptions {
  /** The arguments of the query but for `streamArgs`; undefined: skip. */
  readonly args: (QueryArgs & { readonly threadId: string }) | undefined;
  readonly startOrder?: number;
  readonly skipStreamIds?: readonly string[];
  readonly nowMs: () => number;
}

/** The streams of a thread as messages, without what is saved. */
export class StreamsOnlyStore {
  readonly #group: QueryGroup;
  readonly #streams: LiveStreams | undefined;
  readonly #listeners = new Set<() => void>();
  #live: readonly LiveMessage[] | undefined;
  #snapshot: StreamsSnapshot = { messages: undefined, error: undefined };

  constructor(source: QuerySource, { args, ...options }: StreamsOnlyOptions) {
    this.#group = new QueryGroup(source, () => this.#refresh());
    if (args === undefined) return;
    this.#streams = new LiveStreams(this.#group, { ...options, args, threadId: args.threadId });
    this.#refresh();
  }

  readonly getSnapshot = (): StreamsSnapshot => this.#snapshot;

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

  #refresh(): void {
    const streams = this.#streams;
    if (streams === undefined) return;
    let error: unknown;
    try {
      streams.refresh();
    } catch (thrown) {
      error = thrown;
    }
    const live = streams.isLoaded ? streams.messages : undefined;
    if (live === this.#live && error === this.#snapshot.error) return;
    this.#live = live;
    this.#snapshot = { messages: live?.map(({ message }) => message), error };
    for (const listener of this.#listeners) listener();
  }
}
