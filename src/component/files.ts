import { paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import { vPaginationResult } from "../shared/validators/index.js";
import type { Doc } from "./_generated/dataModel.js";
import { mutation, query } from "./_generated/server.js";
import { addFile as addFileIn, DEFAULT_MIN_AGE_MS, deleteFiles as deleteFilesIn, fileNotFound, findExistingFile, getFile, listUnreferenced } from "../model/files.js";

const vFileRef = v.object({ fileId: v.string(), storageId: v.string() });

const vFileDoc = v.object({
  _id: v.string(),
  _creationTime: v.number(),
  storageId: v.string(),
  hash: v.string(),
  filename: v.optional(v.string()),
  mediaType: v.optional(v.string()),
  /** The older name of `mediaType`. */
  mimeType: v.optional(v.string()),
  refcount: v.number(),
  lastTouchedAt: v.number(),
});

function toFileDoc(file: Doc<"files">) {
  return { ...file, ...(file.mediaType === undefined ? {} : { mimeType: file.mediaType }) };
}

const identityArgs = {
  hash: v.string(),
  filename: v.optional(v.string()),
  mediaType: v.optional(v.string()),
  /** The older name of `mediaType`. */
  mimeType: v.optional(v.string()),
};

/** Registers a file that the app has stored. Answers with the one that is known already, when there is one. */
export const addFile = mutation({
  args: { storageId: v.string(), ...identityArgs },
  returns: vFileRef,
  handler: async (ctx, { storageId, hash, filename, mimeType, mediaType = mimeType }) =>
    await addFileIn(ctx, { storageId, hash, filename, mediaType }, Date.now()),
});

/** A file, or null when there is none with this id. */
export const get = query({
  args: { fileId: v.string() },
  returns: v.union(v.null(), vFileDoc),
  handler: async (ctx, { fileId }) => {
    const file = await getFile(ctx, fileId);
    return file === null ? null : toFileDoc(file);
  },
});

/** The file with this content, name and (when given) type, so that it need not be stored again; null when unknown. */
export const useExistingFile = mutation({
  args: identityArgs,
  returns: v.union(v.null(), vFileRef),
  handler: async (ctx, { hash, filename, mimeType, mediaType = mimeType }) => await findExistingFile(ctx, { hash, filename, mediaType }, Date.now()),
});

/** Takes a reference to a file for something outside of messages. The app gives it back with `releaseFile`. */
export const copyFile = mutation({
  args: { fileId: v.string() },
  returns: v.null(),
  handler: async (ctx, { fileId }) => {
    const file = (await getFile(ctx, fileId)) ?? fileNotFound(fileId);
    await ctx.db.patch(file._id, { refcount: file.refcount + 1, lastTouchedAt: Date.now() });
    return null;
  },
});

/** Gives back a reference that `copyFile` took. */
export const releaseFile = mutation({
  args: { fileId: v.string() },
  returns: v.null(),
  handler: async (ctx, { fileId }) => {
    const file = (await getFile(ctx, fileId)) ?? fileNotFound(fileId);
    await ctx.db.patch(file._id, { refcount: Math.max(0, file.refcount - 1), lastTouchedAt: Date.now() });
    return null;
  },
});

/** Files that nothing refers to and that were last used `minAge` ms ago or earlier. Default: a day. */
export const getFilesToDelete = query({
  args: { paginationOpts: paginationOptsValidator, minAge: v.optional(v.number()) },
  returns: vPaginationResult(vFileDoc),
  handler: async (ctx, { paginationOpts: { cursor, numItems }, minAge = DEFAULT_MIN_AGE_MS }) => {
    const { page, ...rest } = await listUnreferenced(ctx, { cursor, numItems, touchedBeforeMs: Date.now() - minAge });
    return { ...rest, page: page.map(toFileDoc) };
  },
});

/**
 * Forgets files; returns the ids of those it forgot. Looks again whether something refers to them or used them less
 * than `minAge` ms ago (default: a day), unless `force`. Their bytes are the app's to delete.
 */
export const deleteFiles = mutation({
  args: { fileIds: v.array(v.string()), force: v.optional(v.boolean()), minAge: v.optional(v.number()) },
  returns: v.array(v.string()),
  handler: async (ctx, { fileIds, force = false, minAge = DEFAULT_MIN_AGE_MS }) => {
    const deleted = await deleteFilesIn(ctx, fileIds, { force, touchedBeforeMs: Date.now() - minAge });
    return deleted.map(({ fileId }) => fileId);
  },
});

/**
 * Finds and forgets unreferenced files in one transaction, at most `limit` (500). Returns what the app must delete from
 * its storage; doing so in the mutation that calls this leaves no moment in which a file is half there.
 */
export const vacuum = mutation({
  args: { minAge: v.optional(v.number()), limit: v.optional(v.number()) },
  returns: v.object({ deleted: v.array(vFileRef), isDone: v.boolean() }),
  handler: async (ctx, { minAge = DEFAULT_MIN_AGE_MS, limit = 500 }) => {
    const touchedBeforeMs = Date.now() - minAge;
    const { page, isDone } = await listUnreferenced(ctx, { cursor: null, numItems: limit, touchedBeforeMs });
    return { deleted: await deleteFilesIn(ctx, page.map(({ _id }) => _id), { force: false, touchedBeforeMs }), isDone };
  },
});
