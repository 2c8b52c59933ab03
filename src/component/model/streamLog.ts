import { fail } from "../../shared/errors.js";
import { mergeChunks } from "../../shared/mergeChunks.js";
import { sizeBytesOf } from "../../shared/storedMessage.js";
import type { JsonValue } from "../../shared/json.js";
import type { StoredChunk, StreamDelta, StreamMessage } from "../../shared/validators/stream.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";

/*
 * A stream's chunks are a log. The newest stand in the stream's own row, which each write replaces; when they pass
 * SEAL_BYTES they become an immutable row of `deltas`. A viewer's query reads the one small row; only who joins late
 * reads sealed rows.
 */
const SEAL_BYTES = 512;

/** One answer to a viewer who catches up; the rest comes with the next question. */
const MAX_CATCH_UP_BYTES = 1024 * 1024;
export const MAX_STREAMS = 100;

/** Chunks with the indexes `start` (inclusive) to `end` (exclusive) of the log, merged where they could be. */
export interface Delta {
  start: number;
  end: number;
  parts: StoredChunk[];
}

export async function getStream(ctx: QueryCtx, streamId: string): Promise<Doc<"streams"> | null> {
  const id = ctx.db.normalizeId("streams", streamId);
  return id === null ? null : await ctx.db.get(id);
}

export async function mustGetStream(ctx: QueryCtx, streamId: string): Promise<Doc<"streams">> {
  const stream = await getStream(ctx, streamId);
  if (stream === null) fail({ code: "stream_not_found", streamId, message: `There is no stream with the id "${streamId}".` });
  return stream;
}

/** What a stream's row becomes when `delta` is added. Fails when the delta does not begin where the log ends. */
export async function appended(
  ctx: MutationCtx,
  stream: Doc<"streams">,
  { delta, nowMs }: { delta: Delta | undefined; nowMs: number },
): Promise<Pick<Doc<"streams">, "from" | "end" | "chunks" | "lastWriteMs">> {
  const { _id: streamId, from, end, chunks } = stream;
  if (delta === undefined) return { from, end, chunks, lastWriteMs: stream.lastWriteMs };
  if (delta.start !== end || delta.end < delta.start) {
    fail({
      code: "stream_gap",
      streamId,
      expected: end,
      received: delta.start,
      message: `The stream "${streamId}" has ${end} chunks; a delta of the chunks ${delta.start} to ${delta.end} does not continue it.`,
    });
  }
  const parts = delta.parts.map(withoutBulk);
  const isFull = chunks.length > 0 && sizeBytesOf(chunks) + sizeBytesOf(parts) > SEAL_BYTES;
  if (!isFull) return { from, end: delta.end, chunks: mergeChunks([...chunks, ...parts]), lastWriteMs: nowMs };
  // What is sealed was in the live row before, so a viewer who saw that row goes on without a gap.
  await ctx.db.insert("deltas", { streamId, start: from, end, parts: chunks });
  return { from: end, end: delta.end, chunks: parts, lastWriteMs: nowMs };
}

/** A chunk larger than this is shown when it is saved, not before: a row holds 1 MiB, and viewers are sent all of it. */
const MAX_CHUNK_BYTES = 128 * 1024;

/** A large chunk without what makes it large. Its place in the log stays. */
function withoutBulk(chunk: StoredChunk): StoredChunk {
  const sizeBytes = sizeBytesOf(chunk);
  if (sizeBytes <= MAX_CHUNK_BYTES) return chunk;
  const small = Object.entries(chunk).filter(([, value]) => sizeBytesOf(value) <= MAX_CHUNK_BYTES / 8);
  return { ...Object.fromEntries(small), type: chunk.type, ...(BULK[chunk.type]?.(sizeBytes) ?? { type: "data-omitted", transient: true, data: null }) };
}

/** What stands for the bulk of a chunk whose loss would change the state of a part. */
const BULK: Readonly<Record<string, (sizeBytes: number) => Record<string, JsonValue>>> = {
  "tool-input-available": (sizeBytes) => ({ input: { omittedBytes: sizeBytes } }),
  "tool-input-error": (sizeBytes) => ({ input: { omittedBytes: sizeBytes } }),
  "tool-output-available": (sizeBytes) => ({ output: { omittedBytes: sizeBytes } }),
  "tool-output-error": (sizeBytes) => ({ errorText: `An error of ${sizeBytes} bytes` }),
};

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
  const deltas: StreamDelta[] = [];
  for await (const { streamId, start, end, parts } of sealedFrom(ctx, stream, cursor)) {
    const first = deltas[0] === undefined && start > cursor ? await deltaAround(ctx, stream, cursor) : null;
    if (first !== null) deltas.push(first);
    if (budget.bytes <= 0) return deltas;
    budget.bytes -= sizeBytesOf(parts);
    deltas.push({ streamId, start, end, parts });
  }
  if (deltas.length === 0 && cursor < stream.from) {
    const last = await deltaAround(ctx, stream, cursor);
    if (last !== null) deltas.push(last);
  }
  if (stream.end > cursor) deltas.push({ streamId: stream._id, start: stream.from, end: stream.end, parts: stream.chunks });
  return deltas;
}

async function* sealedFrom(ctx: QueryCtx, stream: Doc<"streams">, cursor: number): AsyncGenerator<Doc<"deltas">> {
  if (cursor >= stream.from) return;
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

/** All chunks of a stream, for saving what was shown. Bounded by `maxBytes`; what is past it is left out. */
export async function readAllChunks(ctx: QueryCtx, stream: Doc<"streams">, maxBytes: number): Promise<StoredChunk[]> {
  const chunks: StoredChunk[] = [];
  let bytes = 0;
  const sealed = ctx.db.query("deltas").withIndex("streamId", (q) => q.eq("streamId", stream._id));
  for await (const { parts } of sealed) {
    bytes += sizeBytesOf(parts);
    if (bytes > maxBytes) break;
    chunks.push(...parts);
  }
  chunks.push(...stream.chunks);
  return chunks;
}

export function toStreamMessage(stream: Doc<"streams">): StreamMessage {
  const { _id, state, order, stepOrder, format, userId, agentName, model, provider, providerOptions, from, end, chunks } = stream;
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

/** The streams of a thread in the given states, oldest turn first. */
export async function listStreams(
  ctx: QueryCtx,
  { threadId, startOrder, statuses }: { threadId: Id<"threads">; startOrder: number; statuses: readonly Doc<"streams">["state"]["kind"][] },
): Promise<StreamMessage[]> {
  const lists = await Promise.all(
    statuses.map((kind) =>
      ctx.db
        .query("streams")
        .withIndex("threadId", (q) => q.eq("threadId", threadId).eq("state.kind", kind).gte("order", startOrder))
        .order("desc")
        .take(MAX_STREAMS),
    ),
  );
  return lists.flat().map(toStreamMessage).sort((a, b) => a.order - b.order || a.stepOrder - b.stepOrder);
}
