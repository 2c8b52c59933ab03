import { fail, invariant } from "../shared/errors.js";
import { appendDelta, type Delta, type LiveChunks } from "../shared/liveLog.js";
import { mergeChunks } from "../shared/mergeChunks.js";
import { sizeBytesOf } from "../shared/storedMessage.js";
import type { StoredChunk, StreamDelta, StreamMessage } from "../shared/validators/stream.js";
import type { Doc, Id } from "../component/_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../component/_generated/server.js";

/*
 * A stream's chunks are a log. The newest stand in one small row of `liveChunks`, which each write replaces; when they
 * pass a few hundred bytes they become an immutable row of `deltas`. A viewer's query reads the stream's row and the
 * small one; only who joins late reads sealed rows.
 */
/** One answer to a viewer who catches up; the rest comes with the next question. */
const MAX_CATCH_UP_BYTES = 1024 * 1024;
export const MAX_STREAMS = 100;

export type Live = Pick<Doc<"liveChunks">, "from" | "end" | "chunks" | "writtenMs">;

export async function getStream(ctx: QueryCtx, streamId: string): Promise<Doc<"streams"> | null> {
  const id = ctx.db.normalizeId("streams", streamId);
  return id === null ? null : await ctx.db.get(id);
}

export async function mustGetStream(ctx: QueryCtx, streamId: string): Promise<Doc<"streams">> {
  const stream = await getStream(ctx, streamId);
  if (stream === null) fail({ code: "stream_not_found", streamId, message: `There is no stream with the id "${streamId}".` });
  return stream;
}

/** The newest chunks of a stream. They live and end with it. */
export async function readLive(ctx: QueryCtx, { liveId }: Doc<"streams">): Promise<Live> {
  const live = await ctx.db.get(liveId);
  invariant(live, "a stream has a row of live chunks");
  return live;
}

/**
 * Adds a delta to a stream's log and returns the newest chunks. With `known`, what the caller knows them to be, they
 * are not read. Fails when the delta does not begin where the log ends.
 */
export async function append(
  ctx: MutationCtx,
  stream: Doc<"streams">,
  { delta, known, nowMs }: { delta: Delta | undefined; known?: LiveChunks | undefined; nowMs: number },
): Promise<LiveChunks> {
  const { _id: streamId, liveId } = stream;
  const before = known ?? (await readLive(ctx, stream));
  if (delta === undefined) return before;
  if (delta.start !== before.end || delta.end < delta.start) {
    fail({
      code: "stream_gap",
      streamId,
      expected: before.end,
      received: delta.start,
      message: `The stream "${streamId}" has ${before.end} chunks; a delta of the chunks ${delta.start} to ${delta.end} does not continue it.`,
    });
  }
  const { live, sealed } = appendDelta(before, delta);
  if (sealed !== null) await ctx.db.insert("deltas", { streamId, ...sealed });
  await ctx.db.patch(liveId, { ...live, writtenMs: nowMs });
  return live;
}

/** How much more an answer may hold; shared by all streams of one question. */
export interface Budget {
  bytes: number;
}

export const catchUpBudget = (): Budget => ({ bytes: MAX_CATCH_UP_BYTES });

/**
 * The chunks of a stream from `cursor` on, as far as the budget reaches. A cursor within a delta gives that delta
 * whole: its chunks are merged and cannot be parted.
 */
export async function readDeltas(ctx: QueryCtx, stream: Doc<"streams">, { cursor, budget }: { cursor: number; budget: Budget }): Promise<StreamDelta[]> {
  const live = await readLive(ctx, stream);
  const deltas: StreamDelta[] = [];
  for await (const { streamId, start, end, parts } of sealedFrom(ctx, stream, { cursor, live })) {
    const first = deltas[0] === undefined && start > cursor ? await deltaAround(ctx, stream, cursor) : null;
    if (first !== null) deltas.push(first);
    if (budget.bytes <= 0) return deltas;
    budget.bytes -= sizeBytesOf(parts);
    deltas.push({ streamId, start, end, parts });
  }
  if (deltas.length === 0 && cursor < live.from) {
    const last = await deltaAround(ctx, stream, cursor);
    if (last !== null) deltas.push(last);
  }
  if (live.end > cursor) deltas.push({ streamId: stream._id, start: live.from, end: live.end, parts: live.chunks });
  return deltas;
}

