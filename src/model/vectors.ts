import { fail } from "../shared/errors.js";
import { MAX_DIMENSION, MIN_DIMENSION, padVector, unpackVector, type Vector } from "../shared/vectors.js";
import type { Doc, Id } from "../component/_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../component/_generated/server.js";
import { messagesOf, type MessageRow } from "./messageRows.js";
import type { vectorTables } from "./vectorTables.js";

export type VectorTable = keyof typeof vectorTables;
export type VectorId = Id<VectorTable>;

/** The tables with the length of their vectors, shortest first. */
const TABLES: readonly (readonly [number, VectorTable])[] = [
  [256, "vectors256"],
  [384, "vectors384"],
  [512, "vectors512"],
  [768, "vectors768"],
  [1024, "vectors1024"],
  [1536, "vectors1536"],
  [2048, "vectors2048"],
  [3072, "vectors3072"],
  [4096, "vectors4096"],
];

/** What vectors of messages have as their `table`. */
export const MESSAGES = "messages";

/** The table for vectors of a length. */
export function vectorTableOf(dimension: number): { table: VectorTable; size: number } {
  const isLength = Number.isInteger(dimension) && dimension >= MIN_DIMENSION && dimension <= MAX_DIMENSION;
  const found = isLength ? TABLES.find(([size]) => dimension <= size) : undefined;
  if (found !== undefined) return { table: found[1], size: found[0] };
  fail({
    code: "invalid_argument",
    argument: "vector",
    message: `A vector of ${dimension} numbers cannot be searched: Convex takes ${MIN_DIMENSION} to ${MAX_DIMENSION}.`,
  });
}

/** A vector ready for the table it belongs to: checked, and with zeros up to the table's length. */
export function toStoredVector(vector: Vector): { table: VectorTable; dimension: number; numbers: number[] } {
  const numbers = unpackVector(vector);
  const { table, size } = vectorTableOf(numbers.length);
  const index = numbers.findIndex((number) => !Number.isFinite(number));
  if (index >= 0) fail({ code: "invalid_argument", argument: "vector", message: `The vector holds ${numbers[index]} at index ${index}: it must be of finite numbers.` });
  return { table, dimension: numbers.length, numbers: padVector(numbers, size) };
}

/** What a vector is of, and whose. */
export interface VectorOwner {
  model: string;
  table: string;
  userId: string | undefined;
  threadId: string | undefined;
}

/** The value of `userScope` or `threadScope`: what vectors must share to be compared. */
export function scopeOf({ model, dimension, table, owner }: { model: string; dimension: number; table: string; owner: string }): string {
  return JSON.stringify([model, dimension, table, owner]);
}

function scopesOf({ model, table, userId, threadId }: VectorOwner, dimension: number): Pick<Doc<VectorTable>, "userScope" | "threadScope"> {
  return {
    ...(userId === undefined ? {} : { userScope: scopeOf({ model, dimension, table, owner: userId }) }),
    ...(threadId === undefined ? {} : { threadScope: scopeOf({ model, dimension, table, owner: threadId }) }),
  };
}

export async function insertVector(ctx: MutationCtx, vector: Vector, owner: VectorOwner): Promise<VectorId> {
  const { table, dimension, numbers } = toStoredVector(vector);
  return await ctx.db.insert(table, { ...owner, dimension, vector: numbers, ...scopesOf(owner, dimension) });
}

/** Puts another vector in the place of one; its length must belong to the same table, for the id is the table's. */
export async function updateVector(ctx: MutationCtx, vectorId: string, { model, vector }: { model: string; vector: Vector }): Promise<void> {
  const id = parseVectorId(ctx, vectorId);
  const row = await ctx.db.get(id);
  if (row === null) fail({ code: "invalid_argument", argument: "id", message: `There is no vector with the id "${vectorId}".` });
  const { table, dimension, numbers } = toStoredVector(vector);
  if (ctx.db.normalizeId(table, vectorId) === null) {
    fail({
      code: "invalid_argument",
      argument: "vector",
      message: `The vector "${vectorId}" has ${row.dimension} numbers and the new one ${dimension}: delete the old one and insert the new one.`,
    });
  }
  const { userScope: _user, threadScope: _thread, vector: _vector, _id, _creationTime, ...owner } = row;
  await ctx.db.replace(id, { ...owner, model, dimension, vector: numbers, ...scopesOf({ ...owner, model, userId: row.userId, threadId: row.threadId }, dimension) });
}

/** The id of a vector when the text is one; a failure that names it otherwise. Says nothing of whether it exists. */
export function parseVectorId(ctx: Pick<QueryCtx, "db">, vectorId: string): VectorId {
  const found = findTable(ctx, vectorId);
  if (found === null) fail({ code: "invalid_argument", argument: "id", message: `"${vectorId}" is not the id of a vector.` });
  return found.id;
}

function findTable(ctx: Pick<QueryCtx, "db">, vectorId: string): { id: VectorId; size: number } | null {
  for (const [size, table] of TABLES) {
    const id = ctx.db.normalizeId(table, vectorId);
    if (id !== null) return { id, size };
  }
  return null;
}

