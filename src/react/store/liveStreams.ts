import type { StreamArgs, StreamDelta, StreamMessage } from "../wireTypes.js";
import type { LiveQuery, QueryArgs, QueryGroup } from "./queryGroup.js";
import { StreamStore, type LiveMessage } from "./streamStore.js";

/** What a query that lists streams returns, as far as it is used here. */
interface StreamsResult {
  readonly streams?:
    | { readonly kind: "list"; readonly messages: readonly StreamMessage[] }
    | { readonly kind: "deltas"; readonly deltas: readonly StreamDelta[] };
}

export interface LiveStreamsOptions {
  readonly threadId: string;
  /** The arguments of the query but for `streamArgs`. */
  readonly args: QueryArgs;
  /** Ignore streams of earlier turns. */
  readonly startOrder?: number;
  /** Ignore these streams, for example because this client reads them over HTTP. */
  readonly skipStreamIds?: readonly string[];
  readonly nowMs: () => number;
}

/**
 * The streams of one thread: one subscription whose arguments never change while replies stream, and a second one
 * only while chunks are missing. Who has just come asks for the whole of each stream, so that its text is there at the
 * first answer; as soon as there is a stream, the lasting subscription takes over.
 */
export class LiveStreams {
  readonly #group: QueryGroup;
  readonly #options: LiveStreamsOptions;
  #list: LiveQuery<StreamsResult>;
  /** What takes the place of `#list` once it is here; undefined before that is wanted, and afterwards. */
  #lasting: LiveQuery<StreamsResult> | undefined;
  #isLasting = false;
  readonly #store: StreamStore;
  #gap: { key: string; query: LiveQuery<StreamsResult> } | undefined;
  #isLoaded = false;

  constructor(group: QueryGroup, options: LiveStreamsOptions) {
    this.#group = group;
    this.#options = options;
    this.#list = group.add(this.#listArgs({ whole: true }));
    this.#store = new StreamStore(options.threadId, options.nowMs);
  }

  /** False until the first list of streams is here. */
  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  get messages(): readonly LiveMessage[] {
    return this.#store.messages;
  }

  /** Reads the results, and opens or closes the subscription for missing chunks. Throws what a query threw. */
  refresh(): void {
    const result = this.#newest();
    this.#isLoaded = result !== undefined;
    const streams = result?.streams;
    if (streams?.kind !== "list") return;
    const { skipStreamIds = [], startOrder = 0 } = this.#options;
    const rows = streams.messages.filter((row) => row.order >= startOrder && !skipStreamIds.includes(row.streamId));
    const missing = this.#gap?.query.read()?.streams;
    if (missing?.kind === "deltas") this.#store.addDeltas(missing.deltas);
    this.#store.setRows(rows);
    this.#followGaps();
    if (streams.messages.length > 0) this.#settle();
  }

  #newest(): StreamsResult | undefined {
    const lasting = this.#lasting?.read();
    if (lasting === undefined || this.#lasting === undefined) return this.#list.read();
    this.#group.remove(this.#list);
    this.#list = this.#lasting;
    this.#lasting = undefined;
    return lasting;
  }

  /** There is a stream: from now on only its newest chunks are wanted. */
  #settle(): void {
    if (this.#isLasting) return;
    this.#isLasting = true;
    this.#lasting = this.#group.add(this.#listArgs({}));
    // What the client already holds needs no second notification.
    if (this.#lasting.read() !== undefined) this.refresh();
  }

  #followGaps(): void {
    const cursors = this.#store.gaps();
    const key = JSON.stringify(cursors);
    if (key === this.#gap?.key) return;
    const old = this.#gap;
    this.#gap = cursors.length === 0 ? undefined : { key, query: this.#group.add(this.#args({ kind: "deltas", cursors })) };
    if (old !== undefined) this.#group.remove(old.query);
    // What the client already holds needs no second notification.
    if (this.#gap?.query.read() !== undefined) this.refresh();
  }

  #listArgs(more: { whole?: true }): QueryArgs {
    const { startOrder } = this.#options;
    return this.#args({ kind: "list", ...(startOrder === undefined ? {} : { startOrder }), ...more });
  }

  #args(streamArgs: StreamArgs): QueryArgs {
    return { ...this.#options.args, streamArgs };
  }
}
