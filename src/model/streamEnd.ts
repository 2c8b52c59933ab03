import { emptyReduction, reduceChunks, type Reduction } from "../shared/reduceChunks.js";
import { outcomesToMessage, reductionToMessages } from "../shared/reductionToMessages.js";
import type { JsonValue } from "../shared/json.js";
import type { Delta, LiveChunks } from "../shared/liveLog.js";
import type { Message } from "../shared/validators/message.js";
import type { MessageDoc, MessageWithMetadata } from "../shared/validators/messageDoc.js";
import type { RawCall } from "../shared/validators/rawCall.js";
import { internal } from "../component/_generated/api.js";
import type { Doc, Id } from "../component/_generated/dataModel.js";
import type { MutationCtx } from "../component/_generated/server.js";
import { releaseDecisions, toolNamesOfTurn } from "./approvals.js";
import { withRawCallAtEnd } from "./rawCalls.js";
import { insertMessages, newestRow } from "./saveMessages.js";
import { append, readAllChunks, readLive } from "./streamLog.js";
import { deleteStream, findHeartbeat, SILENCE_MS } from "./streamState.js";

/*
 * How streams end that were not finished, apart from how they are written: what was seen is saved, which takes the
 * reducer of chunks, and most modules should not load that.
 */

/** A stream that has ended is kept this long for those who still read it. Short enough for one look at a short reply. */
const KEEP_ENDED_MS = 30_000;

/** What one transaction reads of a stream that is cut off, and can save again; a longer reply is cut there. */
const MAX_LOG_BYTES = 4 * 1024 * 1024;

/** The reason of streams whose writer died, in the form of the reasons that generations give. */
const LOST_WRITER = "timeout: the process that wrote this reply stopped";

/**
 * Ends an open stream early and saves all that a viewer was shown and no step has saved: as failed messages with the
 * reason. Returns them, or null when it had ended before; then nothing changes.
 */
export async function abortStream(
  ctx: MutationCtx,
  { stream, reason, delta, rawCall, nowMs }: { stream: Doc<"streams">; reason: string; delta?: Delta | undefined; rawCall?: RawCall | undefined; nowMs: number },
): Promise<MessageDoc[] | null> {
  if (stream.state.kind !== "streaming") return null;
  const live = await append(ctx, stream, { delta, nowMs });
  await ctx.db.patch(stream._id, { state: { kind: "aborted", endedMs: nowMs, reason } });
  const saved = stream.savesOutput === false ? [] : await saveWhatWasSeen(ctx, stream, { live, reason, rawCall, nowMs });
  await releaseDecisions(ctx, { threadId: stream.threadId, order: stream.order, streamId: stream._id });
  return saved;
}

async function saveWhatWasSeen(
  ctx: MutationCtx,
  stream: Doc<"streams">,
  { live, reason, rawCall, nowMs }: { live: LiveChunks; reason: string; rawCall: RawCall | undefined; nowMs: number },
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
  return await insertMessages(ctx, { threadId, userId, agentName, messages: withRawCallAtEnd(all, rawCall) }, { next, keepTurn: true, nowMs });
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
