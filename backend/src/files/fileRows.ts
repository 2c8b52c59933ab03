import { UserError } from "../errors.ts";
import type { JsonObject } from "../values/json.ts";
import type { ComponentPath, Transaction } from "../transaction/types.ts";
import { equal, numberField, readRow, readRows, stringField, type Store } from "../system/rows.ts";
import type { ReceivedBlob } from "./blobStore.ts";

/** What developers see: one row per file, in the component that stored it. */
export const STORAGE_TABLE = "_storage";
/**
 * Which file on disk belongs to which row, in the app. A deleted file's row stays, as `deleted`, until the file is
 * gone from disk, so that a crash between the two forgets nothing.
 */
export const FILES_TABLE = "_storage_files";
const APP: ComponentPath = "";

/** A stored file: its row and its name on disk. */
export interface StoredFile {
  readonly storageId: string;
  readonly uuid: string;
  /** SHA-256 in base64. */
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly contentType: string | null;
}

/** Adds the rows of a file whose data is in place; returns its storage id. */
export function addFile(
  tx: Transaction, file: { componentPath: ComponentPath; blob: ReceivedBlob; contentType: string | null },
): string {
  const { componentPath, blob, contentType } = file;
  const row: JsonObject = { sha256: Buffer.from(blob.sha256).toString("base64"), size: blob.sizeBytes };
  if (contentType !== null) row["contentType"] = contentType;
  const storageId = tx.insert(componentPath, STORAGE_TABLE, row);
  tx.insert(APP, FILES_TABLE, { componentPath, storageId, uuid: blob.uuid, state: "stored" });
  return storageId;
}

/** Adds the place of a file whose row came with an import. */
export function addImportedFile(tx: Transaction, file: { componentPath: ComponentPath; storageId: string; uuid: string }): void {
  tx.insert(APP, FILES_TABLE, { ...file, state: "stored" });
}

/** Marks the data of all files of a component for deletion; their rows are the caller's to remove. */
export function releaseFiles(tx: Transaction, componentPath: ComponentPath): void {
  for (const row of readRows(tx, { componentPath: APP, index: `${FILES_TABLE}.by_storage_id`, bounds: [equal("componentPath", componentPath)] })) {
    if (row["state"] === "stored") tx.patch(APP, stringField(row, "_id"), { state: "deleted" });
  }
}

/** Where a file's data is, be the file deleted or not; null when it is gone. */
export function findUuid(tx: Transaction, componentPath: ComponentPath, storageId: string): string | null {
  const place = findPlace(tx, componentPath, storageId);
  return place === null ? null : stringField(place, "uuid");
}

/**
 * A file by its id, or null when there is none.
 * @param functionName - For the error text, for example `storage.getUrl`.
 * @throws UserError when `storageId` is no id of the component's `_storage` table.
 */
export function findFile(
  tx: Transaction, file: { componentPath: ComponentPath; storageId: string; functionName: string },
): StoredFile | null {
  const { componentPath, storageId } = file;
  if (tx.tableOfId(componentPath, storageId) !== STORAGE_TABLE) {
    throw new UserError(
      "InvalidStorageId",
      `Invalid argument \`storageId\` for \`${file.functionName}\`: ${JSON.stringify(storageId)} is not an ID of the '_storage' table`,
    );
  }
  const row = tx.get(componentPath, storageId);
  const place = row === null ? null : findPlace(tx, componentPath, storageId);
  return row === null || place === null ? null : storedFile(row, stringField(place, "uuid"));
}

/** A file by the uuid in its URL, or null when there is none. */
export function findFileByUuid(tx: Transaction, uuid: string): StoredFile | null {
  const place = readRow(tx, { componentPath: APP, index: `${FILES_TABLE}.by_uuid`, bounds: [equal("uuid", uuid)] });
  if (place === null || place["state"] !== "stored") return null;
  const row = tx.get(stringField(place, "componentPath"), stringField(place, "storageId"));
  return row === null ? null : storedFile(row, uuid);
}

/** Deletes a file's row and marks its data for deletion. @throws UserError `StorageIdNotFound` */
export function deleteFile(tx: Transaction, file: { componentPath: ComponentPath; storageId: string }): void {
  const { componentPath, storageId } = file;
  const isId = tx.tableOfId(componentPath, storageId) === STORAGE_TABLE;
  if (!isId || tx.get(componentPath, storageId) === null) {
    throw new UserError("StorageIdNotFound", `storage id ${storageId} not found`, { httpStatus: 404 });
  }
  tx.remove(componentPath, storageId);
  const place = findPlace(tx, componentPath, storageId);
  if (place !== null) tx.patch(APP, stringField(place, "_id"), { state: "deleted" });
}

/** Whether the data of `uuid` belongs to a row, a deleted one included. */
export async function hasPlace(transactions: Store, uuid: string): Promise<boolean> {
  const { value } = await transactions.query(async (tx) =>
    readRow(tx, { componentPath: APP, index: `${FILES_TABLE}.by_uuid`, bounds: [equal("uuid", uuid)] }));
  return value !== null;
}

/** At most `limit` files whose data is still on disk though they were deleted. */
export function listDeleted(tx: Transaction, limit: number): { rowId: string; uuid: string }[] {
  return readRows(tx, { componentPath: APP, index: `${FILES_TABLE}.by_state`, bounds: [equal("state", "deleted")], limit })
    .map((row) => ({ rowId: stringField(row, "_id"), uuid: stringField(row, "uuid") }));
}

/** Forgets a deleted file whose data is gone. */
export function forgetFile(tx: Transaction, rowId: string): void {
  tx.remove(APP, rowId);
}

function findPlace(tx: Transaction, componentPath: ComponentPath, storageId: string): JsonObject | null {
  const bounds = [equal("componentPath", componentPath), equal("storageId", storageId)];
  return readRow(tx, { componentPath: APP, index: `${FILES_TABLE}.by_storage_id`, bounds });
}

function storedFile(row: JsonObject, uuid: string): StoredFile {
  return {
    storageId: stringField(row, "_id"),
    uuid,
    sha256: stringField(row, "sha256"),
    sizeBytes: numberField(row, "size"),
    contentType: typeof row["contentType"] === "string" ? row["contentType"] : null,
  };
}
