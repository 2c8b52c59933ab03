import type { MessageDoc, MessageWithMetadata } from "../shared/validators/messageDoc.js";
import type { Doc, Id } from "../component/_generated/dataModel.js";
import type { MutationCtx } from "../component/_generated/server.js";
import { claimDecisions, releaseDecisions } from "./approvals.js";
import { readWindow, type WindowOptions } from "./context.js";
import { findMessage, firstMessage, readMessages, turnOf, type MessageRow } from "./messageRows.js";
import { toMessageDocs } from "./overflow.js";
import { insertMessages, mustGetPrompt, type Position } from "./saveMessages.js";
import { abortStream, amendEnd } from "./streamEnd.js";
import { createStream, stepStream, type NewStream } from "./streamState.js";
import { takeStop } from "./stopTurn.js";
import { getStream, readLive } from "./streamLog.js";
import { setVector } from "./vectors.js";
import { withRawCallAtEnd } from "./rawCalls.js";
import type { RawCall } from "../shared/validators/rawCall.js";
import { sameContent } from "../shared/sameContent.js";
import type { Delta } from "../shared/liveLog.js";
import type { Vector } from "../shared/vectors.js";

export interface StartOptions {
  thread: Doc<"threads">;
  userId: string | undefined;
  agentName: string | undefined;
  promptMessageId: string | undefined;
  /** Input to save before the model is called. */
  messages: readonly MessageWithMetadata[];
  window: WindowOptions;
  stream: Pick<NewStream, "format" | "model" | "provider" | "providerOptions" | "savesOutput"> | undefined;
  nowMs: number;
}

export interface Started {
  /** The turn of this generation, and the place of its first message. */
  order: number;
  stepOrder: number;
  userId: string | undefined;
  promptMessageId: string | undefined;
  recent: MessageDoc[];
  /** What the turn held before: the prompt and earlier answers to it. Empty for a new turn. */
  turn: MessageDoc[];
  saved: MessageDoc[];
  streamId: Id<"streams"> | undefined;
  /** The turn was stopped before this generation began: nothing was saved or opened, and it should end. */
  isStopped?: true;
}

/**
 * Begins a generation in one transaction and one read: the context, the place of the answer, the prompt saved and the
 * stream opened.
 */
export async function startGeneration(ctx: MutationCtx, options: StartOptions): Promise<Started> {
  const { thread, promptMessageId, agentName, messages, window, nowMs } = options;
  const threadId = thread._id;
  const userId = options.userId ?? thread.userId;
  const prompt = promptMessageId === undefined ? null : await mustGetPrompt(ctx, { threadId, promptMessageId });
  const { recent, turn, newest } = await readWindow(ctx, { threadId, prompt, options: window });

  const next: Position =
    prompt === null
      ? { order: newest === null ? 0 : newest.order + 1, stepOrder: 0 }
      : { order: prompt.order, stepOrder: (newest?.stepOrder ?? prompt.stepOrder) + 1 };
  if (prompt !== null && newest !== null && (await takeStop(ctx, [newest], nowMs))) {
    return { ...next, userId, promptMessageId, recent, turn, saved: [], streamId: undefined, isStopped: true };
  }
  const saved = await insertMessages(ctx, { threadId, activity: thread.activityId, userId, agentName, messages }, { next, keepTurn: prompt !== null, nowMs });
  const last = saved.at(-1);
  const free = last === undefined ? next : { order: last.order, stepOrder: last.stepOrder + 1 };
  const place = options.stream === undefined ? free : await besideOpenStreams(ctx, threadId, free);
  const streamId =
    options.stream === undefined
      ? undefined
      : await createStream(ctx, { threadId, userId, agentName, ...place, ...options.stream }, nowMs);
  if (prompt !== null) await claimDecisions(ctx, { threadId, promptMessageId: prompt._id, turn, streamId, nowMs });
  return { ...place, userId, promptMessageId: promptMessageId ?? last?._id, recent, turn, saved, streamId };
}

