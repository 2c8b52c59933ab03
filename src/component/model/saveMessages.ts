import { fail, invariant } from "../../shared/errors.js";
import type { MessageDoc, MessageWithMetadata } from "../../shared/validators/messageDoc.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { toMessageDoc, toRow } from "./messageDoc.js";
import { insertRow, replaceContent, toMessageDocs } from "./overflow.js";

/** Messages to save at one place of a thread. */
export interface NewMessages {
  threadId: Id<"threads">;
  userId: string | undefined;
  agentName: string | undefined;
  messages: readonly MessageWithMetadata[];
}

/** The next free place: of the thread (a new turn) or within a turn. */
export interface Position {
  order: number;
  stepOrder: number;
}

/**
 * Saves messages one after another from `next` on: a user or system message opens a new turn unless `keepTurn` is
 * set, anything else joins the turn before it. The caller found `next` in this transaction, so no two messages get
 * the same place.
 */
export async function insertMessages(
  ctx: MutationCtx,
  { threadId, userId, agentName, messages }: NewMessages,
  { next, keepTurn, nowMs }: { next: Position; keepTurn: boolean; nowMs: number },
): Promise<MessageDoc[]> {
  const saved: MessageDoc[] = [];
  let { order, stepOrder } = next;
  for (const [index, input] of messages.entries()) {
    const opensTurn = !keepTurn && index > 0 && (input.message.role === "user" || input.message.role === "system");
    if (opensTurn) {
      order += 1;
      stepOrder = 0;
    }
    const isReply = input.message.role === "assistant" || input.message.role === "tool";
    const row = toRow(input, { threadId, userId, agentName: isReply ? agentName : undefined, order, stepOrder });
    const { _id } = await insertRow(ctx, row);
    // The row as it was written: reading it again would cost what was just paid. Its stored creation time can be a
    // fraction of a millisecond later.
    saved.push(toMessageDoc({ ...row, _id, _creationTime: nowMs }));
    stepOrder += 1;
  }
  return saved;
}

export interface AddOptions extends NewMessages {
  /** Join the turn of this message instead of opening one. */
  promptMessageId: string | undefined;
  /** The first message takes the place of this pending one. */
  pendingMessageId: string | undefined;
  /** Mark messages of that turn that are still pending as failed. */
  failPendingSteps: boolean;
  nowMs: number;
}

/** Saves messages at the end of the thread, or of the turn of `promptMessageId`. */
export async function addMessages(ctx: MutationCtx, options: AddOptions): Promise<MessageDoc[]> {
  const { threadId, promptMessageId, pendingMessageId, messages } = options;
  const place = { next: await nextPosition(ctx, threadId, promptMessageId), keepTurn: promptMessageId !== undefined, nowMs: options.nowMs };
  const pending = pendingMessageId === undefined ? null : await mustGetPrompt(ctx, { threadId, promptMessageId: pendingMessageId });
  const [first, ...rest] = messages;
  const filled = pending === null || first === undefined ? [] : [await fillPending(ctx, pending, first)];
  if (options.failPendingSteps && promptMessageId !== undefined) await failPending(ctx, { threadId, order: place.next.order });
  return [...filled, ...(await insertMessages(ctx, { ...options, messages: filled.length > 0 ? rest : messages }, place))];
}

async function nextPosition(ctx: MutationCtx, threadId: Id<"threads">, promptMessageId: string | undefined): Promise<Position> {
  if (promptMessageId === undefined) {
    const newest = await newestRow(ctx, threadId);
    return { order: newest === null ? 0 : newest.order + 1, stepOrder: 0 };
  }
  const { order, stepOrder } = await mustGetPrompt(ctx, { threadId, promptMessageId });
  const newest = await newestRow(ctx, threadId, order);
  return { order, stepOrder: (newest?.stepOrder ?? stepOrder) + 1 };
}

async function fillPending(ctx: MutationCtx, pending: Doc<"messages">, message: MessageWithMetadata): Promise<MessageDoc> {
  const { threadId, userId, agentName, order, stepOrder, _id, _creationTime } = pending;
  const row = toRow(message, { threadId, userId, agentName, order, stepOrder });
  await replaceContent(ctx, pending, row);
  return toMessageDoc({ ...row, _id, _creationTime });
}

/** What can be changed of a saved message. */
export type MessagePatch = Partial<Pick<MessageWithMetadata, "message" | "status" | "error" | "model" | "provider" | "finishReason" | "fileIds">>;

export async function updateMessage(ctx: MutationCtx, old: Doc<"messages">, patch: MessagePatch): Promise<MessageDoc> {
  const { message, ...fields } = patch;
  if (message === undefined) {
    await ctx.db.patch(old._id, fields);
  } else {
    const { _id, _creationTime, role: _role, text: _text, parts: _parts, messageOptions: _options, overflow: _overflow, ...rest } = old;
    const { threadId, userId, agentName, order, stepOrder } = old;
    const content = toRow({ message, status: old.status }, { threadId, userId, agentName, order, stepOrder });
    await replaceContent(ctx, old, { ...rest, ...content, ...fields });
  }
  const row = await ctx.db.get(old._id);
  invariant(row !== null, `message ${old._id} is there after it was changed`);
  const [doc] = await toMessageDocs(ctx, [row]);
  invariant(doc !== undefined, "a row becomes a message");
  return doc;
}

/** A turn has few messages, and fewer that are pending. */
const MAX_PENDING = 500;

async function failPending(ctx: MutationCtx, { threadId, order }: { threadId: Id<"threads">; order: number }): Promise<void> {
  const rows = await ctx.db
    .query("messages")
    .withIndex("threadId", (q) => q.eq("threadId", threadId).eq("order", order))
    .order("desc")
    .take(MAX_PENDING);
  for (const { _id, status } of rows) {
    if (status === "pending") await ctx.db.patch(_id, { status: "failed", error: "Replaced by a newer reply." });
  }
}

/** The newest row of a thread, or of one of its turns. */
export async function newestRow(ctx: QueryCtx, threadId: Id<"threads">, order?: number): Promise<Doc<"messages"> | null> {
  return await ctx.db
    .query("messages")
    .withIndex("threadId", (q) => (order === undefined ? q.eq("threadId", threadId) : q.eq("threadId", threadId).eq("order", order)))
    .order("desc")
    .first();
}

/** The message that others answer; fails when it is gone or of another thread. */
export async function mustGetPrompt(
  ctx: QueryCtx,
  { threadId, promptMessageId }: { threadId: Id<"threads">; promptMessageId: string },
): Promise<Doc<"messages">> {
  const id = ctx.db.normalizeId("messages", promptMessageId);
  const prompt = id === null ? null : await ctx.db.get(id);
  if (prompt === null) {
    fail({ code: "message_not_found", messageId: promptMessageId, message: `There is no message with the id "${promptMessageId}"; it may have been deleted.` });
  }
  if (prompt.threadId !== threadId) {
    fail({
      code: "message_in_other_thread",
      messageId: promptMessageId,
      threadId,
      message: `The message "${promptMessageId}" is not in the thread "${threadId}".`,
    });
  }
  return prompt;
}
