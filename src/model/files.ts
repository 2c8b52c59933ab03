import type { PaginationResult } from "convex/server";
import { fail } from "../shared/errors.js";
import type { Doc, Id } from "../component/_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../component/_generated/server.js";

/** A file nothing refers to is kept this long by default: between its upload and the message that shows it. */
export const DEFAULT_MIN_AGE_MS = 24 * 60 * 60 * 1000;

/** What one transaction of a clean-up takes. */
const MAX_FILES = 500;
const END = "end";

/** What tells files apart: the same bytes under another name or type are another file. */
export interface FileIdentity {
  hash: string;
  filename: string | undefined;
  mediaType: string | undefined;
}

export interface FileRef {
  fileId: Id<"files">;
  storageId: string;
}

/** The file when it is known already. Marks it as just used, so that no clean-up takes it before it is referred to. */
export async function findExistingFile(ctx: MutationCtx, identity: FileIdentity, nowMs: number): Promise<FileRef | null> {
  const { hash, filename } = identity;
  const mediaType = normalType(identity.mediaType);
  const named = await ctx.db.query("files").withIndex("hash", (q) => {
    const ofName = q.eq("hash", hash).eq("filename", filename);
    return mediaType === undefined ? ofName : ofName.eq("mediaType", mediaType);
  }).first();
  if (named === null) return null;
  await ctx.db.patch(named._id, { lastTouchedAt: nowMs });
  return { fileId: named._id, storageId: named.storageId };
}

/** Registers a stored file, unless it is known: then the caller's copy in the storage is the one that is not needed. */
export async function addFile(ctx: MutationCtx, { storageId, ...identity }: FileIdentity & { storageId: string }, nowMs: number): Promise<FileRef> {
  const existing = await findExistingFile(ctx, identity, nowMs);
  if (existing !== null) return existing;
  const mediaType = normalType(identity.mediaType);
  const fileId = await ctx.db.insert("files", { ...identity, mediaType, storageId, refcount: 0, lastTouchedAt: nowMs });
  return { fileId, storageId };
}

function normalType(mediaType: string | undefined): string | undefined {
  return mediaType?.trim().toLowerCase() || undefined;
}

/** A file by its id, or null when there is none (any more). */
export async function getFile(ctx: Pick<QueryCtx, "db">, fileId: string): Promise<Doc<"files"> | null> {
  const id = ctx.db.normalizeId("files", fileId);
  return id === null ? null : await ctx.db.get(id);
}

export function fileNotFound(fileId: string): never {
  fail({ code: "file_not_found", fileId, message: `There is no file with the id "${fileId}"; it may have been cleaned up.` });
}

/**
 * Takes a reference to each of the files, once whatever is named twice. Returns those that are there. A file that is
 * gone is a failure when `isStrict`; a reply that was paid for is saved without it.
 */
export async function holdFiles(ctx: MutationCtx, fileIds: readonly string[], { isStrict, nowMs }: { isStrict: boolean; nowMs: number }): Promise<string[]> {
  const held: string[] = [];
  for (const fileId of new Set(fileIds)) {
    const file = await getFile(ctx, fileId);
    if (file === null) {
      if (isStrict) fileNotFound(fileId);
      continue;
    }
    await ctx.db.patch(file._id, { refcount: file.refcount + 1, lastTouchedAt: nowMs });
    held.push(fileId);
  }
  return held;
}

/** Gives the references of a message back. A file that is gone already needs nothing. */
export async function releaseFiles(ctx: MutationCtx, fileIds: readonly string[], nowMs: number): Promise<void> {
  for (const fileId of new Set(fileIds)) {
    const file = await getFile(ctx, fileId);
    if (file !== null) await ctx.db.patch(file._id, { refcount: Math.max(0, file.refcount - 1), lastTouchedAt: nowMs });
  }
}

export interface Unreferenced {
  cursor: string | null;
  numItems: number;
  /** Only files that nothing has referred to, and nobody has registered, since then. */
  touchedBeforeMs: number;
}

/** Files that no message refers to, those unused for longest first. The cursor is a place in that order. */
export async function listUnreferenced(ctx: Pick<QueryCtx, "db">, { cursor, numItems, touchedBeforeMs }: Unreferenced): Promise<PaginationResult<Doc<"files">>> {
  if (cursor === END) return { page: [], isDone: true, continueCursor: END };
  const from = cursor === null || cursor === "" ? null : parseCursor(cursor);
  const limit = Math.min(Math.max(1, numItems), MAX_FILES);
  const files = ctx.db.query("files").withIndex("refcount", (q) =>
    from === null ? q.eq("refcount", 0).lte("lastTouchedAt", touchedBeforeMs) : q.eq("refcount", 0).gte("lastTouchedAt", from.touchedAt).lte("lastTouchedAt", touchedBeforeMs));
  const page: Doc<"files">[] = [];
  for await (const file of files) {
    if (from !== null && !isAfter(file, from)) continue;
    const last = page.at(-1);
    if (last !== undefined && page.length >= limit) return { page, isDone: false, continueCursor: `${last.lastTouchedAt}|${last._creationTime}` };
    page.push(file);
  }
  return { page, isDone: true, continueCursor: END };
}

interface Edge {
  touchedAt: number;
  creationTime: number;
}

function parseCursor(cursor: string): Edge {
  const [touchedAt, creationTime, ...rest] = cursor.split("|").map(Number);
  if (touchedAt === undefined || creationTime === undefined || rest.length > 0 || !Number.isFinite(touchedAt + creationTime)) {
    fail({ code: "invalid_cursor", cursor, message: `"${cursor}" is not a cursor of a list of files.` });
  }
  return { touchedAt, creationTime };
}

function isAfter(file: Doc<"files">, { touchedAt, creationTime }: Edge): boolean {
  return file.lastTouchedAt > touchedAt || (file.lastTouchedAt === touchedAt && file._creationTime > creationTime);
}

/** Forgets files by id, but for those that are referred to or were used since `touchedBeforeMs`. Returns the forgotten. */
export async function deleteFiles(ctx: MutationCtx, fileIds: readonly string[], { force, touchedBeforeMs }: { force: boolean; touchedBeforeMs: number }): Promise<FileRef[]> {
  const deleted: FileRef[] = [];
  for (const fileId of new Set(fileIds)) {
    const file = await getFile(ctx, fileId);
    if (file === null || (!force && (file.refcount > 0 || file.lastTouchedAt > touchedBeforeMs))) continue;
    await ctx.db.delete(file._id);
    deleted.push({ fileId: file._id, storageId: file.storageId });
  }
  return deleted;
}
