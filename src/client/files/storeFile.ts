import type { FilePart, ImagePart } from "ai";
import type { GenericMutationCtx, GenericDataModel, StorageReader } from "convex/server";
import type { GenericId } from "convex/values";
import { apiOf, type ActionCtx, type InstalledComponent, type MutationCtx, type QueryCtx } from "../ctx.js";

/** A file in the app's storage that the component keeps count of. */
export type StoredFile = {
  /** The component's id: put it in a message's `metadata.fileIds`, so that the file is kept as long as the message. */
  fileId: string;
  /** Where it can be read. */
  url: string;
  /** The id in the app's own storage. */
  storageId: GenericId<"_storage">;
  /** SHA-256 of the content, hexadecimal unless the caller of {@link storeFile} gave another form. */
  hash: string;
  filename: string | undefined;
};

/** A file, and how a message shows it: `content: [imagePart ?? filePart]`. */
export type FileWithParts = {
  file: StoredFile;
  filePart: FilePart;
  /** Undefined when the file is no image. */
  imagePart: ImagePart | undefined;
};

/**
 * Stores a file in the app's file storage, unless the same content is there already, and registers it with the
 * component. A file that no message refers to within a day may be cleaned up by {@link vacuumFiles}.
 *
 * @param options.sha256 What the content's SHA-256 must be, hexadecimal or base64; guards against damage on the way.
 * @throws when the content does not have that hash; nothing is stored then.
 * @example
 * const { file } = await storeFile(ctx, components.agent, new Blob([bytes], { type: "image/png" }), { filename });
 */
export async function storeFile(
  ctx: ActionCtx,
  component: InstalledComponent,
  blob: Blob,
  { filename, sha256 }: { filename?: string; sha256?: string } = {},
): Promise<FileWithParts> {
  const hash = await hashOf(blob, sha256);
  const mediaType = blob.type || undefined;
  const known = await ctx.runMutation(apiOf(component).files.useExistingFile, { hash, filename, mediaType });
  const { fileId, storageId } = known ?? (await addFile(ctx, component, { blob, hash, filename }));
  return withParts(ctx, { fileId, storageId, hash, filename, mediaType: blob.type });
}

async function addFile(
  ctx: ActionCtx,
  component: InstalledComponent,
  { blob, ...identity }: { blob: Blob; hash: string; filename: string | undefined },
): Promise<{ fileId: string; storageId: string }> {
  const storageId = await ctx.storage.store(blob);
  try {
    const added = await ctx.runMutation(apiOf(component).files.addFile, { ...identity, storageId, mediaType: blob.type || undefined });
    // Somebody else stored the same content meanwhile.
    if (added.storageId !== storageId) await ctx.storage.delete(storageId);
    return added;
  } catch (error) {
    // Nobody would ever find it.
    await ctx.storage.delete(storageId);
    throw error;
  }
}

async function hashOf(blob: Blob, expected: string | undefined): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
  const hex = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const forms = [hex, btoa(String.fromCharCode(...digest))];
  if (expected !== undefined && expected.toLowerCase() !== hex && !forms.includes(expected)) {
    throw new Error(`The file is damaged: its SHA-256 is ${hex}, and it should be ${expected}`);
  }
  return hex;
}

/**
 * A stored file by its id, from a query, a mutation or an action, with the parts that show it in a message.
 *
 * @throws when there is no such file (any more).
 * @example
 * const { filePart, imagePart } = await getFile(ctx, components.agent, fileId);
 */
export async function getFile(
  ctx: QueryCtx & { storage: StorageReader },
  component: InstalledComponent,
  fileId: string,
): Promise<FileWithParts> {
  const file = await ctx.runQuery(apiOf(component).files.get, { fileId });
  if (!file) throw new Error(`There is no file with the id "${fileId}"; it may have been cleaned up`);
  const { storageId, hash, filename, mediaType = "" } = file;
  return withParts(ctx, { fileId, storageId, hash, filename, mediaType });
}

async function withParts(
  { storage }: { storage: StorageReader },
  { fileId, storageId: id, hash, filename, mediaType }: { fileId: string; storageId: string; hash: string; filename: string | undefined; mediaType: string },
): Promise<FileWithParts> {
  // The component keeps ids of the app's storage as text.
  const storageId = id as GenericId<"_storage">;
  const url = await storage.getUrl(storageId);
  if (url === null) throw new Error(`The file "${fileId}" is not in the storage any more (${storageId})`);
  return {
    file: { fileId, url, storageId, hash, filename },
    filePart: { type: "file", data: new URL(url), mediaType, ...(filename === undefined ? {} : { filename }) },
    imagePart: mediaType.startsWith("image/") ? { type: "image", image: new URL(url), mediaType } : undefined,
  };
}

/**
 * Deletes files that no message refers to, from the component and from the storage: at most 500 a call. Each is looked
 * at again in the same transaction, so `minAge: 0` is safe too: it takes what is unused now. Call it from a mutation,
 * and schedule that again while `isDone` is false.
 *
 * @param options.minAge How long a file must have been unused, ms. Default: a day, so that a file which was just
 *   uploaded is not taken before the message that shows it is saved.
 */
export async function vacuumFiles(
  ctx: MutationCtx & { storage: Pick<GenericMutationCtx<GenericDataModel>["storage"], "delete"> },
  component: InstalledComponent,
  options: { minAge?: number; limit?: number } = {},
): Promise<{ deleted: Array<{ fileId: string; storageId: string }>; isDone: boolean }> {
  const result = await ctx.runMutation(apiOf(component).files.vacuum, options);
  for (const { storageId } of result.deleted) await ctx.storage.delete(storageId as GenericId<"_storage">);
  return result;
}
