import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { HttpReply } from "../http/handlers.ts";
import { FakePorts, settled } from "../system/testing/fakePorts.ts";
import { MemoryStore } from "../system/testing/memoryStore.ts";
import { openFileStorage, type FileStorage } from "./fileStorage.ts";
import { UPLOAD_TOKEN_MS } from "./uploadToken.ts";

const SECRET = new Uint8Array(32).fill(1);
const ORIGIN = "http://127.0.0.1:3210";

let folder: string;
let ports: FakePorts;
let store: MemoryStore;
let files: FileStorage;

const open = (): Promise<FileStorage> =>
  openFileStorage({ transactions: store, ports, folder, secret: SECRET, cloudUrl: () => ORIGIN });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "files-"));
  ports = new FakePorts();
  store = new MemoryStore(ports);
  files = await open();
});
afterEach(async () => {
  await files.close();
  await rm(folder, { recursive: true });
});

async function* chunks(...parts: (string | Error)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    if (part instanceof Error) throw part;
    yield Buffer.from(part);
  }
}
const hash = (text: string, encoding: "base64" | "hex"): string => createHash("sha256").update(text).digest(encoding);

async function uploadTo(component: string, body: AsyncIterable<Uint8Array>, more: { digest?: string; length?: number } = {}): Promise<string> {
  const { value: url } = await store.mutate(async (tx) => files.hooks.generateUploadUrl(tx, component));
  const token = new URL(url).searchParams.get("token") ?? "";
  const request = { token, contentType: "text/plain", digest: more.digest ?? null, contentLength: more.length ?? null, body };
  return (await files.http.upload(request)).storageId;
}
const ask = <T>(read: (tx: Parameters<FileStorage["hooks"]["getUrl"]>[0]) => T): Promise<T> =>
  store.query(async (tx) => read(tx)).then(({ value }) => value);
const urlOf = (component: string, id: string): Promise<string | null> => ask((tx) => files.hooks.getUrl(tx, component, id));
const uuidOf = async (component: string, id: string): Promise<string> => ((await urlOf(component, id)) ?? "").split("/").at(-1) ?? "";
async function textOf(reply: HttpReply): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of reply.body as AsyncIterable<Uint8Array>) parts.push(chunk);
  return Buffer.concat(parts).toString();
}
const diskFiles = async (): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => entry.name);

test("an uploaded file has a row, metadata, a URL, and is served as it came", async () => {
  const id = await uploadTo("", chunks("hello ", "world"), { digest: `sha-256=${hash("hello world", "base64")}`, length: 11 });
  expect(store.rows("", "_storage")).toMatchObject([{ _id: id, sha256: hash("hello world", "base64"), size: 11, contentType: "text/plain" }]);
  expect(await ask((tx) => files.hooks.getMetadata(tx, "", id))).toEqual({
    storageId: id, sha256: hash("hello world", "hex"), size: 11, contentType: "text/plain",
  });
  expect(await urlOf("", id)).toMatch(/^http:\/\/127\.0\.0\.1:3210\/api\/storage\/[0-9a-f-]{36}$/);
  const reply = await files.http.serve({ uuid: await uuidOf("", id), component: null, range: null });
  expect(await textOf(reply)).toBe("hello world");
  expect(reply).toMatchObject({
    status: 200,
    headers: {
      "Content-Type": "text/plain", "Content-Length": "11", "Accept-Ranges": "bytes",
      "Cache-Control": "private, max-age=2592000", Digest: `sha-256=${hash("hello world", "base64")}`,
    },
  });
});

test("ranges are answered with parts, impossible ones with 416", async () => {
  const id = await uploadTo("", chunks("0123456789"));
  const uuid = await uuidOf("", id);
  const part = await files.http.serve({ uuid, component: null, range: "bytes=2-4" });
  expect([part.status, part.headers?.["Content-Range"], await textOf(part)]).toEqual([206, "bytes 2-4/10", "234"]);
  for (const range of ["bytes=10-", "bytes=0-1,3-4"]) {
    const refused = await files.http.serve({ uuid, component: null, range });
    expect([refused.status, refused.headers?.["Content-Range"], refused.body]).toEqual([416, "bytes */10", null]);
  }
});

test("files belong to the component whose URL took them", async () => {
  const id = await uploadTo("child", chunks("x"));
  expect(store.rows("child", "_storage")).toHaveLength(1);
  expect(store.rows("", "_storage")).toHaveLength(0);
  expect(await urlOf("child", id)).not.toBeNull();
  await expect(urlOf("", id)).rejects.toThrow(/not an ID of the '_storage' table/);
});

