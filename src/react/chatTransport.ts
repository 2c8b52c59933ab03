import type { ChatTransport, UIMessageChunk } from "ai";
import type { FunctionReference } from "convex/server";
import type { Value } from "convex/values";
import type { HookArgs, UIMessagesQuery } from "./queryTypes.js";
import { followTurn } from "./store/followTurn.js";
import { liveUIMessage } from "./store/liveForms.js";
import type { QueryArgs, QueryWatch } from "./store/queryGroup.js";
import { ThreadStore } from "./store/threadStore.js";
import { turnState } from "./store/turnState.js";
import type { UIMessage } from "./wireTypes.js";

/** What the transport needs of a Convex client: a `ConvexReactClient` has it. */
export interface WatchingClient {
  watchQuery(query: FunctionReference<"query">, args: Record<string, Value>): QueryWatch;
}

/** A decision on one tool call. */
export interface ApprovalResponse {
  threadId: string;
  approvalId: string;
  approved: boolean;
  reason?: string;
}

/** What {@link ConvexChatTransport} is made of: where to read, and the app's functions to write with. */
export interface ConvexChatTransportOptions<Query extends UIMessagesQuery> {
  client: WatchingClient;
  /** Lists messages and streams, as for `useUIMessages`. */
  query: Query;
  /** The query's arguments for a chat; by default the chat's id is the thread's. */
  args?: (chatId: string) => HookArgs<Query>;
  /** Saves a message of the user and starts the reply: call a mutation. Gives the `order` of the new message. */
  send: (options: { threadId: string; message: UIMessage; body: object | undefined }) => Promise<{ order: number }>;
  /** Stops the reply to a turn. Without it, a stopped reply is only no longer shown. */
  stop?: (options: { threadId: string; order: number }) => Promise<unknown>;
  /** Drops the reply to a turn and starts another: call a mutation. `promptMessageId` is the message to answer. */
  regenerate?: (options: { threadId: string; order: number; promptMessageId: string }) => Promise<unknown>;
  /** Records a decision and lets the agent go on when all are there: call a mutation. */
  respond?: (response: ApprovalResponse) => Promise<unknown>;
  /** Told what `stop` threw: nobody waits for it. Default: it is thrown to the environment as an unhandled error. */
  onStopError?: (error: unknown) => void;
}

type SendOptions = Parameters<ChatTransport<UIMessage>["sendMessages"]>[0];

/**
 * Lets `useChat` of `@ai-sdk/react`, and what is built on it, work on a thread. Replies are written by the backend and
 * followed over subscriptions: they go on when the page is closed, and a page that opens later finds them.
 *
 * `useChat({ id, transport })` calls `stop` when its component leaves the page, which stops the reply for everybody. Give
 * it a `Chat` of your own, as below: then only `stop()` stops.
 *
 * @example
 * const transport = new ConvexChatTransport({
 *   client, query: api.chat.listThreadMessages,
 *   send: ({ threadId, message }) => client.mutation(api.chat.send, { threadId, prompt: textOf(message) }),
 *   stop: (turn) => client.mutation(api.chat.stop, turn),
 * });
 * const messages = await transport.loadMessages(threadId);
 * // in a component:
 * const [chat] = useState(() => new Chat({ id: threadId, messages, transport }));
 * const { status, sendMessage, stop } = useChat({ chat, resume: true });
 */
export class ConvexChatTransport<Query extends UIMessagesQuery> implements ChatTransport<UIMessage> {
  /** A reply that is found again is told from its beginning. */
  readonly resumeStreamIsReplay = true;
  readonly #options: ConvexChatTransportOptions<Query>;

  constructor(options: ConvexChatTransportOptions<Query>) {
    this.#options = options;
  }

  /**
   * The newest messages of a thread, to begin a chat with: about `numItems` of them, whole turns. A reply that is being
   * written is part of it as far as it is; `resume: true` tells the rest. Throws what the query throws.
   */
  async loadMessages(chatId: string, { numItems = 50 }: { numItems?: number } = {}): Promise<UIMessage[]> {
    const results = await this.#read(chatId, { numItems });
    return results.map((message) => ({ ...message, id: message.key }));
  }

  /** Sends a message, decisions on tool calls, or the wish for another reply; gives the reply as chunks. */
  readonly sendMessages = async (options: SendOptions): Promise<ReadableStream<UIMessageChunk>> => {
    const { trigger, chatId, messages, body, abortSignal } = options;
    if (trigger === "regenerate-message") return this.#regenerate(options);
    const message = messages.at(-1);
    if (message === undefined) throw new Error("There is no message to send: useChat gave an empty list.");
    if (message.role === "assistant") return this.#respond(options, message);
    const { threadId } = this.#threadArgs(chatId);
    const { order } = await this.#options.send({ threadId, message, body });
    return this.#follow(chatId, { order, abortSignal });
  };

