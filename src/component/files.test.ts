import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { countRows, failureOfCall, newThread, setup, type Component } from "../shared/testing/component.js";
import { api } from "./_generated/api.js";

const DAY_MS = 24 * 60 * 60 * 1000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const addFile = async (t: Component, hash = "h", filename?: string) => (await t.mutation(api.files.addFile, { storageId: `stored-${hash}`, hash, filename })).fileId;
const say = (fileIds: string[]) => ({ message: { role: "user" as const, content: "see" }, fileIds });
const show = async (t: Component, threadId: string, fileIds: string[]) => (await t.mutation(api.messages.addMessages, { threadId, messages: [say(fileIds)] })).messages[0]!._id;
const refcount = async (t: Component, fileId: string) => (await t.query(api.files.get, { fileId }))?.refcount;
const unused = async (t: Component, minAge = 0) => (await t.query(api.files.getFilesToDelete, { paginationOpts: { cursor: null, numItems: 100 }, minAge })).page.map(({ _id }) => _id);

describe("references", () => {
  test("whatever is saved, changed and deleted, a file counts the messages that name it", async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("save" as const), files: fc.subarray([0, 1, 2]) }),
      fc.record({ kind: fc.constant("change" as const), at: fc.nat(9), files: fc.subarray([0, 1, 2]) }),
      fc.record({ kind: fc.constant("delete" as const), at: fc.nat(9) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const t = setup();
        const threadId = await newThread(t);
        const files = [await addFile(t, "0"), await addFile(t, "1"), await addFile(t, "2")];
        const model = new Map<string, number[]>();
        for (const each of steps) {
          const ids = [...model.keys()];
          if (each.kind === "save") model.set(await show(t, threadId, each.files.map((file) => files[file]!)), each.files);
          const messageId = each.kind === "save" ? undefined : ids[each.at % ids.length];
          if (messageId === undefined) continue;
          if (each.kind === "delete") {
            await t.mutation(api.messages.deleteByIds, { messageIds: [messageId] });
            model.delete(messageId);
          } else if (each.kind === "change") {
            await t.mutation(api.messages.updateMessage, { messageId, patch: { fileIds: each.files.map((file) => files[file]!) } });
            model.set(messageId, each.files);
          }
        }
        for (const [file, fileId] of files.entries()) {
          expect(await refcount(t, fileId)).toBe([...model.values()].filter((named) => named.includes(file)).length);
        }
      }),
      { numRuns: 25 },
    );
  });

  test("a message that names a file twice counts once, and deleting its thread or user gives the reference back", async () => {
    const t = setup();
    const fileId = await addFile(t);
    const [one, other] = [await newThread(t), await newThread(t, "ada")];
    await show(t, one, [fileId, fileId]);
    await show(t, other, [fileId]);
    expect(await refcount(t, fileId)).toBe(2);
    await t.mutation(api.threads.deleteAllForThreadIdAsync, { threadId: one });
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect(await refcount(t, fileId)).toBe(1);
    await t.mutation(api.users.deleteAllForUserId, { userId: "ada" });
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect(await refcount(t, fileId)).toBe(0);
    expect(await countRows(t)).toEqual({});
  });

  test("a prompt that shows a file which is gone is refused; a reply is saved without it", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const fileId = await addFile(t);
    await t.mutation(api.files.deleteFiles, { fileIds: [fileId], minAge: 0 });
    expect(await failureOfCall(show(t, threadId, [fileId]))).toMatchObject({ code: "file_not_found", fileId });
    const reply = { message: { role: "assistant" as const, content: "made" }, fileIds: [fileId] };
    const { messages } = await t.mutation(api.messages.addMessages, { threadId, messages: [reply] });
    expect(messages[0]).toMatchObject({ text: "made", fileIds: [] });
  });

  test("the app can hold a file for something of its own", async () => {
    const t = setup();
    const fileId = await addFile(t);
    await t.mutation(api.files.copyFile, { fileId });
    expect(await unused(t)).toEqual([]);
    await t.mutation(api.files.releaseFile, { fileId });
    expect(await unused(t)).toEqual([fileId]);
  });
});

describe("what is known already is not stored again", () => {
  test("the same content, name and type is one file; another name is another file", async () => {
    const t = setup();
    const first = await t.mutation(api.files.addFile, { storageId: "a", hash: "h", filename: "x.png", mediaType: "image/PNG" });
    expect(await t.mutation(api.files.addFile, { storageId: "b", hash: "h", filename: "x.png", mimeType: "image/png" })).toEqual(first);
    expect(await t.mutation(api.files.useExistingFile, { hash: "h", filename: "x.png" })).toEqual(first);
    expect(await t.mutation(api.files.useExistingFile, { hash: "h" })).toBeNull();
    expect((await t.mutation(api.files.addFile, { storageId: "c", hash: "h", filename: "y.png", mediaType: "image/png" })).fileId).not.toBe(first.fileId);
    expect(await t.query(api.files.get, { fileId: first.fileId })).toMatchObject({ storageId: "a", mediaType: "image/png", mimeType: "image/png", refcount: 0 });
  });
});

describe("cleaning up", () => {
  test("takes what nothing refers to and nobody used for a day, unless a shorter age is asked for", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const [shown, fresh] = [await addFile(t, "shown"), await addFile(t, "fresh")];
    await show(t, threadId, [shown]);
    expect(await t.mutation(api.files.vacuum, {})).toEqual({ deleted: [], isDone: true });
    vi.advanceTimersByTime(DAY_MS + 1);
    await t.mutation(api.files.useExistingFile, { hash: "fresh" });
    expect(await t.mutation(api.files.vacuum, {})).toEqual({ deleted: [], isDone: true });
    expect(await t.mutation(api.files.vacuum, { minAge: 0 })).toEqual({ deleted: [{ fileId: fresh, storageId: "stored-fresh" }], isDone: true });
    expect(await refcount(t, shown)).toBe(1);
  });

  test("with no age at all still looks again whether a message refers to the file meanwhile", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const fileId = await addFile(t);
    expect(await unused(t)).toEqual([fileId]);
    await show(t, threadId, [fileId]);
    expect(await t.mutation(api.files.deleteFiles, { fileIds: [fileId], minAge: 0 })).toEqual([]);
    expect(await t.mutation(api.files.deleteFiles, { fileIds: [fileId], force: true })).toEqual([fileId]);
  });

  test("the list comes in pages, each file once, also those touched in the same millisecond", async () => {
    const t = setup();
    const files: string[] = [];
    for (let index = 0; index < 7; index++) files.push(await addFile(t, String(index)));
    const found: string[] = [];
    let cursor: string | null = null;
    for (let isDone = false; !isDone; ) {
      const page: { page: { _id: string }[]; isDone: boolean; continueCursor: string } = await t.query(api.files.getFilesToDelete, { paginationOpts: { cursor, numItems: 3 }, minAge: 0 });
      found.push(...page.page.map(({ _id }) => _id));
      ({ isDone, continueCursor: cursor } = page);
    }
    expect(found).toEqual(files);
  });
});