/** A number in a stored array, and what a row has besides. */
const BYTES_PER_NUMBER = 9;
const BYTES_BESIDES = 400;

/** Deletes the vector of a row that is being deleted, or that gets another; returns what that cost, bytes. */
export async function deleteVectorOf(ctx: MutationCtx, { embeddingId }: Pick<Doc<"messages">, "embeddingId">): Promise<number> {
  const found = embeddingId === undefined ? null : findTable(ctx, embeddingId);
  if (found === null) return 0;
  await ctx.db.delete(found.id);
  return vectorBytes(found.size);
}

const vectorBytes = (size: number): number => size * BYTES_PER_NUMBER + BYTES_BESIDES;

/** The message that a vector is of, if it is of one. */
export async function messageOfVector(ctx: Pick<QueryCtx, "db">, vectorId: string): Promise<MessageRow | null> {
  const stored = await ctx.db.query("messages").withIndex("embeddingId", (q) => q.eq("embeddingId", vectorId)).first();
  return stored === null ? null : (messagesOf(stored)[0] ?? null);
}

/** Gives a saved message its vector, in the place of an earlier one. */
export async function setVector(ctx: MutationCtx, row: MessageRow, { model, vector }: { model: string; vector: Vector }): Promise<VectorId> {
  if (row._id !== row.stored._id) fail({ code: "invalid_argument", argument: "messageId", message: `The message "${row._id}" holds results of tools, which have no vector.` });
  await deleteVectorOf(ctx, row);
  const { userId, threadId } = row;
  const embeddingId = await insertVector(ctx, vector, { model, table: MESSAGES, userId, threadId });
  await ctx.db.patch(row.stored._id, { embeddingId });
  return embeddingId;
}

/** Who loses their vectors: a thread, or a user (those in no thread). */
export type VectorsOf = { threadId: string } | { userId: string };

/**
 * Deletes vectors that no message leads to, such as an app's own, within a budget of bytes. True when none is left.
 */
export async function deleteVectors(ctx: MutationCtx, of: VectorsOf, maxBytes: number): Promise<boolean> {
  let left = maxBytes;
  for (const [size, table] of TABLES) {
    const most = Math.max(1, Math.floor(left / vectorBytes(size)));
    const vectors =
      "threadId" in of
        ? ctx.db.query(table).withIndex("threadId", (q) => q.eq("threadId", of.threadId))
        : ctx.db.query(table).withIndex("userId", (q) => q.eq("userId", of.userId));
    const rows = await vectors.take(most);
    for (const { _id } of rows) await ctx.db.delete(_id);
    if (rows.length === most) return false;
    left -= rows.length * vectorBytes(size);
  }
  return true;
}

/** A page of the ids of a model's vectors, with the messages they are of. */
export interface VectorPage {
  ids: VectorId[];
  messageIds: (string | null)[];
  isDone: boolean;
  continueCursor: string;
}

const MAX_PAGE_BYTES = 8 * 1024 * 1024;
const END = "end";

/** Vectors of one model and length, in the order of their creation. */
export async function listVectors(
  ctx: QueryCtx,
  { dimension, model, table, cursor, limit }: { dimension: number; model: string; table: string | undefined; cursor: string | null; limit: number },
): Promise<VectorPage> {
  const { table: vectorTable, size } = vectorTableOf(dimension);
  if (cursor === END) return { ids: [], messageIds: [], isDone: true, continueCursor: END };
  const from = cursor === null || cursor === "" ? null : parseCursor(cursor);
  const most = Math.min(Math.max(1, Math.floor(limit)), Math.floor(MAX_PAGE_BYTES / vectorBytes(size)));
  const ids: VectorId[] = [];
  let read = 0;
  const rows = ctx.db.query(vectorTable).withIndex("model", (q) => {
    const ofModel = q.eq("model", model).eq("dimension", dimension);
    return from === null ? ofModel : ofModel.gte("_creationTime", from.creationTime);
  });
  let last = from;
  let isDone = true;
  for await (const row of rows) {
    if (from !== null && row._creationTime === from.creationTime && row._id <= from.id) continue;
    if (read >= most) {
      isDone = false;
      break;
    }
    read += 1;
    last = { creationTime: row._creationTime, id: row._id };
    if (table === undefined || row.table === table) ids.push(row._id);
  }
  const messageIds = await Promise.all(ids.map(async (id) => (await messageOfVector(ctx, id))?._id ?? null));
  return { ids, messageIds, isDone, continueCursor: isDone || last === null ? END : `${last.creationTime}|${last.id}` };
}

function parseCursor(cursor: string): { creationTime: number; id: string } {
  const [creationTime, id] = cursor.split("|");
  if (creationTime === undefined || id === undefined || !Number.isFinite(Number(creationTime))) {
    fail({ code: "invalid_cursor", cursor, message: `"${cursor}" is not a cursor of a list of vectors.` });
  }
  return { creationTime: Number(creationTime), id };
}