const kept = async (): Promise<unknown[]> => [await diskFiles(), store.rows("", "_storage"), store.rows("", "_storage_files")];

describe("nothing is kept of an upload", () => {
  test("that breaks off", async () => {
    await expect(uploadTo("", chunks("abc", new Error("gone")))).rejects.toThrow("gone");
    await expect(uploadTo("", chunks("abc"), { length: 10 })).rejects.toThrow("ended after 3 bytes; 10 were announced");
    expect(await kept()).toEqual([[], [], []]);
  });
  test("with a wrong or unreadable digest", async () => {
    await expect(uploadTo("", chunks("abc"), { digest: `sha-256=${hash("abd", "base64")}` })).rejects.toThrow(/SHA-256 is .* was announced/);
    await expect(uploadTo("", chunks("abc"), { digest: "md5=xyz" })).rejects.toThrow(/Digest header/);
    expect(await kept()).toEqual([[], [], []]);
  });
  test("whose row cannot be written", async () => {
    store.trouble = new Error("disk full");
    await expect(files.hooks.store("", new Blob(["abc"]), {})).rejects.toThrow("disk full");
    expect(await kept()).toEqual([[], [], []]);
  });
  test("whose URL is older than an hour", async () => {
    const { value: url } = await store.mutate(async (tx) => files.hooks.generateUploadUrl(tx, ""));
    await ports.advance(UPLOAD_TOKEN_MS);
    const token = new URL(url).searchParams.get("token") ?? "";
    await expect(files.http.upload({ token, contentType: null, digest: null, contentLength: null, body: chunks("x") })).rejects.toThrow(/expired/);
    expect(await kept()).toEqual([[], [], []]);
  });
});

test("what an action stores, it gets back", async () => {
  const id = await files.hooks.store("", new Blob(["abc"], { type: "text/x" }), { sha256: hash("abc", "base64") });
  const blob = await files.hooks.get("", id);
  expect([await blob?.text(), blob?.type]).toEqual(["abc", "text/x"]);
  await expect(files.hooks.store("", new Blob(["abc"]), { sha256: hash("abd", "hex") })).rejects.toThrow(/announced/);
});

test("a deleted file is gone from the table, from its URL and from disk", async () => {
  const id = await uploadTo("", chunks("abc"));
  const uuid = await uuidOf("", id);
  await store.mutate(async (tx) => files.hooks.delete(tx, "", id));
  await files.close();
  expect(await diskFiles()).toEqual([]);
  expect(store.rows("", "_storage_files")).toEqual([]);
  expect(await urlOf("", id)).toBeNull();
  expect(await files.hooks.get("", id)).toBeNull();
  await expect(files.http.serve({ uuid, component: null, range: null })).rejects.toThrow(`File ${uuid} not found`);
  await expect(store.mutate(async (tx) => files.hooks.delete(tx, "", id))).rejects.toThrow(`storage id ${id} not found`);
});

test("a deletion that rolls back deletes nothing", async () => {
  const id = await uploadTo("", chunks("abc"));
  await expect(store.mutate(async (tx) => {
    files.hooks.delete(tx, "", id);
    throw new Error("no");
  })).rejects.toThrow("no");
  await settled();
  expect(await (await files.hooks.get("", id))?.text()).toBe("abc");
});

test("a crash between the deletion's commit and the disk is made good at the next start", async () => {
  const id = await uploadTo("", chunks("abc"));
  await files.close();
  await store.mutate(async (tx) => files.hooks.delete(tx, "", id));
  expect(await diskFiles()).toHaveLength(1);
  files = await open();
  await files.close();
  expect(await diskFiles()).toEqual([]);
});

test("paths that are not a file's name are refused", async () => {
  for (const uuid of ["", "..", "%2e%2e", "../../secret", "a".repeat(36), "/etc/passwd", "00000000-0000-4000-8000-000000000000/.."]) {
    await expect(files.http.serve({ uuid, component: null, range: null })).rejects.toMatchObject({ code: "InvalidStoragePath", httpStatus: 400 });
  }
  await expect(files.http.serve({ uuid: "00000000-0000-4000-8000-000000000000", component: null, range: null }))
    .rejects.toMatchObject({ code: "FileNotFound", httpStatus: 404 });
});
