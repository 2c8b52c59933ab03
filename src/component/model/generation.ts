import type { MessageDoc, MessageWithMetadata } from "../../shared/validators/messageDoc.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { readWindow, type WindowOptions } from "./context.js";
import { toMessageDoc } from "./messageDoc.js";
import { insertMessages, mustGetPrompt, type Position } from "./saveMessages.js";
import { abortStream, createStream, finishStream, type NewStream } from "./streamState.js";
import { appended, getStream, type Delta } from "./streamLog.js";

export interface StartOptions {
  thread: Doc<"threads">;
  userId: string | undefined;
  agentName: string | undefined;
  promptMessageId: string | undefined;
  /** Input to save before the model is called. */
  messages: readonly MessageWithMetadata[];
  window: WindowOptions;
  stream: Pick<NewStream, "format" | "model" | "provider" | "providerOptions"> | undefined;
  nowMs: number;
}

export interface Started {
  /** The turn of this generation, and the place of its first message. */
  order: number;
  stepOrder: number;
  promptMessageId: string | undefined;
  recent: MessageDoc[];
  /** What the turn held before: the prompt and earlier answers to it. Empty for a new turn. */
  turn: MessageDoc[];
  saved: MessageDoc[];
  streamId: Id<"streams"> | undefined;
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
  const { recent, turn, newest } = await readWindow(ctx, { threadId, turn: prompt?.order ?? null, options: window });

  const next: Position =
    prompt === null
      ? { order: newest === null ? 0 : newest.order + 1, stepOrder: 0 }
      : { order: prompt.order, stepOrder: (turn.at(-1)?.stepOrder ?? prompt.stepOrder) + 1 };
  const saved = await insertMessages(ctx, { threadId, userId, agentName, messages }, { next, keepTurn: prompt !== null });
  const last = saved.at(-1);
  const place = last === undefined ? next : { order: last.order, stepOrder: last.stepOrder + 1 };
  const streamId =
    options.stream === undefined
      ? undefined
      : await createStream(ctx, { threadId, userId, agentName, ...place, ...options.stream }, nowMs);
  return { ...place, promptMessageId: promptMessageId ?? last?._id, recent, turn, saved, streamId };
}

export interface StepOptions {
  thread: Doc<"threads">;
  userId: string | undefined;
  agentName: string | undefined;
  order: number;
  /** Where the step's first message belongs, as far as the generation knows. */
  stepOrder: number;
  messages: readonly MessageWithMetadata[];
  stream: { streamId: string; delta: Delta | undefined; finish: boolean } | undefined;
  nowMs: number;
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
  const rest = await ctx.db
    .query("messages")
    .withIndex("threadId", (q) => q.eq("threadId", threadId).eq("order", order).gte("stepOrder", stepOrder))
    .take(messages.length + MAX_BESIDE);
  const before = findSaved(rest, messages);
  if (before !== null) return { isOpen: true, messages: before };
  if (options.stream !== undefined && stream?.state.kind !== "streaming") return { isOpen: false, messages: [] };

  const next = { order, stepOrder: (rest.at(-1)?.stepOrder ?? stepOrder - 1) + 1 };
  const userId = options.userId ?? thread.userId;
  const saved = await insertMessages(ctx, { threadId, userId, agentName, messages }, { next, keepTurn: true });
  if (stream !== null && options.stream !== undefined) {
    const { delta, finish } = options.stream;
    if (finish) await finishStream(ctx, { stream, delta, nowMs });
    else if (delta !== undefined) await ctx.db.patch(stream._id, await appended(ctx, stream, { delta, nowMs }));
  }
  return { isOpen: true, messages: saved };
}

/** Messages that others (tools, parallel generations) may have saved in the turn meanwhile. */
const MAX_BESIDE = 1000;

/** The rows of this step when it is saved already: the same roles and texts at its place. */
function findSaved(rows: readonly Doc<"messages">[], messages: readonly MessageWithMetadata[]): MessageDoc[] | null {
  if (messages.length === 0 || rows.length < messages.length) return null;
  const docs = rows.slice(0, messages.length).map(toMessageDoc);
  const isSame = docs.every((doc, index) => sameContent(doc.message, messages[index]?.message));
  return isSame ? docs : null;
}

function sameContent(a: unknown, b: unknown): boolean {
  return stableText(a) === stableText(b);
}

/** JSON with sorted fields: Convex gives the fields of an object back in its own order. */
function stableText(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (item instanceof ArrayBuffer) return `bytes:${item.byteLength}`;
    if (typeof item !== "object" || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([left], [right]) => (left < right ? -1 : 1)));
  });
}

export interface FailOptions {
  thread: Doc<"threads">;
  userId: string | undefined;
  agentName: string | undefined;
  order: number;
  stepOrder: number;
  error: string;
  stream: { streamId: string; delta: Delta | undefined } | undefined;
  nowMs: number;
}

/** Ends a generation early: keeps what was shown, with the reason. False when it had ended before. */
export async function failGeneration(ctx: MutationCtx, options: FailOptions): Promise<boolean> {
  const { thread, agentName, order, stepOrder, error: reason, nowMs } = options;
  if (options.stream !== undefined) {
    const stream = await getStream(ctx, options.stream.streamId);
    return stream !== null && (await abortStream(ctx, { stream, reason, delta: options.stream.delta, nowMs }));
  }
  const newest = await ctx.db
    .query("messages")
    .withIndex("threadId", (q) => q.eq("threadId", thread._id).eq("order", order).gte("stepOrder", stepOrder))
    .order("desc")
    .first();
  const next = { order, stepOrder: (newest?.stepOrder ?? stepOrder - 1) + 1 };
  const message: MessageWithMetadata = { message: { role: "assistant", content: "" }, status: "failed", error: reason };
  await insertMessages(ctx, { threadId: thread._id, userId: options.userId ?? thread.userId, agentName, messages: [message] }, { next, keepTurn: true });
  return true;
}
