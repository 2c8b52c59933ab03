import { v } from "convex/values";
import {
  vProviderOptions,
  vStreamCursor,
  vStreamDelta,
  vStreamFormat,
  vStreamMessage,
  vStreamStatus,
  vTyped,
  type StoredChunk,
} from "../shared/validators/index.js";
import { internalMutation, mutation, query } from "./_generated/server.js";
import { getStream, listStreams, mustGetStream, readDeltas } from "./model/streamLog.js";
import { abortStream, addDelta as addDeltaTo, createStream, deleteStream, finishStream, watchStream } from "./model/streamState.js";
import { mustGetThread, parseThreadId } from "./model/threads.js";

/** Chunks of a stream: those with the indexes `start` (inclusive) to `end` (exclusive). */
export const vDelta = v.object({ start: v.number(), end: v.number(), parts: v.array(vTyped<StoredChunk>()) });

export const create = mutation({
  args: {
    threadId: v.string(),
    order: v.number(),
    stepOrder: v.number(),
    userId: v.optional(v.string()),
    agentName: v.optional(v.string()),
    model: v.optional(v.string()),
    provider: v.optional(v.string()),
    providerOptions: v.optional(vProviderOptions),
    format: v.optional(vStreamFormat),
  },
  returns: v.string(),
  handler: async (ctx, { threadId, ...stream }) => {
    const thread = await mustGetThread(ctx, threadId);
    return await createStream(ctx, { ...stream, threadId: thread._id }, Date.now());
  },
});

export const addDelta = mutation({
  args: { streamId: v.string(), delta: v.optional(vDelta) },
  returns: v.boolean(),
  handler: async (ctx, { streamId, delta }) => await addDeltaTo(ctx, { stream: await getStream(ctx, streamId), delta, nowMs: Date.now() }),
});

export const list = query({
  args: { threadId: v.string(), startOrder: v.optional(v.number()), statuses: v.optional(v.array(vStreamStatus)) },
  returns: v.array(vStreamMessage),
  handler: async (ctx, { threadId, startOrder = 0, statuses = ["streaming"] }) =>
    await listStreams(ctx, { threadId: parseThreadId(ctx, threadId), startOrder, statuses }),
});

export const listDeltas = query({
  args: { threadId: v.string(), cursors: v.array(vStreamCursor) },
  returns: v.array(vStreamDelta),
  handler: async (ctx, { threadId, cursors }) => {
    const id = parseThreadId(ctx, threadId);
    const lists = await Promise.all(
      cursors.slice(0, 100).map(async ({ streamId, cursor }) => {
        const stream = await getStream(ctx, streamId);
        // A stream of another thread is not this caller's to read.
        return stream === null || stream.threadId !== id ? [] : await readDeltas(ctx, stream, cursor);
      }),
    );
    return lists.flat();
  },
});

export const finish = mutation({
  args: { streamId: v.string(), delta: v.optional(vDelta) },
  returns: v.null(),
  handler: async (ctx, { streamId, delta }) => {
    await finishStream(ctx, { stream: await mustGetStream(ctx, streamId), delta, nowMs: Date.now() });
    return null;
  },
});

export const abort = mutation({
  args: { streamId: v.string(), reason: v.string(), delta: v.optional(vDelta) },
  returns: v.boolean(),
  handler: async (ctx, { streamId, reason, delta }) => {
    const stream = await getStream(ctx, streamId);
    return stream !== null && (await abortStream(ctx, { stream, reason, delta, nowMs: Date.now() }));
  },
});

export const abortByOrder = mutation({
  args: { threadId: v.string(), order: v.number(), reason: v.string() },
  returns: v.boolean(),
  handler: async (ctx, { threadId, order, reason }) => {
    const id = parseThreadId(ctx, threadId);
    const streams = await ctx.db
      .query("streams")
      .withIndex("threadId", (q) => q.eq("threadId", id).eq("state.kind", "streaming").eq("order", order))
      .take(100);
    for (const stream of streams) await abortStream(ctx, { stream, reason, nowMs: Date.now() });
    return streams.length > 0;
  },
});

export const deleteStreamSync = mutation({
  args: { streamId: v.string() },
  returns: v.object({ isDone: v.boolean() }),
  handler: async (ctx, { streamId }) => {
    const stream = await getStream(ctx, streamId);
    return { isDone: stream === null || (await deleteStream(ctx, stream)) };
  },
});

export const watch = internalMutation({
  args: { streamId: v.id("streams") },
  returns: v.null(),
  handler: async (ctx, { streamId }) => {
    await watchStream(ctx, { streamId, nowMs: Date.now() });
    return null;
  },
});
