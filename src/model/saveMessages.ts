import { fail, invariant } from "../shared/errors.js";
import { toStored, type StoredPart } from "../shared/storedMessage.js";
import type { MessageDoc, MessageWithMetadata } from "../shared/validators/messageDoc.js";
import type { Id } from "../component/_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../component/_generated/server.js";
import { noteTurn, type ActivityId } from "./activity.js";
import { forgetApprovals, noteApprovals } from "./approvals.js";
import { holdFiles, releaseFiles } from "./files.js";
import { toMessageDoc, toRow, type Row } from "./messageDoc.js";
import { areStep, findMessage, firstMessage, idsOf, readMessages, turnOf, type MessageRow } from "./messageRows.js";
import { insertRow, patchRow, readBytes, replaceContent, toMessageDocs } from "./overflow.js";
import { withRawCall } from "./rawCalls.js";
import { insertVector, MESSAGES, setVector } from "./vectors.js";
import type { Vector } from "../shared/vectors.js";

/** Messages to save at one place of a thread. */
export interface NewMessages {
  threadId: Id<"threads">;
  /** Where new turns are noted; "noted": the caller has. Left out: what the thread says. */
  activity?: ActivityId | "noted" | undefined;
  userId: string | undefined;
  agentName: string | undefined;
  messages: readonly MessageWithMetadata[];
  /** Vectors of the messages, in the same places; null for those without. */
  embeddings?: Embeddings | undefined;
}

/** Vectors that one model made. */
export interface Embeddings {
  model: string;
  vectors: readonly (Vector | null)[];
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
  { threadId, activity, userId, agentName, messages, embeddings }: NewMessages,
  { next, keepTurn, nowMs }: { next: Position; keepTurn: boolean; nowMs: number },
): Promise<MessageDoc[]> {
  const rows: Row[] = [];
  let { order, stepOrder } = next;
  for (const [index, input] of messages.entries()) {
    if (!keepTurn && index > 0 && opensTurn(input)) {
      order += 1;
      stepOrder = 0;
    }
    const isReply = input.message.role === "assistant" || input.message.role === "tool";
    const content = toRow(input, { threadId, userId, agentName: isReply ? agentName : undefined, order, stepOrder });
    const kept = await withRawCall(ctx, content, input.rawCall);
    rows.push(await withVector(ctx, await withFiles(ctx, kept, { isStrict: !isReply, nowMs }), { model: embeddings?.model, vector: embeddings?.vectors[index] }));
    stepOrder += 1;
  }
  const saved = await insertRows(ctx, rows, nowMs);
  const opened = saved.findLast((doc) => doc.stepOrder === 0);
  if (opened !== undefined && activity !== "noted") await noteTurn(ctx, threadId, { activityId: activity, order: opened.order, nowMs });
  return saved;
}

/** Inserts messages in order, a step's call and its results in one row. */
async function insertRows(ctx: MutationCtx, rows: readonly Row[], nowMs: number): Promise<MessageDoc[]> {
  const saved: MessageDoc[] = [];
  for (let index = 0; index < rows.length; index += 1) {
    const [row, next] = rows.slice(index, index + 2);
    if (row === undefined) break;
    const results = next !== undefined && areStep(row, next) ? next : undefined;
    const rowId = await insertRow(ctx, row, results);
    const [_id, resultsId] = idsOf(rowId);
    if (row.role === "assistant" || row.role === "tool") await noteApprovals(ctx, { ...row, _id, rowId }, { parts: row.parts, nowMs });
    // The row as it was written: reading it again would cost what was just paid. Its stored creation time can be a
    // fraction of a millisecond later.
    saved.push(toMessageDoc({ ...row, _id, _creationTime: nowMs }));
    if (results === undefined) continue;
    saved.push(toMessageDoc({ ...results, _id: resultsId, _creationTime: nowMs }));
    index += 1;
  }
  return saved;
}

const opensTurn = ({ message }: MessageWithMetadata): boolean => message.role === "user" || message.role === "system";

/** How many turns the messages of a new thread open. */
export function countTurns(messages: readonly MessageWithMetadata[]): number {
  return messages.filter((message, index) => index === 0 || opensTurn(message)).length;
}

