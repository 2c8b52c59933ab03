import { emptyReduction, reduceChunks, type Reduction } from "../../shared/reduceChunks.js";
import { outcomesToMessage, reductionToMessages } from "../../shared/reductionToMessages.js";
import type { JsonValue } from "../../shared/json.js";
import type { Message } from "../../shared/validators/message.js";
import type { MessageDoc, MessageWithMetadata } from "../../shared/validators/messageDoc.js";
import { internal } from "../_generated/api.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { releaseDecisions, toolNamesOfTurn } from "./approvals.js";
import { insertMessages, newestRow } from "./saveMessages.js";
import { append, readAllChunks, readLive } from "./streamLog.js";
import { NO_CHUNKS, type Delta, type LiveChunks } from "../../shared/liveLog.js";
import { sizeBytesOf } from "../../shared/storedMessage.js";

/** How long a writer may be silent before its stream is taken for dead. Writers are heard of every few seconds. */
export const SILENCE_MS = 60_000;
/** A stream that has ended is kept this long for those who still read it. Short enough for one look at a short reply. */
const KEEP_ENDED_MS = 30_000;
/** A heartbeat is written at most this often. */
const HEARTBEAT_MS = 15_000;

/** What one transaction reads of a stream that is cut off, and can save again; a longer reply is cut there. */
const MAX_LOG_BYTES = 4 * 1024 * 1024;

/** The reason of streams whose writer died, in the form of the reasons that generations give. */
const LOST_WRITER = "timeout: the process that wrote this reply stopped";

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

async function findHeartbeat(ctx: MutationCtx, streamId: Id<"streams">): Promise<Doc<"heartbeats"> | null> {
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

/**
 * Ends an open stream early and saves all that a viewer was shown and no step has saved: as failed messages with the
 * reason. Returns them, or null when it had ended before; then nothing changes.
 */
export async function abortStream(
  ctx: MutationCtx,
  { stream, reason, delta, nowMs }: { stream: Doc<"streams">; reason: string; delta?: Delta | undefined; nowMs: number },
): Promise<MessageDoc[] | null> {
  if (stream.state.kind !== "streaming") return null;
  const live = await append(ctx, stream, { delta, nowMs });
  await ctx.db.patch(stream._id, { state: { kind: "aborted", endedMs: nowMs, reason } });
  const saved = stream.savesOutput === false ? [] : await saveWhatWasSeen(ctx, stream, { live, reason, nowMs });
  await releaseDecisions(ctx, { threadId: stream.threadId, order: stream.order, streamId: stream._id });
  return saved;
}

async function saveWhatWasSeen(
  ctx: MutationCtx,
  stream: Doc<"streams">,
  { live, reason, nowMs }: { live: LiveChunks; reason: string; nowMs: number },
): Promise<MessageDoc[]> {
  const { threadId, order, stepOrder, userId, agentName, model, provider, savedSteps = 0 } = stream;
  // The thread may be on its way out; nothing is added to it any more.
  if ((await ctx.db.get(threadId)) === null) return [];
  const newest = await newestRow(ctx, threadId, order);
  const reduction = reduceChunks(emptyReduction, await readAllChunks(ctx, stream, { live, maxBytes: MAX_LOG_BYTES }));
  const shown = reductionToMessages(reduction, { reason, skipSteps: savedSteps });
  // The first step that is saved brings them along.
  const outcomes = savedSteps > 0 ? undefined : await outcomesOf(ctx, stream, reduction);
  // A generation that failed before it said anything still leaves a message that says so.
  const messages = shown.length > 0 ? shown : [{ role: "assistant" as const, content: "" }];
  const metadata = jsonOf(reduction.metadata);
  const withReason = messages.map(
    (message): MessageWithMetadata => ({ message, status: "failed", error: reason, model, provider, ...metadata }),
  );
  // What approved tools gave is true whatever became of the reply: who tries again need not run them again.
  const all: MessageWithMetadata[] = outcomes === undefined ? withReason : [{ message: outcomes, model, provider }, ...withReason];
  const next = { order, stepOrder: Math.max(newest?.stepOrder ?? -1, stepOrder - 1) + 1 };
  return await insertMessages(ctx, { threadId, userId, agentName, messages: all }, { next, keepTurn: true, nowMs });
}

async function outcomesOf(ctx: MutationCtx, { threadId, order }: Doc<"streams">, reduction: Reduction): Promise<Message | undefined> {
  const isEmpty = Object.keys(reduction.outcomes).length === 0;
  return isEmpty ? undefined : outcomesToMessage(reduction, await toolNamesOfTurn(ctx, threadId, order));
}

/** Metadata of a message came in chunks, which are Convex values. */
const jsonOf = (metadata: unknown): { metadata?: JsonValue } => (metadata === undefined ? {} : { metadata: metadata as JsonValue });

/**
 * The watchdog's turn: ends a stream whose writer has been silent too long, comes back later for one that lives, and
 * removes one that ended a while ago. It writes nothing while the stream is alive.
 */
export async function watchStream(ctx: MutationCtx, { streamId, nowMs }: { streamId: Id<"streams">; nowMs: number }): Promise<void> {
  const stream = await ctx.db.get(streamId);
  if (stream === null) return;
  const dueMs = await nextLook(ctx, stream);
  if (dueMs > nowMs) {
    await ctx.scheduler.runAfter(dueMs - nowMs, internal.streams.watch, { streamId });
    return;
  }
  if (stream.state.kind === "streaming") {
    await abortStream(ctx, { stream, reason: LOST_WRITER, nowMs });
    await ctx.scheduler.runAfter(KEEP_ENDED_MS, internal.streams.watch, { streamId });
    return;
  }
  const isGone = await deleteStream(ctx, stream);
  if (!isGone) await ctx.scheduler.runAfter(0, internal.streams.watch, { streamId });
}

async function nextLook(ctx: MutationCtx, stream: Doc<"streams">): Promise<number> {
  if (stream.state.kind !== "streaming") return stream.state.endedMs + KEEP_ENDED_MS;
  const heartbeat = await findHeartbeat(ctx, stream._id);
  const { writtenMs } = await readLive(ctx, stream);
  return Math.max(writtenMs, heartbeat?.atMs ?? 0) + SILENCE_MS;
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
