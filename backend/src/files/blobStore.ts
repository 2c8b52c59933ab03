import { createHash } from "node:crypto";
import { createReadStream, openAsBlob, type ReadStream } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { toStorageError } from "../storage/sqlite.ts";

/** What arrived: enough for the file's row. */
export interface ReceivedBlob {
  readonly uuid: string;
  readonly sizeBytes: number;
  /** SHA-256, 32 bytes. */
  readonly sha256: Uint8Array;
}

/**
 * Files on disk, named by uuid. A file becomes visible in three steps, so that a crash at any moment leaves neither a
 * row without its file nor a file without its row:
 *
 * 1. `receive` writes `uploads/<uuid>` and flushes it.
 * 2. `publish` leaves a mark `uploads/<uuid>.new` and moves the data to its place under `blobs/`.
 * 3. the caller commits its row, then calls `confirm`, which drops the mark.
 *
 * `recover` at start deletes what is left in `uploads/`, and every marked file that has no row.
 */
export interface BlobStore {
  /**
   * Streams `body` to disk. When the body or the disk fails, the partial file is deleted and the error goes on. Never holds
   * more than one chunk in memory. @throws DiskFullError when there is no room.
   */
  receive(uuid: string, body: AsyncIterable<Uint8Array>): Promise<ReceivedBlob>;
  publish(uuid: string): Promise<void>;
  confirm(uuid: string): Promise<void>;
  /** Deletes a file in whatever step it is. Deleting what is not there is no error. */
  remove(uuid: string): Promise<void>;
  /** Size in bytes, or null when there is no such file. */
  sizeOf(uuid: string): Promise<number | null>;
  /** Streams bytes `start` to `end`, both included. */
  stream(uuid: string, range?: { start: number; end: number }): ReadStream;
  /** Small files are read; larger ones are a Blob that reads from disk when asked. */
  asBlob(uuid: string, contentType: string): Promise<Blob>;
  recover(hasRow: (uuid: string) => Promise<boolean>): Promise<void>;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MARK = ".new";
// A Blob from disk breaks when its file is deleted before it is read; code that reads, deletes and then uses a file
// of ordinary size must not see that.
const IN_MEMORY_BLOB_BYTES = 16 * 1024 * 1024;

/** Whether `name` can be a blob's name: lower-case uuid and nothing else, so it can never leave the folder. */
export function isBlobName(name: string): boolean {
  return UUID.test(name);
}

/** A random uuid (version 4) out of 16 random bytes. */
export function uuidFrom(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString("hex");
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Opens (and makes, when missing) the blob folder. Call `recover` before the first use after a start. */
export async function openBlobStore(folder: string): Promise<BlobStore> {
  const uploads = join(folder, "uploads");
  const blobs = join(folder, "blobs");
  await mkdir(uploads, { recursive: true });
  await mkdir(blobs, { recursive: true });
  return new FolderBlobStore(folder, { uploads, blobs });
}

class FolderBlobStore implements BlobStore {
  readonly #root: string;
  readonly #uploads: string;
  readonly #blobs: string;

  constructor(root: string, { uploads, blobs }: { uploads: string; blobs: string }) {
    this.#root = root;
    this.#uploads = uploads;
    this.#blobs = blobs;
  }

  async receive(uuid: string, body: AsyncIterable<Uint8Array>): Promise<ReceivedBlob> {
    const path = this.#upload(uuid);
    const file = await this.#onDisk(() => open(path, "wx"));
    try {
      const hash = createHash("sha256");
      let sizeBytes = 0;
      for await (const chunk of body) {
        hash.update(chunk);
        sizeBytes += chunk.byteLength;
        await this.#onDisk(() => file.writeFile(chunk));
      }
      await this.#onDisk(() => file.sync());
      return { uuid, sizeBytes, sha256: hash.digest() };
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await file.close();
    }
  }

  publish(uuid: string): Promise<void> {
    return this.#onDisk(() => this.#publish(uuid));
  }

  async #publish(uuid: string): Promise<void> {
    const target = this.#blob(uuid);
    const folder = this.#folderOf(uuid);
    if ((await mkdir(folder, { recursive: true })) !== undefined) await syncFolder(this.#blobs);
    const mark = await open(this.#upload(uuid) + MARK, "w");
    await mark.close();
    await syncFolder(this.#uploads);
    await rename(this.#upload(uuid), target);
    await syncFolder(folder);
  }

  async confirm(uuid: string): Promise<void> {
    await rm(this.#upload(uuid) + MARK, { force: true });
  }

  async remove(uuid: string): Promise<void> {
    await rm(this.#blob(uuid), { force: true });
    await rm(this.#upload(uuid), { force: true });
    await rm(this.#upload(uuid) + MARK, { force: true });
  }

  async sizeOf(uuid: string): Promise<number | null> {
    try {
      return (await stat(this.#blob(uuid))).size;
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  stream(uuid: string, range?: { start: number; end: number }): ReadStream {
    return createReadStream(this.#blob(uuid), range);
  }

  async asBlob(uuid: string, contentType: string): Promise<Blob> {
    const path = this.#blob(uuid);
    const { size } = await stat(path);
    if (size > IN_MEMORY_BLOB_BYTES) return await openAsBlob(path, { type: contentType });
    return new Blob([await readFile(path)], { type: contentType });
  }

  async recover(hasRow: (uuid: string) => Promise<boolean>): Promise<void> {
    const names = await readdir(this.#uploads);
    for (const name of names.filter((name) => name.endsWith(MARK))) {
      const uuid = name.slice(0, -MARK.length);
      if (isBlobName(uuid) && !(await hasRow(uuid))) await this.remove(uuid);
    }
    for (const name of names) await rm(join(this.#uploads, name), { force: true, recursive: true });
  }

  /** Work whose failure is the disk's, and is told as such. */
  async #onDisk<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw toStorageError(error, this.#root, "store a file");
    }
  }

  #upload(uuid: string): string {
    if (!isBlobName(uuid)) throw new Error(`Invariant: "${uuid}" is not the name of a stored file`);
    return join(this.#uploads, uuid);
  }

  // Two levels keep folders small when there are very many files.
  #folderOf(uuid: string): string {
    return join(this.#blobs, uuid.slice(0, 2));
  }

  #blob(uuid: string): string {
    if (!isBlobName(uuid)) throw new Error(`Invariant: "${uuid}" is not the name of a stored file`);
    return join(this.#folderOf(uuid), uuid);
  }
}

/** Makes renames and new names in a folder survive a power cut. */
async function syncFolder(path: string): Promise<void> {
  // Windows cannot open a folder for flushing; its renames are journaled.
  if (process.platform === "win32") return;
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
