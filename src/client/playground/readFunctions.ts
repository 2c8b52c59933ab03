import { paginationOptsValidator, queryGeneric, type PaginationResult } from "convex/server";
import { v } from "convex/values";
import { toListedUIMessages } from "../../shared/toUIMessages.js";
import type { UIMessage } from "../../shared/uiMessage.js";
import { vStreamArgs, vStreamStatus, type StreamMessage, type StreamStatus, type SyncStreamsReturnValue } from "../../shared/validators/stream.js";
import type { RawCall } from "../../shared/validators/rawCall.js";
import type { ThreadDoc } from "../../shared/validators/thread.js";
import type { MessageDoc } from "../../shared/validators/messageDoc.js";
import { listMessages as listDocs } from "../listMessages.js";
import { getRawCall } from "../messages.js";
import { listStreams as listThreadStreams, syncStreams } from "../streaming/syncStreams.js";
import { listTurn } from "./answers.js";
import { requireKey, type Playground } from "./access.js";
import { asideOrder } from "./asideOrder.js";

/** Tokens of one day, user, agent and model. */
export type UsageRow = {
  day: string;
  userId?: string;
  agentName?: string;
  model?: string;
  provider?: string;
  messages: number;
  promptTokens: number;
  completionTokens: number;
  totalTokens: number;
  reasoningTokens: number;
  cachedInputTokens: number;
};

const apiKey = v.string();
const ALL_STATUSES: StreamStatus[] = ["streaming", "aborted", "finished"];

/** The functions that look at threads and what is in them: any key may call them. */
export function readFunctions(playground: Playground) {
  return { ...threadFunctions(playground), ...messageFunctions(playground), ...streamFunctions(playground) };
}

function threadFunctions(playground: Playground) {
  const { component } = playground;
  return {
    /** A thread, or null when there is none. */
    getThread: queryGeneric({
      args: { apiKey, threadId: v.string() },
      handler: async (ctx, { apiKey, threadId }): Promise<ThreadDoc | null> => {
        await requireKey(playground, ctx, apiKey);
        return ctx.runQuery(component.threads.getThread, { threadId });
      },
    }),
    /**
     * A page of a thread, newest first: its messages as they are stored, the same as a chat shows them, and its
     * streams. A page costs the same however long the thread is. `numItems: 0` follows the streams alone.
     */
    listMessages: queryGeneric({
      args: { apiKey, threadId: v.string(), paginationOpts: paginationOptsValidator, streamArgs: vStreamArgs },
      handler: async (ctx, { apiKey, threadId, paginationOpts, streamArgs }): Promise<MessagesPage> => {
        await requireKey(playground, ctx, apiKey);
        const messages = await listDocs(ctx, component, { threadId, paginationOpts });
        const streams = await syncStreams(ctx, component, { threadId, streamArgs, includeStatuses: ALL_STATUSES });
        return { ...messages, uiMessages: toListedUIMessages(messages.page.toReversed()), ...(streams && { streams }) };
      },
    }),
    /**
     * Tokens by day (UTC), user, agent and model. A page is what one transaction reads; ask on from `continueCursor`
     * until `isDone`, and add up rows of the same key.
     */
    usage: queryGeneric({
      args: { apiKey, sinceMs: v.number(), untilMs: v.optional(v.number()), userId: v.optional(v.string()), cursor: v.optional(v.union(v.string(), v.null())) },
      handler: async (ctx, { apiKey, cursor = null, ...range }): Promise<{ rows: UsageRow[]; isDone: boolean; continueCursor: string }> => {
        await requireKey(playground, ctx, apiKey);
        return ctx.runQuery(component.usage.byDay, { ...range, cursor });
      },
    }),
    /** A thread and its messages from the first on, a page at a time: ask on from `continueCursor` until `isDone`. */
    exportThread: queryGeneric({
      args: { apiKey, threadId: v.string(), cursor: v.optional(v.union(v.string(), v.null())) },
      handler: async (ctx, { apiKey, threadId, cursor = null }): Promise<ExportedPage> => {
        await requireKey(playground, ctx, apiKey);
        const thread = await ctx.runQuery(component.threads.getThread, { threadId });
        const { page, isDone, continueCursor } = await ctx.runQuery(component.messages.listMessagesByThreadId, {
          threadId,
          order: "asc",
          paginationOpts: { cursor, numItems: 500 },
        });
        return { thread, messages: page, isDone, continueCursor };
      },
    }),
  };
}

