import { convexToJson, jsonToConvex, type JSONValue, type Value } from "convex/values";
import { cutText } from "../shared/cutText.js";
import { invariant } from "../shared/errors.js";
import { sizeBytesOf, type StoredPart, type StoredResults } from "../shared/storedMessage.js";
import type { MessageDoc } from "../shared/validators/messageDoc.js";
import type { Doc, Id } from "../component/_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../component/_generated/server.js";
import { forgetApprovals } from "./approvals.js";
import { releaseFiles } from "./files.js";
import { checkSize, MAX_ROW_BYTES, toMessageDoc, type Row, type RowFields } from "./messageDoc.js";
import { messagesOf, toStoredRow, type MessageRow } from "./messageRows.js";
import { deleteRawCall } from "./rawCalls.js";
import { deleteVectorOf } from "./vectors.js";

/*
 * A reply that does not fit in one row is not lost: its content becomes a JSON text, cut into rows of `overflows`.
 * The message's own row keeps the beginning of the text, for search, and the number of slices.
 */

/** UTF-16 units of a slice: at most 3 bytes each. */
const SLICE_LENGTH = 300_000;
const SEARCH_TEXT_LENGTH = 16_000;
/** What one mutation can write besides everything else it does. */
const MAX_CONTENT_BYTES = 6_000_000;

/** Inserts a message, or one that calls tools and their `results`, in one row; content that does not fit goes to `overflows`. */
export async function insertRow(ctx: MutationCtx, row: Row, results?: Row): Promise<Id<"messages">> {
  const stored = toStoredRow(row, results);
  if (sizeBytesOf(stored) <= MAX_ROW_BYTES) return await ctx.db.insert("messages", stored);
  checkSize(stored, MAX_CONTENT_BYTES);
  const slices = toSlices(stored);
  const _id = await ctx.db.insert("messages", headOf(stored, slices));
  await insertSlices(ctx, _id, slices);
  return _id;
}

/** Replaces a message, its content included. The vector of a text that is gone goes with it. */
export async function replaceContent(ctx: MutationCtx, old: MessageRow, row: Row): Promise<void> {
  const { stored } = old;
  const keepsVector = row.embeddingId !== undefined && old.overflow === undefined && row.text === old.text;
  const messages = messagesOf(await wholeRow(ctx, stored));
  await deleteOverflow(ctx, stored);
  if (!keepsVector) await deleteVectorOf(ctx, old);
  const changed: Row = { ...row, overflow: undefined, embeddingId: keepsVector ? row.embeddingId : undefined };
  const [head = changed, results] = messages.map((message) => (message._id === old._id ? changed : toRowAlone(message)));
  await replaceRow(ctx, stored, { ...toStoredRow(head, results), onlyResults: stored.onlyResults });
}

/** Changes fields of a message that say nothing of its content. */
export async function patchRow(ctx: MutationCtx, old: MessageRow, fields: Partial<Row>): Promise<void> {
  const { stored } = old;
  const [head, results] = messagesOf(stored).map((message) => ({ ...message, ...(message._id === old._id ? fields : {}) })).map(toRowAlone);
  invariant(head !== undefined, "a row holds a message");
  const { overflow } = stored;
  const row = toStoredRow(head, results);
  await ctx.db.replace(stored._id, { ...row, onlyResults: stored.onlyResults, overflow });
}

async function replaceRow(ctx: MutationCtx, { _id }: Doc<"messages">, row: RowFields): Promise<void> {
  const fits = sizeBytesOf(row) <= MAX_ROW_BYTES;
  if (!fits) checkSize(row, MAX_CONTENT_BYTES);
  const slices = fits ? [] : toSlices(row);
  await ctx.db.replace(_id, fits ? row : headOf(row, slices));
  await insertSlices(ctx, _id, slices);
}

/** A message without what says where it lay, its content complete. */
const toRowAlone = ({ _id, _creationTime, stored: _stored, overflow: _overflow, ...row }: MessageRow): Row => row;

/** Rows as queries return them, content that overflowed included. */
export async function toMessageDocs(ctx: Pick<QueryCtx, "db">, rows: readonly MessageRow[]): Promise<MessageDoc[]> {
  return await Promise.all(rows.map(async (row) => toMessageDoc(row.overflow === undefined ? row : await whole(ctx, row))));
}

/** A file's row, read and written again. */
const FILE_BYTES = 4096;

/**
 * Deletes a row with all its content, its vector, its raw call, its requests for approval and its references to files;
 * returns what that costs to read, bytes.
 */