async function* sealedFrom(ctx: QueryCtx, stream: Doc<"streams">, { cursor, live }: { cursor: number; live: LiveChunks }): AsyncGenerator<Doc<"deltas">> {
  if (cursor >= live.from) return;
  yield* ctx.db.query("deltas").withIndex("streamId", (q) => q.eq("streamId", stream._id).gte("start", cursor));
}

async function deltaAround(ctx: QueryCtx, { _id }: Doc<"streams">, cursor: number): Promise<StreamDelta | null> {
  const delta = await ctx.db
    .query("deltas")
    .withIndex("streamId", (q) => q.eq("streamId", _id).lt("start", cursor))
    .order("desc")
    .first();
  if (delta === null || delta.end <= cursor) return null;
  const { streamId, start, end, parts } = delta;
  return { streamId, start, end, parts };
}

/** All chunks of a stream up to `live`, for saving what was shown. Bounded by `maxBytes`; what is past it is left out. */
export async function readAllChunks(ctx: QueryCtx, stream: Doc<"streams">, { live, maxBytes }: { live: LiveChunks; maxBytes: number }): Promise<StoredChunk[]> {
  const chunks: StoredChunk[] = [];
  let bytes = 0;
  const sealed = ctx.db.query("deltas").withIndex("streamId", (q) => q.eq("streamId", stream._id));
  for await (const { parts } of sealed) {
    bytes += sizeBytesOf(parts);
    if (bytes > maxBytes) break;
    chunks.push(...parts);
  }
  chunks.push(...live.chunks);
  return chunks;
}

export async function toStreamMessage(ctx: QueryCtx, stream: Doc<"streams">): Promise<StreamMessage & { live: LiveChunks }> {
  const { _id, state, order, stepOrder, format, userId, agentName, model, provider, providerOptions } = stream;
  const { from, end, chunks } = await readLive(ctx, stream);
  return {
    streamId: _id,
    status: state.kind,
    format,
    order,
    stepOrder,
    userId,
    agentName,
    model,
    provider,
    providerOptions,
    ...(state.kind === "aborted" ? { reason: state.reason } : {}),
    live: { from, end, chunks },
  };
}

/** With all chunks before the newest, unless they are more than the budget holds: then the viewer asks for them. */
export async function wholeStreamMessage(ctx: QueryCtx, stream: Doc<"streams">, budget: Budget): Promise<StreamMessage> {
  const message = await toStreamMessage(ctx, stream);
  const { live } = message;
  if (live.from === 0) return message;
  const sealed: StoredChunk[] = [];
  for await (const { parts } of sealedFrom(ctx, stream, { cursor: 0, live })) {
    budget.bytes -= sizeBytesOf(parts);
    if (budget.bytes <= 0) return message;
    sealed.push(...parts);
  }
  return { ...message, sealed: mergeChunks(sealed) };
}

/** The streams of a thread in the given states, oldest turn first. */
export async function listStreams(
  ctx: QueryCtx,
  { threadId, startOrder, statuses }: { threadId: Id<"threads">; startOrder: number; statuses: readonly Doc<"streams">["state"]["kind"][] },
): Promise<Doc<"streams">[]> {
  const lists = await Promise.all(
    statuses.map((kind) =>
      ctx.db
        .query("streams")
        .withIndex("threadId", (q) => q.eq("threadId", threadId).eq("state.kind", kind).gte("order", startOrder))
        .order("desc")
        .take(MAX_STREAMS),
    ),
  );
  return lists.flat().sort((a, b) => a.order - b.order || a.stepOrder - b.stepOrder);
}