/** The row with its references to files taken: the files it names that are there. */
async function withFiles(ctx: MutationCtx, row: Row, options: { isStrict: boolean; nowMs: number }): Promise<Row> {
  return row.fileIds === undefined ? row : { ...row, fileIds: await holdFiles(ctx, row.fileIds, options) };
}

/** The row with its vector saved. The vector goes first, so that the row is written once. */
async function withVector(ctx: MutationCtx, row: Row, { model, vector }: { model: string | undefined; vector: Vector | null | undefined }): Promise<Row> {
  if (model === undefined || vector === undefined || vector === null) return row;
  const { userId, threadId } = row;
  return { ...row, embeddingId: await insertVector(ctx, vector, { model, table: MESSAGES, userId, threadId }) };
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
  const place = { next: await nextPosition(ctx, { threadId, promptMessageId, first: messages[0] }), keepTurn: promptMessageId !== undefined, nowMs: options.nowMs };
  const pending = pendingMessageId === undefined ? null : await mustGetPrompt(ctx, { threadId, promptMessageId: pendingMessageId });
  const [first, ...rest] = messages;
  const filled = pending === null || first === undefined ? [] : [await fillPending(ctx, pending, { message: first, nowMs: options.nowMs, model: options.embeddings?.model, vector: options.embeddings?.vectors[0] })];
  if (options.failPendingSteps && promptMessageId !== undefined) await failPending(ctx, { threadId, order: place.next.order });
  const { embeddings } = options;
  const others = filled.length > 0 ? { messages: rest, embeddings: embeddings && { ...embeddings, vectors: embeddings.vectors.slice(1) } } : { messages, embeddings };
  return [...filled, ...(await insertMessages(ctx, { ...options, ...others }, place))];
}

interface PlaceSought {
  threadId: Id<"threads">;
  promptMessageId: string | undefined;
  /** The first of the messages that are to be placed. */
  first: MessageWithMetadata | undefined;
}

async function nextPosition(ctx: MutationCtx, { threadId, promptMessageId, first }: PlaceSought): Promise<Position> {
  if (promptMessageId === undefined) {
    const turn = first?.message.role === "tool" ? await turnOfCall(ctx, threadId, toStored(first.message).parts) : undefined;
    const newest = await newestRow(ctx, threadId, turn);
    if (turn !== undefined && newest !== null) return { order: turn, stepOrder: newest.stepOrder + 1 };
    return { order: newest === null ? 0 : newest.order + 1, stepOrder: 0 };
  }
  const { order, stepOrder } = await mustGetPrompt(ctx, { threadId, promptMessageId });
  const newest = await newestRow(ctx, threadId, order);
  return { order, stepOrder: (newest?.stepOrder ?? stepOrder) + 1 };
}

/** Rows that are looked at for the call that a result answers: whoever answers late names the message to join. */
const MAX_LOOKED_AT = 200;
const MAX_LOOKED_AT_BYTES = 2 * 1024 * 1024;

/** The turn in which a tool was called that these results are of; undefined when it is not among the newest rows. */
async function turnOfCall(ctx: MutationCtx, threadId: Id<"threads">, parts: readonly StoredPart[] = []): Promise<number | undefined> {
  const answered = new Set<unknown>(parts.map(({ toolCallId }) => toolCallId).filter((id) => id !== undefined));
  if (answered.size === 0) return undefined;
  let count = 0;
  let bytes = 0;
  for await (const row of readMessages(ctx, { threadId, direction: "desc" })) {
    if (row.parts?.some(({ type, toolCallId }) => type === "tool-call" && answered.has(toolCallId))) return row.order;
    count += 1;
    bytes += readBytes(row);
    if (count >= MAX_LOOKED_AT || bytes >= MAX_LOOKED_AT_BYTES) return undefined;
  }
  return undefined;
}

