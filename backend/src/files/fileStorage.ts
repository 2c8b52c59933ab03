import type { Readable } from "node:stream";
import { UserError } from "../errors.ts";
import type { FileHooks } from "../functions/hooks.ts";
import type { FileHttpHandlers, HttpReply } from "../http/handlers.ts";
import type { Ports } from "../ports.ts";
import type { Commit, ComponentPath } from "../transaction/types.ts";
import type { Store } from "../system/rows.ts";
import { isBlobName, openBlobStore, uuidFrom, type BlobStore, type ReceivedBlob } from "./blobStore.ts";
import {
  addFile, deleteFile, FILES_TABLE, findFile, findFileByUuid, findUuid, forgetFile, hasPlace, listDeleted, type StoredFile,
} from "./fileRows.ts";
import { serveFile, type FileRequest } from "./serveFile.ts";
import { issueUploadToken, readUploadToken } from "./uploadToken.ts";

export interface FileStorageOptions {
  readonly transactions: Store;
  readonly ports: Ports;
  /** Where the files are kept; made when it is missing. */
  readonly folder: string;
  /** Signs upload URLs; the same after a restart, or open URLs end with it. */
  readonly secret: Uint8Array;
  /** Origin of the URLs that functions hand out, for example `http://127.0.0.1:3210`. */
  readonly cloudUrl: () => string;
  readonly onTrouble?: (error: unknown) => void;
}

/** Files of the app and its components: data on disk, rows in the database. */
export interface FileStorage {
  readonly hooks: FileHooks;
  /** Upload and download, for the HTTP server. */
  readonly http: FileHttpHandlers;
  /** Files that come from, or go to, another deployment. */
  readonly transfer: FileTransfer;
  /** Waits for deletions that are under way. */
  close(): Promise<void>;
}

/** What export and import need of the files. */
export interface FileTransfer {
  /** Until the returned function is called, the data of deleted files stays. */
  holdDeletions(): () => void;
  /** A file's data, also when its row was deleted since {@link holdDeletions}. */
  read(componentPath: ComponentPath, storageId: string): Promise<Readable>;
  /** Brings data to its place. Rows are the caller's to write (see {@link addImportedFile}); then it calls `confirm`, or else `discard`. */
  receive(body: AsyncIterable<Uint8Array>): Promise<ReceivedBlob>;
  confirm(uuid: string): Promise<void>;
  discard(uuid: string): Promise<void>;
}

type Upload = Parameters<FileHttpHandlers["upload"]>[0];
type Download = Parameters<FileHttpHandlers["serve"]>[0] & FileRequest;

interface NewFile {
  readonly componentPath: ComponentPath;
  readonly body: AsyncIterable<Uint8Array>;
  readonly contentType: string | null;
  /** What the sender announced; null: nothing. */
  readonly sha256: Buffer | null;
  readonly sizeBytes: number | null;
}

const DELETE_BATCH = 100;

/** Opens the folder, finishes what a crash interrupted and serves from there. */
export async function openFileStorage(options: FileStorageOptions): Promise<FileStorage> {
  const blobs = await openBlobStore(options.folder);
  await blobs.recover((uuid) => hasPlace(options.transactions, uuid));
  const storage = new DiskFileStorage(options, blobs);
  storage.start();
  return storage;
}

class DiskFileStorage implements FileStorage {
  readonly hooks: FileHooks;
  readonly http: FileHttpHandlers;
  readonly transfer: FileTransfer;
  readonly #options: FileStorageOptions;
  readonly #blobs: BlobStore;
  #stopListening: () => void = () => {};
  #deleting: Promise<void> | null = null;
  #deleteAgain = false;
  #holders = 0;

