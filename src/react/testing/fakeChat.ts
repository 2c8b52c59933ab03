import { packThread } from "../../shared/packedThread.js";
import { messageKey } from "../../shared/uiMessage.js";
import { FakeClient } from "./fakeClient.js";
import { FakeStreams } from "./fakeStreams.js";
import type { StoredChunk, UIMessage } from "../wireTypes.js";

const THREAD = "thread1";

/** A chat's server side in memory: saved messages as `listUIMessages` pages them, and streams beside them. */
export class FakeChat {
  readonly streams = new FakeStreams();
  readonly client: FakeClient;
  messages: UIMessage[] = [];

  /** @param options.packed Answers as `listThread` does. */
  constructor({ packed = false }: { packed?: boolean } = {}) {
    this.client = new FakeClient((args) => {
      const streams = this.streams.sync(args.streamArgs);
      const view = { ...this.#page(args.paginationOpts), ...(streams === undefined ? {} : { streams }) };
      return packed ? packThread(view, THREAD) : view;
    });
  }

  save(message: Partial<UIMessage> & Pick<UIMessage, "order" | "stepOrder" | "role" | "text">): UIMessage {
    const saved: UIMessage = {
      id: `doc-${message.order}-${message.stepOrder}`, key: messageKey(THREAD, message), status: "success", _creationTime: 1,
      parts: [{ type: "text", text: message.text, state: "done" }], ...message,
    };
    this.messages = [...this.messages.filter((other) => other.key !== saved.key), saved];
    return saved;
  }

  /** A question and, unless it is null, its saved answer. Returns the order of the turn. */
  turn(answer: string | null = "answer"): number {
    const order = 1 + Math.max(-1, ...this.messages.map((message) => message.order));
    this.save({ order, stepOrder: 0, role: "user", text: `question ${order}` });
    if (answer !== null) this.save({ order, stepOrder: 1, role: "assistant", text: answer });
    return order;
  }

  flush(streamId: string, chunks: readonly StoredChunk[]): void {
    this.streams.flush(streamId, chunks);
    this.client.settle();
  }

  #page(opts: unknown = {}): { page: UIMessage[]; isDone: boolean; continueCursor: string } {
    const { cursor = null, endCursor, numItems = 0 } = opts as { cursor?: string | null; endCursor?: string; numItems?: number };
    if (numItems === 0) return { page: [], isDone: true, continueCursor: cursor ?? "" };
    const orders = [...new Set(this.messages.map((message) => message.order))].sort((a, b) => b - a);
    const page: UIMessage[] = [];
    let last = "";
    for (const order of orders) {
      if (cursor !== null && cursor !== "" && order >= Number(cursor)) continue;
      if (endCursor !== undefined && endCursor !== "end" && order < Number(endCursor)) break;
      if (endCursor === undefined && page.length >= numItems) return { page, isDone: false, continueCursor: last };
      page.push(...this.messages.filter((message) => message.order === order));
      last = String(order);
    }
    return endCursor === undefined ? { page, isDone: true, continueCursor: "end" } : { page, isDone: endCursor === "end", continueCursor: endCursor };
  }
}

export { THREAD as FAKE_THREAD_ID };