async function fillPending(
  ctx: MutationCtx,
  pending: MessageRow,
  { message, nowMs, ...embedding }: { message: MessageWithMetadata; nowMs: number; model: string | undefined; vector: Vector | null | undefined },
): Promise<MessageDoc> {
  const { threadId, userId, agentName, order, stepOrder, _id, _creationTime } = pending;
  const content = await withRawCall(ctx, toRow(message, { threadId, userId, agentName, order, stepOrder }), message.rawCall);
  const row = await changeDependents(ctx, pending, { row: content, nowMs });
  await replaceContent(ctx, pending, row);
  const { model, vector } = embedding;
  const embeddingId = model === undefined || !vector ? undefined : await setVector(ctx, { ...pending, ...row, embeddingId: undefined }, { model, vector });
  return toMessageDoc({ ...row, _id, _creationTime, ...(embeddingId === undefined ? {} : { embeddingId }) });
}

/** What can be changed of a saved message. */
export type MessagePatch = Partial<Pick<MessageWithMetadata, "message" | "status" | "error" | "model" | "provider" | "finishReason" | "fileIds">>;

export async function updateMessage(ctx: MutationCtx, old: MessageRow, { patch, nowMs }: { patch: MessagePatch; nowMs: number }): Promise<MessageDoc> {
  const { message, ...fields } = patch;
  if (message === undefined) {
    const fileIds = fields.fileIds && (await exchangeFiles(ctx, old, { fileIds: fields.fileIds, nowMs }));
    await patchRow(ctx, old, { ...fields, ...(fileIds && { fileIds }) });
  } else {
    const { _id, _creationTime, stored: _stored, role: _role, text: _text, parts: _parts, messageOptions: _options, overflow: _overflow, ...rest } = old;
    const { threadId, userId, agentName, order, stepOrder } = old;
    const content = toRow({ message, status: old.status }, { threadId, userId, agentName, order, stepOrder });
    const row = await changeDependents(ctx, old, { row: { ...rest, ...content, ...fields }, nowMs });
    await replaceContent(ctx, old, row);
  }
  const row = await findMessage(ctx, old._id);
  invariant(row !== null, `message ${old._id} is there after it was changed`);
  const [doc] = await toMessageDocs(ctx, [row]);
  invariant(doc !== undefined, "a row becomes a message");
  return doc;
}

/** What belongs to a message beside its content follows a change of it: references to files, requests and answers. */
async function changeDependents(ctx: MutationCtx, old: MessageRow, { row, nowMs }: { row: Row; nowMs: number }): Promise<Row> {
  await forgetApprovals(ctx, old, row.parts);
  await noteApprovals(ctx, { ...row, _id: old._id, rowId: old.stored._id }, { parts: row.parts, before: old.parts, nowMs });
  return row.fileIds === undefined && old.fileIds === undefined ? row : { ...row, fileIds: await exchangeFiles(ctx, old, { fileIds: row.fileIds ?? [], nowMs }) };
}

/** Takes references to the new files before it gives back those to the old: what is in both never stands without. */
async function exchangeFiles(ctx: MutationCtx, old: MessageRow, { fileIds, nowMs }: { fileIds: readonly string[]; nowMs: number }): Promise<string[]> {
  const held = await holdFiles(ctx, fileIds, { isStrict: true, nowMs });
  await releaseFiles(ctx, old.fileIds ?? [], nowMs);
  return held;
}

/** A turn has few messages, and fewer that are pending. */
const MAX_PENDING = 500;

async function failPending(ctx: MutationCtx, { threadId, order }: { threadId: Id<"threads">; order: number }): Promise<void> {
  let count = 0;
  for await (const row of readMessages(ctx, { ...turnOf(threadId, order), direction: "desc" })) {
    if (row.status === "pending") await patchRow(ctx, row, { status: "failed", error: "Replaced by a newer reply." });
    count += 1;
    if (count >= MAX_PENDING) return;
  }
}

/** The newest row of a thread, or of one of its turns. */
export async function newestRow(ctx: QueryCtx, threadId: Id<"threads">, order?: number): Promise<MessageRow | null> {
  return await firstMessage(ctx, { ...(order === undefined ? { threadId } : turnOf(threadId, order)), direction: "desc" });
}

/** The message that others answer; fails when it is gone or of another thread. */
export async function mustGetPrompt(
  ctx: QueryCtx,
  { threadId, promptMessageId }: { threadId: Id<"threads">; promptMessageId: string },
): Promise<MessageRow> {
  const prompt = await findMessage(ctx, promptMessageId);
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