function messageFunctions(playground: Playground) {
  const { component } = playground;
  return {
    /** A message, or null when there is none (any more). */
    getMessage: queryGeneric({
      args: { apiKey, messageId: v.string() },
      handler: async (ctx, { apiKey, messageId }): Promise<MessageDoc | null> => {
        await requireKey(playground, ctx, apiKey);
        const [message = null] = await ctx.runQuery(component.messages.getMessagesByIds, { messageIds: [messageId] });
        return message;
      },
    }),
    /** All messages of one turn, in its order: `order` is the turn's place in the thread. */
    listTurn: queryGeneric({
      args: { apiKey, threadId: v.string(), order: v.number() },
      handler: async (ctx, { apiKey, threadId, order }): Promise<MessageDoc[]> => {
        await requireKey(playground, ctx, apiKey);
        return listTurn(ctx, component, { threadId, order });
      },
    }),
    /** The raw request and response of the model call that made a message, of agents with `keepRawCalls`; else null. */
    getRawCall: queryGeneric({
      args: { apiKey, messageId: v.string() },
      handler: async (ctx, { apiKey, messageId }): Promise<RawCall | null> => {
        await requireKey(playground, ctx, apiKey);
        return getRawCall(ctx, component, { messageId });
      },
    }),
  };
}

function streamFunctions(playground: Playground) {
  const { component } = playground;
  return {
    /** The streams of a thread; ended ones are kept for half a minute. Default: those in flight. */
    listStreams: queryGeneric({
      args: { apiKey, threadId: v.string(), statuses: v.optional(v.array(vStreamStatus)) },
      handler: async (ctx, { apiKey, threadId, statuses }): Promise<StreamMessage[]> => {
        await requireKey(playground, ctx, apiKey);
        return listThreadStreams(ctx, component, { threadId, ...(statuses && { includeStatuses: statuses }) });
      },
    }),
    /**
     * The stream of an answer that is not saved, by the `liveId` that was given to `regenerate` or `streamText`, for
     * `useStreamingUIMessages`. Ended ones are kept for half a minute.
     */
    listLive: queryGeneric({
      args: { apiKey, threadId: v.string(), liveId: v.number(), streamArgs: vStreamArgs },
      handler: async (ctx, { apiKey, threadId, liveId, streamArgs }): Promise<{ streams?: SyncStreamsReturnValue }> => {
        await requireKey(playground, ctx, apiKey);
        if (streamArgs?.kind !== "list") return definedStreams(await syncStreams(ctx, component, { threadId, streamArgs }));
        const order = asideOrder(liveId);
        const streams = await listThreadStreams(ctx, component, { threadId, startOrder: order, whole: streamArgs.whole, includeStatuses: ALL_STATUSES });
        return { streams: { kind: "list", messages: streams.filter((stream) => stream.order === order) } };
      },
    }),
  };
}

const definedStreams = (streams: SyncStreamsReturnValue | undefined): { streams?: SyncStreamsReturnValue } => (streams ? { streams } : {});

/** What `listMessages` returns. */
export type MessagesPage = PaginationResult<MessageDoc> & {
  /** The page as a chat shows it, newest first. */
  uiMessages: UIMessage[];
  streams?: SyncStreamsReturnValue;
};

/** What `exportThread` returns. */
export type ExportedPage = { thread: ThreadDoc | null; messages: MessageDoc[]; isDone: boolean; continueCursor: string };
