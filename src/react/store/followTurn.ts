import type { UIMessageChunk } from "ai";
import type { UIMessage } from "../wireTypes.js";
import { ChunkWriter } from "./partChunks.js";
import type { ThreadStore } from "./threadStore.js";
import { endReason } from "./turnStatus.js";

/** Messages that are loaded at a time on the way to a turn that is not the newest. */
const PAGE_ITEMS = 20;

export interface FollowOptions {
  readonly store: ThreadStore<UIMessage>;
  readonly order: number;
  /** The reply as the consumer has it, when it is continued; undefined for a new one. */
  readonly continues?: UIMessage["parts"] | undefined;
  readonly abortSignal?: AbortSignal | undefined;
  /** Asks the app to stop the reply; called at most once. */
  readonly onAbort: () => void;
}

/**
 * The reply to one turn as chunks, from its beginning to its end, whoever writes it. It ends with the turn: done,
 * failed, or waiting for an approval. Cancelling the stream, or aborting it, closes the subscriptions.
 */
export function followTurn(options: FollowOptions): ReadableStream<UIMessageChunk> {
  let close: (() => void) | undefined;
  return new ReadableStream<UIMessageChunk>({
    start: (controller) => {
      close = new TurnFollower(options, controller).open();
    },
    cancel: () => close?.(),
  });
}

class TurnFollower {
  readonly #options: FollowOptions;
  readonly #controller: ReadableStreamDefaultController<UIMessageChunk>;
  readonly #writer: ChunkWriter;
  #hasStarted = false;
  #sawStream = false;
  #metadata: unknown;
  #close: (() => void) | undefined;
  #isClosed = false;

  constructor(options: FollowOptions, controller: ReadableStreamDefaultController<UIMessageChunk>) {
    this.#options = options;
    this.#controller = controller;
    this.#writer = new ChunkWriter(options.continues);
  }

  open(): () => void {
    const { store, abortSignal } = this.#options;
    if (abortSignal?.aborted) {
      this.#abort();
      return () => undefined;
    }
    abortSignal?.addEventListener("abort", this.#abort, { once: true });
    this.#close = store.subscribe(this.#look);
    // The first look may have closed it before there was something to close.
    if (this.#isClosed) this.#close();
    else this.#look();
    return () => this.#dispose();
  }

  readonly #abort = (): void => {
    if (this.#isClosed) return;
    this.#options.onAbort();
    this.#finish([{ type: "abort" }]);
  };

  readonly #look = (): void => {
    if (this.#isClosed) return;
    const { store, order } = this.#options;
    const { results, status, error } = store.getSnapshot();
    if (error !== undefined) {
      this.#dispose();
      this.#controller.error(error);
      return;
    }
    if (status === "LoadingFirstPage" || status === "LoadingMore") return;
    const oldest = results[0]?.order;
    if (status === "CanLoadMore" && oldest !== undefined && oldest > order) {
      store.loadMore(PAGE_ITEMS);
      return;
    }
    const reply = results.filter((message) => message.order === order && message.role === "assistant");
    this.#tell(reply);
    const last = reply.at(-1);
    if (last !== undefined) this.#endWith(last);
  };

  #tell(reply: readonly UIMessage[]): void {
    const first = reply[0];
    if (first === undefined) return;
    if (!this.#hasStarted) {
      // A reply that goes on keeps the id that the consumer gave it or took from here.
      this.#send([{ type: "start", ...(this.#options.continues === undefined ? { messageId: first.key } : {}) }]);
      this.#hasStarted = true;
    }
    const metadata = reply.findLast((message) => message.metadata !== undefined)?.metadata;
    if (metadata !== this.#metadata) this.#send([{ type: "message-metadata", messageMetadata: metadata }]);
    this.#metadata = metadata;
    this.#sawStream ||= reply.some(({ status }) => status === "streaming");
    this.#send(this.#writer.update(reply.flatMap(({ parts }) => parts)));
  }

  #endWith(last: UIMessage): void {
    switch (last.status) {
      case "streaming":
        return;
      case "failed": {
        const reason = endReason(last.error);
        if (reason.code === "aborted") this.#finish([...this.#writer.end(), { type: "abort", reason: reason.message }]);
        else this.#finish([...this.#writer.end(), { type: "error", errorText: reason.message }]);
        return;
      }
      case "pending":
      case "success":
        if (isSettled(last, this.#sawStream)) this.#finish([...this.#writer.end(), { type: "finish" }]);
        return;
      default:
        last.status satisfies never;
    }
  }

  #finish(chunks: readonly UIMessageChunk[]): void {
    this.#dispose();
    this.#send(chunks);
    this.#controller.close();
  }

  #send(chunks: readonly UIMessageChunk[]): void {
    for (const chunk of chunks) this.#controller.enqueue(chunk);
  }

  #dispose(): void {
    this.#isClosed = true;
    this.#options.abortSignal?.removeEventListener("abort", this.#abort);
    this.#close?.();
  }
}

/**
 * Whether nobody is going to add to the reply. Steps are saved one by one, so a call with its result is not the end,
 * unless its stream has ended; a call that waits for a decision is.
 */
function isSettled({ parts, status }: UIMessage, sawStream: boolean): boolean {
  const states = parts.map((part) => ("toolCallId" in part ? part.state : undefined));
  if (states.includes("approval-requested")) return true;
  if (status === "pending" || states.includes("approval-responded") || states.includes("input-available")) return false;
  return sawStream || states.at(-1) === undefined;
}
