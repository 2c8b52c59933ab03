import { emptyReduction, reduceChunks, type Reduction } from "../shared/reduceChunks.js";
import { outcomesToMessage, reductionToMessages } from "../shared/reductionToMessages.js";
import { resultsBeside, withKnownResults } from "../shared/knownResults.js";
import { toConvexJson } from "../shared/convexJson.js";
import type { JsonValue } from "../shared/json.js";
import type { Delta, LiveChunks } from "../shared/liveLog.js";
import { sizeBytesOf } from "../shared/storedMessage.js";
import type { MessageDoc, MessageWithMetadata } from "../shared/validators/messageDoc.js";
import type { RawCall } from "../shared/validators/rawCall.js";
import { api, internal } from "../component/_generated/api.js";
import type { Doc, Id } from "../component/_generated/dataModel.js";
import type { MutationCtx } from "../component/_generated/server.js";
import { releaseDecisions, toolNamesOfTurn } from "./approvals.js";
import { readMessages, turnOf, type MessageRow } from "./messageRows.js";
import { readBytes, toMessageDocs } from "./overflow.js";
import { withRawCallAtEnd } from "./rawCalls.js";
import { insertMessages, newestRow, updateMessage, type Position } from "./saveMessages.js";
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

/** How a stream is ended early. */
interface EarlyEnd {
  stream: Doc<"streams">;
  reason: string;
  delta?: Delta | undefined;
  rawCall?: RawCall | undefined;
  /**
   * Results of tools, a message each, from who wrote the stream: they replace what the log shows of these. Those that
   * are marked as successes are of calls that were made before the stream.
   */
  known?: readonly MessageWithMetadata[] | undefined;
  nowMs: number;
}

/**
 * Ends an open stream early and saves all that a viewer was shown and no step has saved: as failed messages with the
 * reason. Returns them, or null when it had ended before; then nothing changes.
 */
export async function abortStream(ctx: MutationCtx, { stream, reason, delta, rawCall, known = [], nowMs }: EarlyEnd): Promise<MessageDoc[] | null> {
  if (stream.state.kind !== "streaming") return null;
  const live = await append(ctx, stream, { delta, nowMs });
  await ctx.db.patch(stream._id, { state: { kind: "aborted", endedMs: nowMs, reason } });
  const saved = stream.savesOutput === false ? [] : await saveWhatWasSeen(ctx, stream, { live, reason, rawCall, known, nowMs });
  await releaseDecisions(ctx, { threadId: stream.threadId, order: stream.order, streamId: stream._id });
  return saved;
}

async function saveWhatWasSeen(
  ctx: MutationCtx,
  stream: Doc<"streams">,
  { live, reason, rawCall, known, nowMs }: { live: LiveChunks; reason: string; rawCall: RawCall | undefined; known: readonly MessageWithMetadata[]; nowMs: number },
): Promise<MessageDoc[]> {
  const { threadId, userId, agentName, model, provider, savedSteps = 0 } = stream;
  // The thread may be on its way out; nothing is added to it any more.
  if ((await ctx.db.get(threadId)) === null) return [];
  const next = await placeOfEnd(ctx, stream);
  const reduction = reduceChunks(emptyReduction, await readAllChunks(ctx, stream, { live, maxBytes: MAX_LOG_BYTES }));
  const shown = reductionToMessages(reduction, { reason, skipSteps: savedSteps });
  // The first step that is saved brings them along.
  const kept = fitting(known, { beside: shown });
  const complete = savedSteps > 0 ? [] : await outcomesOf(ctx, stream, { reduction, known: kept.filter(isComplete) });
  // A generation that failed before it said anything still leaves a message that says so.
  const messages = shown.length > 0 ? shown : [{ role: "assistant" as const, content: "" }];
  const metadata = jsonOf(reduction.metadata);
  const withReason = messages.map(
    (message): MessageWithMetadata => ({ message, status: "failed", error: reason, model, provider, ...metadata }),
  );
  const cut = withKnownResults(withReason, kept.filter((message) => !isComplete(message)));
  // What approved tools gave is true whatever became of the reply: who tries again need not run them again.
  const all = [...complete.map((message) => ({ ...message, model, provider })), ...cut];
  return await insertMessages(ctx, { threadId, userId, agentName, messages: withRawCallAtEnd(all, rawCall) }, { next, keepTurn: true, nowMs });
}

/** Where the messages belong that a stream leaves when it ends early: after all that its turn has. */
async function placeOfEnd(ctx: MutationCtx, { threadId, order, stepOrder }: Doc<"streams">): Promise<Position> {
  const newest = await newestRow(ctx, threadId, order);
  return { order, stepOrder: Math.max(newest?.stepOrder ?? -1, stepOrder - 1) + 1 };
}

/** What one transaction saves of an end, bytes: an end that is refused for its size would leave its stream open. */
const MAX_END_BYTES = 5_500_000;

/** The results that can be saved beside something; for the others there is what the log shows. */
function fitting(known: readonly MessageWithMetadata[], { beside }: { beside: unknown }): MessageWithMetadata[] {
  let bytes = known.length === 0 ? 0 : sizeBytesOf(beside);
  return known.filter((message) => {
    const withIt = bytes + sizeBytesOf(message);
    if (withIt > MAX_END_BYTES) return false;
    bytes = withIt;
    return true;
  });
}