/** The place itself or, while other generations of the turn stream at it or after it, the one after theirs. */
async function besideOpenStreams(ctx: MutationCtx, threadId: Id<"threads">, { order, stepOrder }: Position): Promise<Position> {
  const last = await ctx.db
    .query("streams")
    .withIndex("threadId", (q) => q.eq("threadId", threadId).eq("state.kind", "streaming").eq("order", order))
    .order("desc")
    .first();
  return { order, stepOrder: Math.max(stepOrder, (last?.stepOrder ?? -1) + 1) };
}

export interface StepOptions {
  thread: Doc<"threads">;
  userId: string | undefined;
  agentName: string | undefined;
  /** The message that is answered: when it is deleted meanwhile, so is the reason to go on. */
  promptMessageId: string | undefined;
  order: number;
  /** Where the step's first message belongs, as far as the generation knows. */
  stepOrder: number;
  messages: readonly MessageWithMetadata[];
  vectors?: StepVectors | undefined;
  stream: { streamId: string; delta: Delta | undefined; finish: boolean } | undefined;
  nowMs: number;
}

/** Vectors that one model made of this step's messages, and of messages that were saved before they had any. */
export interface StepVectors {
  model: string;
  messages: readonly (Vector | null)[];
  earlier: readonly { messageId: string; vector: Vector }[];
}

export interface SavedStep {
  /** False: the generation had been stopped; nothing was saved, and it should end. */
  isOpen: boolean;
  messages: MessageDoc[];
}

/**
 * Saves a step in one transaction: its messages, the chunks that were not written yet, and for the last step the end
 * of the stream. A repeat (after an answer that was lost) finds the step saved and changes nothing.
 */
export async function saveStep(ctx: MutationCtx, options: StepOptions): Promise<SavedStep> {
  const { thread, agentName, order, stepOrder, messages, nowMs } = options;
  const threadId = thread._id;
  const stream = options.stream === undefined ? null : await getStream(ctx, options.stream.streamId);
  const rest = await restOfTurn(ctx, { threadId, order, stepOrder }, messages.length + MAX_BESIDE);
  if (await isRepeat(ctx, stream, options)) {
    const before = await findSaved(ctx, rest, messages);
    if (before !== null) return { isOpen: true, messages: before };
  }
  const isStopped = options.stream === undefined && (await takeStop(ctx, rest, nowMs));
  if (isStopped || !(await isWanted(ctx, stream, options))) return { isOpen: false, messages: [] };

  const next = { order, stepOrder: (rest.at(-1)?.stepOrder ?? stepOrder - 1) + 1 };
  const userId = options.userId ?? thread.userId;
  const { vectors } = options;
  const embeddings = vectors && { model: vectors.model, vectors: vectors.messages };
  const saved = await insertMessages(ctx, { threadId, userId, agentName, messages, embeddings }, { next, keepTurn: true, nowMs });
  if (vectors !== undefined) await setEarlierVectors(ctx, threadId, vectors);
  if (stream !== null && options.stream !== undefined) {
    const { delta, finish } = options.stream;
    await stepStream(ctx, { stream, delta, finish, savesStep: messages.length > 0, nowMs });
  }
  return { isOpen: true, messages: saved };
}

async function restOfTurn(ctx: MutationCtx, { threadId, ...from }: Position & { threadId: Id<"threads"> }, limit: number): Promise<MessageRow[]> {
  const rows: MessageRow[] = [];
  for await (const row of readMessages(ctx, { ...turnOf(threadId, from.order), from })) {
    rows.push(row);
    if (rows.length >= limit) break;
  }
  return rows;
}

/**
 * With the step and not when they were made: the rows are on a page that viewers look at, and this mutation changes
 * that page anyway.
 */
async function setEarlierVectors(ctx: MutationCtx, threadId: Id<"threads">, { model, earlier }: StepVectors): Promise<void> {
  for (const { messageId, vector } of earlier) {
    const row = await findMessage(ctx, messageId);
    // It may have been deleted, or embedded by another generation.
    if (row !== null && row.threadId === threadId && row.embeddingId === undefined) await setVector(ctx, row, { model, vector });
  }
}

