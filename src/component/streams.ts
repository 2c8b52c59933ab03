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
  type StreamDelta,
} from "../shared/validators/index.js";
import { internal } from "./_generated/api.js";
import { internalMutation, mutation, query } from "./_generated/server.js";
import { catchUpBudget, getStream, listStreams, MAX_STREAMS, mustGetStream, readDeltas, toStreamMessage, wholeStreamMessage } from "../model/streamLog.js";
import { abortStream, watchStream } from "../model/streamEnd.js";
import { addDelta as addDeltaTo, createStream, deleteStream, finishStream } from "../model/streamState.js";
import { abortStreamsOf } from "../model/stopTurn.js";
import { mustGetThread, parseThreadId } from "../model/threads.js";

/** Chunks of a stream: those with the indexes `start` (inclusive) to `end` (exclusive). */
export const vDelta = v.object({ start: v.number(), end: v.number(), parts: v.array(vTyped<StoredChunk>()) });

/** The newest chunks of a stream: those with the indexes `from` (inclusive) to `end` (exclusive). */
export const vLiveChunks = v.object({ from: v.number(), end: v.number(), chunks: v.array(vTyped<StoredChunk>()) });

/** Opens a stream. `savesOutput` false: an abort does not save what was seen. */
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
    savesOutput: v.optional(v.boolean()),
  },
  returns: v.string(),
  handler: async (ctx, { threadId, savesOutput, ...stream }) => {
    const thread = await mustGetThread(ctx, threadId);
    const withFlag = savesOutput === false ? { ...stream, savesOutput } : stream;
    return await createStream(ctx, { ...withFlag, threadId: thread._id }, Date.now());
  },
});

/**
 * Adds chunks to an open stream. False: it is over, and the writer must stop. Without `delta` it only asks; a writer
 * with nothing to say asks every few seconds, for one that is not heard of for a minute counts as lost. A writer that
 * knows the newest chunks, as it has written them, saves this reading them by giving them as `known`.
 */
export const addDelta = mutation({
  args: { streamId: v.string(), delta: v.optional(vDelta), known: v.optional(vLiveChunks) },
  returns: v.boolean(),
  handler: async (ctx, { streamId, delta, known }) => await addDeltaTo(ctx, { stream: await getStream(ctx, streamId), delta, known, nowMs: Date.now() }),
});

/**
 * The streams of a thread (default: the open ones), each with its newest chunks: what a viewer subscribes to. `whole`
 * adds all earlier chunks, for a viewer who has just come; later they would be sent with every update.
 */
export const list = query({
  args: { threadId: v.string(), startOrder: v.optional(v.number()), statuses: v.optional(v.array(vStreamStatus)), whole: v.optional(v.boolean()) },
  returns: v.array(vStreamMessage),
  handler: async (ctx, { threadId, startOrder = 0, statuses = ["streaming" as const], whole = false }) => {
    const streams = await listStreams(ctx, { threadId: parseThreadId(ctx, threadId), startOrder, statuses });
    const budget = catchUpBudget();
    const messages = streams.map(async (stream) => whole ? await wholeStreamMessage(ctx, stream, budget) : await toStreamMessage(ctx, stream));
    return await Promise.all(messages);
  },
});

/** Chunks from cursors on, for viewers who join late. */
export const listDeltas = query({
  args: { threadId: v.string(), cursors: v.array(vStreamCursor) },
  returns: v.array(vStreamDelta),
  handler: async (ctx, { threadId, cursors }) => {
    const id = parseThreadId(ctx, threadId);
    const budget = catchUpBudget();
    const deltas: StreamDelta[] = [];
    for (const { streamId, cursor } of cursors.slice(0, MAX_STREAMS)) {
      const stream = await getStream(ctx, streamId);
      // A stream of another thread is not this caller's to read.
      if (stream !== null && stream.threadId === id) deltas.push(...(await readDeltas(ctx, stream, { cursor, budget })));
    }
    return deltas;
  },
});

/** Ends a stream well. A generation's last step does this itself. */
export const finish = mutation({
  args: { streamId: v.string(), delta: v.optional(vDelta) },
  returns: v.null(),
  handler: async (ctx, { streamId, delta }) => {
    await finishStream(ctx, { stream: await mustGetStream(ctx, streamId), delta, nowMs: Date.now() });
    return null;
  },
});

/** Ends a stream early and saves what was seen. False: it had ended. */
export const abort = mutation({
  args: { streamId: v.string(), reason: v.string(), delta: v.optional(vDelta) },
  returns: v.boolean(),
  handler: async (ctx, { streamId, reason, delta }) => {
    const stream = await getStream(ctx, streamId);
    return stream !== null && (await abortStream(ctx, { stream, reason, delta, nowMs: Date.now() })) !== null;
  },
});

/** Ends all open streams of a turn. False: there was none. */
export const abortByOrder = mutation({
  args: { threadId: v.string(), order: v.number(), reason: v.string() },
  returns: v.boolean(),
  handler: async (ctx, { threadId, order, reason }) => {
    return await abortStreamsOf(ctx, { threadId: parseThreadId(ctx, threadId), order, reason, nowMs: Date.now() });
  },
});

/** Removes a stream's rows, as many as one transaction takes. */
export const deleteStreamSync = mutation({
  args: { streamId: v.string() },
  returns: v.object({ isDone: v.boolean() }),
  handler: async (ctx, { streamId }) => {
    const stream = await getStream(ctx, streamId);
    return { isDone: stream === null || (await deleteStream(ctx, stream)) };
  },
});

/** Goes on removing a stream's rows. */
export const remove = internalMutation({
  args: { streamId: v.id("streams") },
  returns: v.null(),
  handler: async (ctx, { streamId }) => {
    const stream = await ctx.db.get(streamId);
    if (stream !== null && !(await deleteStream(ctx, stream))) await ctx.scheduler.runAfter(0, internal.streams.remove, { streamId });
    return null;
  },
});

/** A look of the watchdog. */
export const watch = internalMutation({
  args: { streamId: v.id("streams") },
  returns: v.null(),
  handler: async (ctx, { streamId }) => {
    await watchStream(ctx, { streamId, nowMs: Date.now() });
    return null;
  },
});