export async function deleteRow(ctx: MutationCtx, stored: Doc<"messages">, nowMs: number): Promise<number> {
  const messages = messagesOf(stored);
  const fileIds = messages.flatMap((message) => message.fileIds ?? []);
  await deleteOverflow(ctx, stored);
  for (const message of messages) await forgetApprovals(ctx, message);
  await releaseFiles(ctx, fileIds, nowMs);
  await ctx.db.delete(stored._id);
  return rowBytes(stored) + fileIds.length * FILE_BYTES + (await deleteVectorOf(ctx, stored)) + (await deleteRawCall(ctx, stored));
}

/** Deletes a message with all that belongs to it. What lies in one row with it stays, under the id it has. */
export async function deleteMessage(ctx: MutationCtx, message: MessageRow, nowMs: number): Promise<number> {
  const { stored, fileIds = [] } = message;
  const other = messagesOf(await wholeRow(ctx, stored)).find(({ _id }) => _id !== message._id);
  if (other === undefined) return await deleteRow(ctx, stored, nowMs);
  const isResults = message._id !== stored._id;
  await deleteOverflow(ctx, stored);
  await forgetApprovals(ctx, message);
  await releaseFiles(ctx, fileIds, nowMs);
  await replaceRow(ctx, stored, { ...toStoredRow(toRowAlone(other)), ...(isResults ? {} : { onlyResults: true as const }) });
  const besides = isResults ? 0 : (await deleteVectorOf(ctx, stored)) + (await deleteRawCall(ctx, stored));
  return rowBytes(stored) + fileIds.length * FILE_BYTES + besides;
}

/** What reading a message and its content costs, bytes: a row of two is the first one's. */
export function readBytes({ _id, stored }: MessageRow): number {
  return stored.results !== undefined && _id !== stored._id ? 0 : rowBytes(stored);
}

/** What reading a row and its content costs, bytes. */
export function rowBytes(row: Doc<"messages">): number {
  return sizeBytesOf(row) + (row.overflow ?? 0) * SLICE_LENGTH;
}

async function deleteOverflow(ctx: MutationCtx, { _id, overflow }: Doc<"messages">): Promise<void> {
  if (overflow === undefined) return;
  for (const slice of await slicesOf(ctx, _id)) await ctx.db.delete(slice._id);
}

async function slicesOf(ctx: Pick<QueryCtx, "db">, messageId: Id<"messages">): Promise<Doc<"overflows">[]> {
  // `MAX_CONTENT_BYTES` bounds their number.
  return await ctx.db.query("overflows").withIndex("messageId", (q) => q.eq("messageId", messageId)).collect();
}

async function insertSlices(ctx: MutationCtx, messageId: Id<"messages">, slices: readonly string[]): Promise<void> {
  for (const [index, json] of slices.entries()) await ctx.db.insert("overflows", { messageId, index, json });
}

interface Content {
  text?: string;
  parts?: StoredPart[];
  results?: StoredResults;
}

/** The row that has its content elsewhere: the beginning of the text, for search. */
function headOf(row: RowFields, slices: readonly string[]): RowFields {
  return { ...row, text: row.text === undefined ? undefined : cutText(row.text, SEARCH_TEXT_LENGTH), parts: undefined, overflow: slices.length, ...(row.results === undefined ? {} : { results: {} }) };
}

function toSlices({ text, parts, results }: RowFields): string[] {
  // Stored parts are Convex values by the schema; `undefined` fields are left out by the conversion.
  const content = Object.fromEntries(Object.entries({ text, parts, results }).filter(([, value]) => value !== undefined)) as unknown as Value;
  const json = JSON.stringify(convexToJson(content));
  const slices: string[] = [];
  for (let start = 0; start < json.length; ) {
    const slice = cutText(json.slice(start), SLICE_LENGTH);
    slices.push(slice);
    start += slice.length;
  }
  return slices;
}

async function whole(ctx: Pick<QueryCtx, "db">, row: MessageRow): Promise<MessageRow> {
  const found = messagesOf(await wholeRow(ctx, row.stored)).find(({ _id }) => _id === row._id);
  invariant(found !== undefined, `message ${row._id} is in the row that it was read from`);
  return found;
}

async function wholeRow(ctx: Pick<QueryCtx, "db">, row: Doc<"messages">): Promise<Doc<"messages">> {
  if (row.overflow === undefined) return row;
  const slices = await slicesOf(ctx, row._id);
  invariant(slices.length === row.overflow, `message ${row._id} has ${row.overflow} slices, found ${slices.length}`);
  // Written by `toSlices` and nobody else.
  const json = JSON.parse(slices.map((slice) => slice.json).join("")) as JSONValue;
  const { text, parts, results } = jsonToConvex(json) as unknown as Content;
  return { ...row, text, parts, results };
}