  /** The reply that is being written to the newest turn, or null when there is none. */
  readonly reconnectToStream = async (
    { chatId, abortSignal }: { chatId: string; abortSignal?: AbortSignal },
  ): Promise<ReadableStream<UIMessageChunk> | null> => {
    const turn = turnState(await this.#read(chatId, { numItems: 1 }));
    // Whoever asked has gone already, as React's StrictMode does with what it mounts: nothing was shown that could be stopped.
    if (abortSignal?.aborted) return null;
    if (turn.kind !== "waiting" && turn.kind !== "streaming") return null;
    return this.#follow(chatId, { order: turn.order, abortSignal });
  };

  async #regenerate({ chatId, messageId, abortSignal }: SendOptions): Promise<ReadableStream<UIMessageChunk>> {
    const { regenerate } = this.#options;
    if (regenerate === undefined) throw new Error("ConvexChatTransport: give it a `regenerate` function to answer a message again.");
    const { threadId } = this.#threadArgs(chatId);
    const target = orderOf(threadId, messageId);
    const results = await this.#read(chatId, { numItems: 1, untilOrder: target });
    const order = target ?? results.at(-1)?.order;
    const prompt = results.findLast((message) => message.role === "user" && message.order === order);
    if (order === undefined || prompt === undefined) throw new Error(`The message to answer again (${messageId ?? "the last one"}) is not in thread ${threadId}.`);
    await regenerate({ threadId, order, promptMessageId: prompt.id });
    return this.#follow(chatId, { order, abortSignal });
  }

  async #respond({ chatId, abortSignal }: SendOptions, message: UIMessage): Promise<ReadableStream<UIMessageChunk>> {
    const { respond } = this.#options;
    if (respond === undefined) throw new Error("ConvexChatTransport: give it a `respond` function to send decisions on tool calls.");
    const { threadId } = this.#threadArgs(chatId);
    const saved = await this.#read(chatId, { numItems: 1, untilOrder: orderOf(threadId, message.id) });
    const open = new Map(saved.flatMap((reply) => waitingApprovals(reply).map((id): [string, number] => [id, reply.order])));
    const responses = message.parts.flatMap(responseOf).filter(({ approvalId }) => open.has(approvalId));
    // In order, and one after the other: the last decision is what lets the agent go on.
    for (const response of responses) await respond({ threadId, ...response });
    const order = open.get(responses[0]?.approvalId ?? "") ?? orderOf(threadId, message.id) ?? saved.at(-1)?.order;
    if (order === undefined) throw new Error(`The reply with the decisions is not in thread ${threadId}.`);
    return this.#follow(chatId, { order, abortSignal, continues: message.parts });
  }

  #follow(
    chatId: string,
    options: { order: number; abortSignal: AbortSignal | undefined; continues?: UIMessage["parts"] },
  ): ReadableStream<UIMessageChunk> {
    const { threadId } = this.#threadArgs(chatId);
    const onAbort = () => {
      const stopped = this.#options.stop?.({ threadId, order: options.order });
      // Nobody waits for a stop; without a listener its failure is an unhandled rejection, which is loud.
      void (this.#options.onStopError === undefined ? stopped : stopped?.catch(this.#options.onStopError));
    };
    return followTurn({ ...options, store: this.#store(chatId, 1), onAbort });
  }

  /** The newest messages, once, down to the turn `untilOrder`. */
  #read(chatId: string, options: { numItems: number; untilOrder?: number | undefined }): Promise<readonly UIMessage[]> {
    const store = this.#store(chatId, options.numItems);
    return new Promise((resolve, reject) => {
      let isOver = false;
      let close: (() => void) | undefined;
      const settle = (done: () => void) => {
        isOver = true;
        close?.();
        done();
      };
      const look = () => {
        if (isOver) return;
        const { results, status, error } = store.getSnapshot();
        if (error !== undefined) return settle(() => reject(error));
        if (status === "LoadingFirstPage" || status === "LoadingMore") return;
        const oldest = results[0]?.order;
        const isThere = options.untilOrder === undefined || oldest === undefined || oldest <= options.untilOrder;
        if (!isThere && status === "CanLoadMore") return store.loadMore(Math.max(options.numItems, 20));
        settle(() => resolve(results));
      };
      close = store.subscribe(look);
      look();
      if (isOver) close();
    });
  }

  #store(chatId: string, initialNumItems: number): ThreadStore<UIMessage> {
    const { client, query } = this.#options;
    // The client only asks that arguments are an object of Convex values.
    const watch = (args: QueryArgs) => client.watchQuery(query, args as Record<string, Value>);
    return new ThreadStore<UIMessage>({ watch }, {
      args: this.#threadArgs(chatId), initialNumItems, stream: true,
      fromLive: (live, before) => [liveUIMessage(live, before)], nowMs: () => Date.now(),
    });
  }

  #threadArgs(chatId: string): { threadId: string } {
    // Query takes a threadId, so its arguments have one.
    return this.#options.args === undefined ? { threadId: chatId } : (this.#options.args(chatId) as { threadId: string });
  }
}

/** The turn of a message whose id is its key; undefined for an id that the page made up. */
function orderOf(threadId: string, messageId: string | undefined): number | undefined {
  if (messageId?.startsWith(`${threadId}-`) !== true) return undefined;
  const order = /^(\d+)-\d+$/.exec(messageId.slice(threadId.length + 1))?.[1];
  return order === undefined ? undefined : Number(order);
}

function waitingApprovals({ parts }: UIMessage): string[] {
  return parts.flatMap((part) => ("approval" in part && part.state === "approval-requested" ? [part.approval.id] : []));
}

function responseOf(part: UIMessage["parts"][number]): Omit<ApprovalResponse, "threadId">[] {
  if (!("approval" in part) || part.state !== "approval-responded") return [];
  const { id, approved, reason } = part.approval;
  return [{ approvalId: id, approved, ...(reason === undefined ? {} : { reason }) }];
}