const isComplete = ({ status }: MessageWithMetadata): boolean => status === "success";

async function outcomesOf(
  ctx: MutationCtx,
  { threadId, order }: Doc<"streams">,
  { reduction, known }: { reduction: Reduction; known: readonly MessageWithMetadata[] },
): Promise<MessageWithMetadata[]> {
  const isEmpty = Object.keys(reduction.outcomes).length === 0;
  const message = isEmpty ? undefined : outcomesToMessage(reduction, await toolNamesOfTurn(ctx, threadId, order));
  const logged = message === undefined ? [] : [{ message }];
  return [...withKnownResults(logged, known), ...resultsBeside(logged, known)];
}

/** A turn has few messages after those of a stream that was stopped. */
const MAX_AFTER = 200;
const MAX_AFTER_BYTES = 4 * 1024 * 1024;

/**
 * Puts what the writer of a stream knows of its tools' results into the messages that were saved when somebody else
 * ended it: they were made of the log alone.
 */
export async function amendEnd(ctx: MutationCtx, stream: Doc<"streams">, { known, nowMs }: { known: readonly MessageWithMetadata[]; nowMs: number }): Promise<void> {
  if (stream.state.kind !== "aborted" || known.length === 0) return;
  for (const row of await rowsOfEnd(ctx, stream, stream.state.reason)) {
    if (row.role !== "tool") continue;
    const [doc] = await toMessageDocs(ctx, [row]);
    const changed = doc && withKnownResults([doc], fitting(known, { beside: doc }))[0];
    if (changed === undefined || changed === doc) continue;
    const { message, fileIds } = changed;
    await updateMessage(ctx, row, { patch: { ...(message && { message }), ...(fileIds && { fileIds }) }, nowMs });
  }
}

/** What {@link abortStream} has saved of a stream: its failed messages, and the results of approved calls before them. */
async function rowsOfEnd(ctx: MutationCtx, { threadId, order, stepOrder, savedSteps = 0 }: Doc<"streams">, reason: string): Promise<MessageRow[]> {
  const rows: MessageRow[] = [];
  let [count, bytes] = [0, 0];
  for await (const row of readMessages(ctx, { ...turnOf(threadId, order), from: { order, stepOrder }, direction: "desc" })) {
    const isCut = row.status === "failed" && row.error === reason;
    if (isCut) rows.push(row);
    else if (rows.length > 0) return savedSteps === 0 && row.role === "tool" && row.status === "success" ? [...rows, row] : rows;
    count += 1;
    bytes += readBytes(row);
    if (count >= MAX_AFTER || bytes >= MAX_AFTER_BYTES) return rows;
  }
  return rows;
}

/** Metadata of a message as it came in chunks, which are read as what they stand for. */
const jsonOf = (metadata: unknown): { metadata?: JsonValue } => (metadata === undefined ? {} : { metadata: toConvexJson(metadata) as JsonValue });

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
    await giveUp(ctx, stream, nowMs);
    await ctx.scheduler.runAfter(KEEP_ENDED_MS, internal.streams.watch, { streamId });
    return;
  }
  const isGone = await deleteStream(ctx, stream);
  if (!isGone) await ctx.scheduler.runAfter(0, internal.streams.watch, { streamId });
}

/** Ends a stream whose writer is lost, whatever its log holds: one that cannot be saved must not be shown as alive for ever. */
async function giveUp(ctx: MutationCtx, stream: Doc<"streams">, nowMs: number): Promise<void> {
  try {
    // A call of its own within this transaction: when it fails, nothing of it stays.
    await ctx.runMutation(api.streams.abort, { streamId: stream._id, reason: LOST_WRITER });
  } catch (error) {
    // The app's log is the one place to tell it: nobody called.
    // oxlint-disable-next-line no-console
    console.warn(`What was seen of the stream ${stream._id} could not be saved: ${error instanceof Error ? error.message : String(error)}`);
    await endWithoutContent(ctx, stream, { reason: LOST_WRITER, nowMs });
  }
}

/** Ends an open stream early with a message that only says why. */
async function endWithoutContent(ctx: MutationCtx, stream: Doc<"streams">, { reason, nowMs }: { reason: string; nowMs: number }): Promise<void> {
  const { threadId, order, userId, agentName, model, provider } = stream;
  await ctx.db.patch(stream._id, { state: { kind: "aborted", endedMs: nowMs, reason } });
  if (stream.savesOutput !== false && (await ctx.db.get(threadId)) !== null) {
    const message: MessageWithMetadata = { message: { role: "assistant", content: "" }, status: "failed", error: reason, model, provider };
    await insertMessages(ctx, { threadId, userId, agentName, messages: [message] }, { next: await placeOfEnd(ctx, stream), keepTurn: true, nowMs });
  }
  await releaseDecisions(ctx, { threadId, order, streamId: stream._id });
}

async function nextLook(ctx: MutationCtx, stream: Doc<"streams">): Promise<number> {
  if (stream.state.kind !== "streaming") return stream.state.endedMs + KEEP_ENDED_MS;
  const heartbeat = await findHeartbeat(ctx, stream._id);
  const { writtenMs } = await readLive(ctx, stream);
  return Math.max(writtenMs, heartbeat?.atMs ?? 0) + SILENCE_MS;
}
