import { convexToJson, jsonToConvex, type JSONValue, type Value } from "convex/values";
import { invariant } from "../../shared/errors.js";
import type { StoredPart } from "../../shared/storedMessage.js";
import { sizeBytesOf } from "../../shared/storedMessage.js";
import type { MessageDoc } from "../../shared/validators/messageDoc.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { forgetApprovals } from "./approvals.js";
import { releaseFiles } from "./files.js";
import { checkSize, MAX_ROW_BYTES, toMessageDoc, type Row } from "./messageDoc.js";
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

/** Inserts a row; content that does not fit goes to `overflows`. */
export async function insertRow(ctx: MutationCtx, row: Row): Promise<{ _id: Id<"messages">; row: Row }> {
  if (sizeBytesOf(row) <= MAX_ROW_BYTES) return { _id: await ctx.db.insert("messages", row), row };
  checkSize(row, MAX_CONTENT_BYTES);
  const slices = toSlices(row);
  const head = { ...row, text: cut(row.text, SEARCH_TEXT_LENGTH), parts: undefined, overflow: slices.length };
  const _id = await ctx.db.insert("messages", head);
  await insertSlices(ctx, _id, slices);
  return { _id, row };
}

/** Replaces fields of a row, its content included. The vector of a text that is gone goes with it. */
export async function replaceContent(ctx: MutationCtx, old: Doc<"messages">, row: Row): Promise<void> {
  await deleteOverflow(ctx, old);
  const keepsVector = row.embeddingId !== undefined && old.overflow === undefined && row.text === old.text;
  if (!keepsVector) await deleteVectorOf(ctx, old);
  const fits = sizeBytesOf(row) <= MAX_ROW_BYTES;
  if (!fits) checkSize(row, MAX_CONTENT_BYTES);
  const slices = fits ? [] : toSlices(row);
  const content = fits ? { overflow: undefined } : { text: cut(row.text, SEARCH_TEXT_LENGTH), parts: undefined, overflow: slices.length };
  await ctx.db.replace(old._id, { ...row, ...content, embeddingId: keepsVector ? row.embeddingId : undefined });
  await insertSlices(ctx, old._id, slices);
}

/** Rows as queries return them, content that overflowed included. */
export async function toMessageDocs(ctx: Pick<QueryCtx, "db">, rows: readonly Doc<"messages">[]): Promise<MessageDoc[]> {
  return await Promise.all(rows.map(async (row) => toMessageDoc(row.overflow === undefined ? row : await whole(ctx, row))));
}

/** A file's row, read and written again. */
const FILE_BYTES = 4096;

/**
 * Deletes a message with all its content, its vector, its requests for approval and its references to files; returns
 * what that costs to read, bytes.
 */
export async function deleteMessage(ctx: MutationCtx, row: Doc<"messages">, nowMs: number): Promise<number> {
  const { fileIds = [] } = row;
  await deleteOverflow(ctx, row);
  await forgetApprovals(ctx, row);
  await releaseFiles(ctx, fileIds, nowMs);
  await ctx.db.delete(row._id);
  return readBytes(row) + fileIds.length * FILE_BYTES + (await deleteVectorOf(ctx, row));
}

/** What reading a row and its content costs, bytes. */
export function readBytes(row: Doc<"messages">): number {
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
}

function toSlices({ text, parts }: Row): string[] {
  // Stored parts are Convex values by the schema; `undefined` fields are left out by the conversion.
  const content = { ...(text === undefined ? {} : { text }), ...(parts === undefined ? {} : { parts }) } as unknown as Value;
  const json = JSON.stringify(convexToJson(content));
  const slices: string[] = [];
  for (let start = 0; start < json.length; ) {
    const slice = cut(json.slice(start), SLICE_LENGTH) ?? "";
    slices.push(slice);
    start += slice.length;
  }
  return slices;
}

async function whole(ctx: Pick<QueryCtx, "db">, row: Doc<"messages">): Promise<Doc<"messages">> {
  const slices = await slicesOf(ctx, row._id);
  invariant(slices.length === row.overflow, `message ${row._id} has ${row.overflow} slices, found ${slices.length}`);
  // Written by `toSlices` and nobody else.
  const json = JSON.parse(slices.map((slice) => slice.json).join("")) as JSONValue;
  const content = jsonToConvex(json) as unknown as Content;
  return { ...row, text: content.text, parts: content.parts };
}

/** The beginning of a text, at most `length` units; never half of a character. */
function cut(text: string | undefined, length: number): string | undefined {
  if (text === undefined || text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? length - 1 : length);
}
