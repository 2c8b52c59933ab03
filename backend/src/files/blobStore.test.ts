import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isBlobName, openBlobStore, uuidFrom, type BlobStore } from "./blobStore.ts";

let folder: string;
let store: BlobStore;
let counter = 0;
const nextUuid = (): string => uuidFrom(createHash("sha256").update(String(counter++)).digest().subarray(0, 16));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "blobs-"));
  store = await openBlobStore(folder);
});
afterEach(() => rm(folder, { recursive: true }));

async function* broken(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(10);
  throw new Error("connection lost");
}
async function* chunks(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}
const filesLeft = async (): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => entry.name);

async function readAll(uuid: string, range?: { start: number; end: number }): Promise<Buffer> {
  return Buffer.concat(await store.stream(uuid, range).toArray());
}

test("what was streamed in is streamed out, with its size and hash", async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 2000 }), { maxLength: 6 }), async (parts) => {
    const uuid = nextUuid();
    const whole = Buffer.concat(parts);
    const received = await store.receive(uuid, chunks(parts));
    expect(received.sizeBytes).toBe(whole.length);
    expect(Buffer.from(received.sha256)).toEqual(createHash("sha256").update(whole).digest());
    expect(await store.sizeOf(uuid)).toBe(null);
    await store.publish(uuid);
    await store.confirm(uuid);
    expect(await readAll(uuid)).toEqual(whole);
    expect(Buffer.from(await (await store.asBlob(uuid, "a/b")).arrayBuffer())).toEqual(whole);
    const inner = whole.length > 2 ? await readAll(uuid, { start: 1, end: whole.length - 2 }) : Buffer.alloc(0);
    expect(inner).toEqual(whole.length > 2 ? whole.subarray(1, -1) : Buffer.alloc(0));
  }), { numRuns: 20 });
});

test("an upload that breaks leaves nothing behind", async () => {
  await expect(store.receive(nextUuid(), broken())).rejects.toThrow("connection lost");
  expect(await filesLeft()).toEqual([]);
});

test("after a crash in any step, files exist exactly where rows exist", async () => {
  const rows = new Set<string>();
  const crashed: Record<string, string> = {};
  for (const step of ["received", "published", "committed", "confirmed"]) {
    const uuid = nextUuid();
    crashed[step] = uuid;
    await store.receive(uuid, chunks([Buffer.from(step)]));
    if (step !== "received") await store.publish(uuid);
    if (step === "committed" || step === "confirmed") rows.add(uuid);
    if (step === "confirmed") await store.confirm(uuid);
  }
  const reopened = await openBlobStore(folder);
  await reopened.recover(async (uuid) => rows.has(uuid));
  expect((await filesLeft()).sort()).toEqual([...rows].sort());
  expect(String(await readAll(crashed["committed"]!))).toBe("committed");
});

test("no name but a uuid reaches the disk", async () => {
  for (const name of ["", "..", "../x", "a/b", `${nextUuid()}/..`, nextUuid().toUpperCase().replace(/\d/g, "A"), `${nextUuid()}\n`, `${nextUuid()}\0`]) {
    expect(isBlobName(name)).toBe(false);
    await expect(store.sizeOf(name)).rejects.toThrow(/not the name/);
  }
  fc.assert(fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
    expect(isBlobName(uuidFrom(bytes))).toBe(true);
    expect(uuidFrom(bytes)).toMatch(/^.{14}4.{4}[89ab]/);
  }));
});

test("removing twice, or what never was, is no error", async () => {
  const uuid = nextUuid();
  await store.receive(uuid, chunks([]));
  await store.publish(uuid);
  await store.remove(uuid);
  await store.remove(uuid);
  expect(await filesLeft()).toEqual([]);
});
