import { internal } from "../component/_generated/api.js";
import type { Doc, Id } from "../component/_generated/dataModel.js";
import type { MutationCtx } from "../component/_generated/server.js";
import { append, readLive } from "./streamLog.js";
import { NO_CHUNKS, type Delta, type LiveChunks } from "../shared/liveLog.js";
import { sizeBytesOf } from "../shared/storedMessage.js";

/** How long a writer may be silent before its stream is taken for dead. Writers are heard of every few seconds. */
export const SILENCE_MS = 60_000;
/** A heartbeat is written at most this often. */
const HEARTBEAT_MS = 15_000;

export type NewStream = Pick<
  Doc<"streams">,
  "threadId" | "order" | "stepOrder" | "userId" | "agentName" | "model" | "provider" | "providerOptions" | "format" | "savesOutput"
>;

/** Opens a stream and sets a watchdog on it. */
export async function createStream(ctx: MutationCtx, stream: NewStream, nowMs: number): Promise<Id<"streams">> {
  const liveId = await ctx.db.insert("liveChunks", { ...NO_CHUNKS, writtenMs: nowMs });
  const streamId = await ctx.db.insert("streams", { ...stream, state: { kind: "streaming" }, liveId });
  await ctx.scheduler.runAfter(SILENCE_MS, internal.streams.watch, { streamId });
  return streamId;
}

/**
 * Adds chunks. False when the stream is over: nothing was written, and the writer should stop. Without chunks it only
 * asks, which also says that the writer lives.
 */
export async function addDelta(
  ctx: MutationCtx,
  { stream, delta, known, nowMs }: { stream: Doc<"streams"> | null; delta: Delta | undefined; known: LiveChunks | undefined; nowMs: number },
): Promise<boolean> {
  if (stream === null || stream.state.kind !== "streaming") return false;
  if (delta === undefined) await beat(ctx, stream, nowMs);
  else await append(ctx, stream, { delta, known, nowMs });
  return true;
}

async function beat(ctx: MutationCtx, stream: Doc<"streams">, nowMs: number): Promise<void> {
  const { _id: streamId } = stream;
  const { writtenMs } = await readLive(ctx, stream);
  if (nowMs - writtenMs < HEARTBEAT_MS) return;
  const last = await findHeartbeat(ctx, streamId);
  if (last === null) await ctx.db.insert("heartbeats", { streamId, atMs: nowMs });
  else if (nowMs - last.atMs >= HEARTBEAT_MS) await ctx.db.patch(last._id, { atMs: nowMs });
}

export async function findHeartbeat(ctx: MutationCtx, streamId: Id<"streams">): Promise<Doc<"heartbeats"> | null> {
  return await ctx.db.query("heartbeats").withIndex("streamId", (q) => q.eq("streamId", streamId)).unique();
}

/** What a step changes of its stream, which is open: chunks that were not written yet, and after the last step the end. */
export async function stepStream(
  ctx: MutationCtx,
  { stream, delta, finish, savesStep, nowMs }: { stream: Doc<"streams">; delta: Delta | undefined; finish: boolean; savesStep: boolean; nowMs: number },
): Promise<void> {
  if (delta !== undefined) await append(ctx, stream, { delta, nowMs });
  if (!savesStep && !finish) return;
  await ctx.db.patch(stream._id, {
    ...(savesStep ? { savedSteps: (stream.savedSteps ?? 0) + 1 } : {}),
    ...(finish ? { state: { kind: "finished" as const, endedMs: nowMs } } : {}),
  });
}

/** Ends an open stream well. Idempotent: a stream that has ended stays as it ended. */
export async function finishStream(
  ctx: MutationCtx,
  { stream, delta, nowMs }: { stream: Doc<"streams">; delta: Delta | undefined; nowMs: number },
): Promise<void> {
  if (stream.state.kind === "streaming") await stepStream(ctx, { stream, delta, finish: true, savesStep: false, nowMs });
}

/** Sealed rows are about half a kilobyte; the few large ones hold one tool's output each. */
const MAX_DELETED_DELTAS = 2000;
const MAX_DELETED_BYTES = 6 * 1024 * 1024;

/** Removes a stream with its chunks and heartbeat. False when some are left for another transaction. */
export async function deleteStream(ctx: MutationCtx, stream: Doc<"streams">): Promise<boolean> {
  let count = 0;
  let bytes = 0;
  for await (const delta of ctx.db.query("deltas").withIndex("streamId", (q) => q.eq("streamId", stream._id))) {
    if (count >= MAX_DELETED_DELTAS || bytes >= MAX_DELETED_BYTES) return false;
    await ctx.db.delete(delta._id);
    count += 1;
    bytes += sizeBytesOf(delta);
  }
  const heartbeat = await findHeartbeat(ctx, stream._id);
  if (heartbeat !== null) await ctx.db.delete(heartbeat._id);
  await ctx.db.delete(stream.liveId);
  await ctx.db.delete(stream._id);
  return true;
}