/** Messages that others (tools, parallel generations) may have saved in the turn meanwhile. */
const MAX_BESIDE = 1000;

/** Whether this call may be one that was answered before: its chunks are in the log already, or it has none. */
async function isRepeat(ctx: MutationCtx, stream: Doc<"streams"> | null, { stream: call }: StepOptions): Promise<boolean> {
  if (stream === null || call === undefined) return true;
  if (stream.state.kind === "finished") return true;
  if (call.finish) return false;
  return call.delta === undefined || call.delta.end <= (await readLive(ctx, stream)).end;
}

/** False when the generation was stopped, or when what it answers is gone. */
async function isWanted(ctx: MutationCtx, stream: Doc<"streams"> | null, options: StepOptions): Promise<boolean> {
  if (options.stream !== undefined) return stream?.state.kind === "streaming";
  if (options.promptMessageId === undefined) return true;
  return (await findMessage(ctx, options.promptMessageId)) !== null;
}

/** The rows of this step when it is saved already: the same contents at its place. */
async function findSaved(
  ctx: MutationCtx,
  rows: readonly MessageRow[],
  messages: readonly MessageWithMetadata[],
): Promise<MessageDoc[] | null> {
  if (messages.length === 0 || rows.length < messages.length) return null;
  const docs = await toMessageDocs(ctx, rows.slice(0, messages.length));
  const isSame = docs.every((doc, index) => sameContent(doc.message, messages[index]?.message));
  return isSame ? docs : null;
}

export interface FailOptions {
  thread: Doc<"threads">;
  userId: string | undefined;
  agentName: string | undefined;
  order: number;
  stepOrder: number;
  error: string;
  /** What was said and is in no stream; with a stream, what is known of its tools' results besides its log. */
  messages: readonly MessageWithMetadata[];
  /** Of the call that failed. */
  rawCall?: RawCall | undefined;
  stream: { streamId: string; delta: Delta | undefined } | undefined;
  nowMs: number;
}

/**
 * Ends a generation early: keeps what was shown, marked as failed, with the reason. With a stream that is what its
 * log shows, with the results of tools that `messages` hold. Returns what it saved, and false when the stream had ended
 * before; then nothing but those results changes.
 */
export async function failGeneration(ctx: MutationCtx, options: FailOptions): Promise<{ ended: boolean; messages: MessageDoc[] }> {
  const { thread, agentName, order, stepOrder, error, nowMs } = options;
  if (options.stream !== undefined) {
    const stream = await getStream(ctx, options.stream.streamId);
    if (stream === null) return { ended: false, messages: [] };
    const known = options.messages;
    const messages = await abortStream(ctx, { stream, reason: error, delta: options.stream.delta, rawCall: options.rawCall, known, nowMs });
    if (messages === null) await amendEnd(ctx, stream, { known, nowMs });
    return { ended: messages !== null, messages: messages ?? [] };
  }
  await releaseDecisions(ctx, { threadId: thread._id, order, streamId: undefined });
  const newest = await firstMessage(ctx, { ...turnOf(thread._id, order), from: { order, stepOrder }, direction: "desc" });
  if (newest !== null && (await takeStop(ctx, [newest], nowMs))) return { ended: false, messages: [] };
  const next = { order, stepOrder: (newest?.stepOrder ?? stepOrder - 1) + 1 };
  // Results of tools that had been approved are complete, whatever became of the reply.
  const complete = options.messages.filter(({ status }) => status === "success");
  const cut = options.messages.filter(({ status }) => status !== "success");
  const said = cut.length > 0 ? cut : [{ message: { role: "assistant" as const, content: "" } }];
  const messages = [...complete, ...withRawCallAtEnd(said, options.rawCall).map((message): MessageWithMetadata => ({ ...message, status: "failed", error }))];
  const place = { next, keepTurn: true, nowMs };
  return { ended: true, messages: await insertMessages(ctx, { threadId: thread._id, userId: options.userId ?? thread.userId, agentName, messages }, place) };
}