  constructor(options: FileStorageOptions, blobs: BlobStore) {
    this.#options = options;
    this.#blobs = blobs;
    this.hooks = this.#makeHooks();
    this.transfer = this.#makeTransfer();
    this.http = { upload: (upload) => this.#upload(upload), serve: (download) => this.#serve(download) };
  }

  start(): void {
    this.#stopListening = this.#options.transactions.onCommit((commit) => {
      if (marksDeletion(commit)) this.#deleteMarked();
    });
    this.#deleteMarked();
  }

  async close(): Promise<void> {
    this.#stopListening();
    await this.#deleting;
  }

  async #upload(upload: Upload): Promise<{ storageId: string }> {
    const componentPath = readUploadToken(this.#options.secret, upload.token, this.#options.ports.nowMs());
    const { body, contentType, contentLength } = upload;
    const sha256 = upload.digest === null ? null : parseDigest(upload.digest);
    return { storageId: await this.#store({ componentPath, body, contentType, sha256, sizeBytes: contentLength }) };
  }

  async #serve(download: Download): Promise<HttpReply> {
    const { uuid } = download;
    if (!isBlobName(uuid)) {
      throw new UserError("InvalidStoragePath", `Invalid storage path: ${JSON.stringify(uuid)} is not a file's name`);
    }
    const { value: file } = await this.#options.transactions.query(async (tx) => findFileByUuid(tx, uuid));
    if (file === null) throw new UserError("FileNotFound", `File ${uuid} not found`, { httpStatus: 404 });
    return serveFile(download, file, (range) => this.#blobs.stream(uuid, range));
  }

  #makeHooks(): FileHooks {
    const { secret, ports, cloudUrl } = this.#options;
    return {
      generateUploadUrl: (_tx, componentPath) =>
        `${cloudUrl()}/api/storage/upload?token=${issueUploadToken(secret, { componentPath, nowMs: ports.nowMs() })}`,
      getUrl(tx, componentPath, storageId) {
        const file = findFile(tx, { componentPath, storageId, functionName: "storage.getUrl" });
        return file === null ? null : `${cloudUrl()}/api/storage/${file.uuid}`;
      },
      getMetadata(tx, componentPath, storageId) {
        const file = findFile(tx, { componentPath, storageId, functionName: "storage.getMetadata" });
        return file === null ? null : metadataOf(file);
      },
      delete: (tx, componentPath, storageId) => deleteFile(tx, { componentPath, storageId }),
      store: (componentPath, blob, { sha256 }) => this.#store({
        componentPath,
        body: blob.stream(),
        contentType: blob.type === "" ? null : blob.type,
        sha256: sha256 === undefined ? null : parseSha256(sha256),
        sizeBytes: blob.size,
      }),
      get: (componentPath, storageId) => this.#get(componentPath, storageId),
    };
  }

  #makeTransfer(): FileTransfer {
    const blobs = this.#blobs;
    return {
      holdDeletions: () => {
        this.#holders += 1;
        return () => {
          this.#holders -= 1;
          this.#deleteMarked();
        };
      },
      read: async (componentPath, storageId) => {
        const { value: uuid } = await this.#options.transactions.query(async (tx) => findUuid(tx, componentPath, storageId));
        if (uuid === null) throw new Error(`The data of file ${storageId} is gone`);
        return blobs.stream(uuid);
      },
      receive: async (body) => {
        const blob = await blobs.receive(uuidFrom(this.#options.ports.randomBytes(16)), body);
        await blobs.publish(blob.uuid);
        return blob;
      },
      confirm: (uuid) => blobs.confirm(uuid),
      discard: (uuid) => blobs.remove(uuid),
    };
  }

  async #store(file: NewFile): Promise<string> {
    const uuid = uuidFrom(this.#options.ports.randomBytes(16));
    const blob = await this.#blobs.receive(uuid, file.body);
    try {
      checkAnnounced(blob, file);
      await this.#blobs.publish(uuid);
      const { value: storageId } = await this.#options.transactions.mutate(async (tx) => addFile(tx, { ...file, blob }));
      await this.#blobs.confirm(uuid);
      return storageId;
    } catch (error) {
      // A commit that failed halfway may still be there; then the data must stay, and the next start looks again.
      if (!(await hasPlace(this.#options.transactions, uuid))) await this.#blobs.remove(uuid);
      throw error;
    }
  }

  async #get(componentPath: ComponentPath, storageId: string): Promise<Blob | null> {
    const { value: file } = await this.#options.transactions.query(async (tx) =>
      findFile(tx, { componentPath, storageId, functionName: "storage.get" }));
    return file === null ? null : await this.#blobs.asBlob(file.uuid, file.contentType ?? "");
  }

  /** Starts to delete what is marked, or does so once more after the run that is under way. */
  #deleteMarked(): void {
    this.#deleteAgain = true;
    this.#deleting ??= this.#deleteRuns();
  }

  async #deleteRuns(): Promise<void> {
    try {
      while (this.#deleteAgain) {
        this.#deleteAgain = false;
        await this.#deleteBatch();
      }
    } catch (error) {
      // The marks stay: the next deletion or the next start tries again.
      this.#options.onTrouble?.(error);
    }
    this.#deleting = null;
  }

  async #deleteBatch(): Promise<void> {
    const { transactions } = this.#options;
    if (this.#holders > 0) return;
    const { value: marked } = await transactions.query(async (tx) => listDeleted(tx, DELETE_BATCH));
    if (marked.length === 0) return;
    for (const { uuid } of marked) await this.#blobs.remove(uuid);
    await transactions.mutate(async (tx) => {
      for (const { rowId } of marked) forgetFile(tx, rowId);
    });
    this.#deleteAgain ||= marked.length === DELETE_BATCH;
  }
}

function marksDeletion(commit: Commit): boolean {
  return commit.writes.some((write) => write.table === FILES_TABLE && write.after?.["state"] === "deleted");
}

function metadataOf(file: StoredFile): ReturnType<FileHooks["getMetadata"]> {
  return {
    storageId: file.storageId,
    sha256: Buffer.from(file.sha256, "base64").toString("hex"),
    size: file.sizeBytes,
    contentType: file.contentType,
  };
}

function parseDigest(header: string): Buffer {
  const value = /^\s*sha-256\s*=\s*(\S+)\s*$/i.exec(header)?.[1];
  if (value === undefined) throw new UserError("InvalidDigest", `The Digest header must be "sha-256=<base64>", got ${JSON.stringify(header)}`);
  return parseSha256(value);
}

/** A SHA-256 in base64 or in hex. */
function parseSha256(text: string): Buffer {
  const bytes = Buffer.from(text, /^[0-9a-f]{64}$/i.test(text) ? "hex" : "base64");
  if (bytes.length !== 32) throw new UserError("InvalidDigest", `${JSON.stringify(text)} is not a SHA-256 digest in base64 or hex`);
  return bytes;
}

function checkAnnounced(blob: ReceivedBlob, { sha256, sizeBytes }: NewFile): void {
  if (sizeBytes !== null && sizeBytes !== blob.sizeBytes) {
    throw new UserError("IncompleteUpload", `The upload ended after ${blob.sizeBytes} bytes; ${sizeBytes} were announced`);
  }
  if (sha256 === null || sha256.equals(blob.sha256)) return;
  const actual = Buffer.from(blob.sha256).toString("base64");
  throw new UserError("Sha256Mismatch", `The file's SHA-256 is ${actual}, but ${sha256.toString("base64")} was announced`);
}
