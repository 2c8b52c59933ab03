import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { unpackMessages } from "../shared/packedMessages.js";
import { packVector } from "../shared/vectors.js";
import { api } from "./_generated/api.js";
import { countRows, failureOfCall, newThread, setup, type Component } from "../shared/testing/component.js";

const say = (content: string) => ({ message: { role: "user" as const, content } });

/** Saves one message for each vector, said "0", "1", …; returns their ids. */
async function addWithVectors(t: Component, threadId: string, { model = "m", vectors }: { model?: string; vectors: number[][] }): Promise<string[]> {
  const { messages } = await t.mutation(api.messages.addMessages, { threadId, messages: vectors.map((_, index) => say(String(index))), embeddings: { model, vectors } });
  return messages.map(({ _id }) => _id);
}

async function nearest(t: Component, threadId: string, { vector, model = "m", limit = 1 }: { vector: number[] | ArrayBuffer; model?: string; limit?: number }): Promise<(string | undefined)[]> {
  const { vectorIds } = await t.action(api.search.nearest, { threadId, model, vector, limit, vectorScoreThreshold: -1 });
  return unpackMessages(await t.query(api.search.find, { threadId, limit, textSearch: false, vectorIds })).map(({ text }) => text);
}

const oneHot = (length: number, at: number): number[] => Array.from({ length }, (_, index) => (index === at ? 1 : 0));

describe("any dimension", () => {
  test.each([2, 3, 255, 256, 257, 384, 500, 768, 1000, 1024, 1408, 1536, 2048, 2560, 3072, 4095, 4096])("of %i numbers: the nearest vector is found", async (dimension) => {
    const t = setup();
    const threadId = await newThread(t);
    await addWithVectors(t, threadId, { vectors: [oneHot(dimension, 0), oneHot(dimension, dimension - 1)] });
    expect(await nearest(t, threadId, { vector: oneHot(dimension, dimension - 1) })).toEqual(["1"]);
    expect(await nearest(t, threadId, { vector: packVector(oneHot(dimension, 0)) })).toEqual(["0"]);
  });

  test("what is found is what comparing all cosines finds", async () => {
    // A vector of zeros points nowhere: it has no cosine.
    const vectorOf = (length: number) => fc.array(fc.integer({ min: -9, max: 9 }), { minLength: length, maxLength: length }).filter((vector) => vector.some((number) => number !== 0));
    const vectorsOf = (length: number) => fc.array(vectorOf(length), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 300 }).chain((length) => fc.tuple(vectorsOf(length), vectorsOf(length))), fc.integer({ min: 1, max: 8 }), async ([vectors, [query = []]], limit) => {
        const t = setup();
        const threadId = await newThread(t);
        await addWithVectors(t, threadId, { vectors });
        const scores = vectors.map((vector) => cosine(vector, query));
        const found = (await nearest(t, threadId, { vector: query, limit })).map(Number);
        expect(found).toHaveLength(Math.min(limit, vectors.length));
        const worst = Math.min(...found.map((index) => scores[index]!));
        const missed = scores.filter((_, index) => !found.includes(index));
        for (const score of missed) expect(score).toBeLessThanOrEqual(worst + 1e-9);
      }),
      { numRuns: 25 },
    );
  });

  test.each([["of one number", [1]], ["of too many", oneHot(4097, 0)], ["of none", []], ["with a hole", [1, Number.NaN, 3]]])("a vector %s is refused with its reason, and nothing is saved", async (_case, vector) => {
    const t = setup();
    const threadId = await newThread(t);
    expect(await failureOfCall(addWithVectors(t, threadId, { vectors: [vector] }))).toMatchObject({ code: "invalid_argument", argument: "vector" });
    expect(await countRows(t)).toEqual({ threads: 1, threadActivity: 1 });
  });

  test("only vectors of one model and one length are compared, even in one table", async () => {
    const t = setup();
    const threadId = await newThread(t);
    await addWithVectors(t, threadId, { model: "old", vectors: [[1, 0, 0]] });
    await addWithVectors(t, threadId, { model: "new", vectors: [[0, 1]] });
    expect(await nearest(t, threadId, { model: "new", vector: [1, 0], limit: 9 })).toEqual(["0"]);
    expect(await nearest(t, threadId, { model: "new", vector: [1, 0, 0], limit: 9 })).toEqual([]);
    expect(await nearest(t, threadId, { model: "old", vector: [1, 0, 0], limit: 9 })).toEqual(["0"]);
  });
});

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, value, index) => sum + value * (y[index] ?? 0), 0);
  const lengths = Math.sqrt(dot(a, a)) * Math.sqrt(dot(b, b));
  return lengths === 0 ? 0 : dot(a, b) / lengths;
}

describe("vector.index", () => {
  test("pages hold the vectors of one model and length, each once, with their messages", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const messageIds = await addWithVectors(t, threadId, { vectors: Array.from({ length: 7 }, () => [1, 2, 3]) });
    await addWithVectors(t, threadId, { vectors: [[1, 2, 3, 4]] });
    await addWithVectors(t, threadId, { model: "other", vectors: [[1, 2, 3]] });
    await t.mutation(api.vector.index.insertBatch, { vectorDimension: 3, vectors: [{ model: "m", table: "memories", vector: [1, 2, 3] }] });
    const found: (string | null)[] = [];
    let cursor: string | null = null;
    for (let isDone = false; !isDone; ) {
      const page: { ids: string[]; messageIds: (string | null)[]; isDone: boolean; continueCursor: string } = await t.query(api.vector.index.paginate, { vectorDimension: 3, targetModel: "m", table: "messages", cursor, limit: 3 });
      expect(page.ids).toHaveLength(page.messageIds.length);
      found.push(...page.messageIds);
      ({ isDone, continueCursor: cursor } = page);
    }
    expect(found).toEqual(messageIds);
    const whole = await t.query(api.vector.index.paginate, { vectorDimension: 3, targetModel: "m", limit: 100 });
    expect(whole.messageIds).toEqual([...messageIds, null]);
    const [docs] = await t.query(api.messages.getMessagesByIds, { messageIds: [messageIds[0]!] });
    expect(docs?.embeddingId).toBe(whole.ids[0]);
  });

  test("a vector inserted for a message is its vector, in the place of an earlier one, and found in the message's own thread", async () => {
    const t = setup();
    const [threadId, other] = [await newThread(t, "ada"), await newThread(t, "bob")];
    const [messageId] = await addWithVectors(t, threadId, { vectors: [[1, 0]] });
    const vector = { model: "m", table: "messages", userId: "bob", threadId: other, vector: oneHot(300, 1), messageId: messageId! };
    const [id] = await t.mutation(api.vector.index.insertBatch, { vectorDimension: 300, vectors: [vector] });
    expect(await countRows(t)).toEqual({ threads: 2, threadActivity: 2, messages: 1, vectors384: 1 });
    const [doc] = await t.query(api.messages.getMessagesByIds, { messageIds: [messageId!] });
    expect(doc?.embeddingId).toBe(id);
    expect(await nearest(t, threadId, { vector: oneHot(300, 1) })).toEqual(["0"]);
    expect(await nearest(t, other, { vector: oneHot(300, 1) })).toEqual([]);
  });

  test("a batch whose vectors are not of the length it names is refused", async () => {
    const t = setup();
    const call = t.mutation(api.vector.index.insertBatch, { vectorDimension: 3, vectors: [{ model: "m", table: "messages", vector: [1, 2] }] });
    expect(await failureOfCall(call)).toMatchObject({ code: "invalid_argument", argument: "vectors" });
  });

  test("an update replaces model and vector in what a search sees; another length is refused with what to do", async () => {
    const t = setup();
    const threadId = await newThread(t, "ada");
    await addWithVectors(t, threadId, { model: "old", vectors: [[1, 0]] });
    const { ids } = await t.query(api.vector.index.paginate, { vectorDimension: 2, targetModel: "old", limit: 9 });
    await t.mutation(api.vector.index.updateBatch, { vectors: [{ id: ids[0]!, model: "new", vector: [0, 1, 0] }] });
    expect(await nearest(t, threadId, { model: "old", vector: [1, 0] })).toEqual([]);
    expect(await nearest(t, threadId, { model: "new", vector: [0, 1, 0] })).toEqual(["0"]);
    const { vectorIds } = await t.action(api.search.nearest, { userId: "ada", model: "new", vector: [0, 1, 0], limit: 1 });
    expect(vectorIds).toHaveLength(1);
    const call = t.mutation(api.vector.index.updateBatch, { vectors: [{ id: ids[0]!, model: "new", vector: oneHot(1536, 0) }] });
    expect(await failureOfCall(call)).toMatchObject({ code: "invalid_argument", argument: "vector", message: expect.stringContaining("delete the old one") });
  });

  test("deleted vectors are found no more, their messages stay, and deleting them again changes nothing", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const [messageId] = await addWithVectors(t, threadId, { vectors: [[1, 0]] });
    const { ids } = await t.query(api.vector.index.paginate, { vectorDimension: 2, targetModel: "m", limit: 9 });
    await t.mutation(api.vector.index.deleteBatch, { ids });
    await t.mutation(api.vector.index.deleteBatch, { ids });
    expect(await countRows(t)).toEqual({ threads: 1, threadActivity: 1, messages: 1 });
    const [doc] = await t.query(api.messages.getMessagesByIds, { messageIds: [messageId!] });
    expect(doc?.embeddingId).toBeUndefined();
    expect(await failureOfCall(t.mutation(api.vector.index.deleteBatch, { ids: [messageId!] }))).toMatchObject({ code: "invalid_argument", argument: "id" });
  });
});

describe("a message and its vector", () => {
  test("go together, by id and by range", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const ids = await addWithVectors(t, threadId, { vectors: [[1, 0], [0, 1], [1, 1]] });
    await t.mutation(api.messages.deleteByIds, { messageIds: [ids[0]!] });
    expect(await countRows(t)).toEqual({ threads: 1, threadActivity: 1, messages: 2, vectors256: 2 });
    await t.mutation(api.messages.deleteByOrder, { threadId, startOrder: 0, endOrder: 9 });
    expect(await countRows(t)).toEqual({ threads: 1, threadActivity: 1 });
  });

  test("a new text has no vector yet; a new status leaves it", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const [messageId] = await addWithVectors(t, threadId, { vectors: [[1, 0]] });
    const kept = await t.mutation(api.messages.updateMessage, { messageId: messageId!, patch: { status: "failed" } });
    expect(kept.embeddingId).toBeDefined();
    const same = await t.mutation(api.messages.updateMessage, { messageId: messageId!, patch: { message: { role: "user", content: [{ type: "text", text: "0" }] } } });
    expect(same.embeddingId).toBe(kept.embeddingId);
    const changed = await t.mutation(api.messages.updateMessage, { messageId: messageId!, patch: { message: { role: "user", content: "other" } } });
    expect(changed.embeddingId).toBeUndefined();
    expect(await countRows(t)).toEqual({ threads: 1, threadActivity: 1, messages: 1 });
  });

  test("a pending message gets its vector with its content", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const { messages } = await t.mutation(api.messages.addMessages, { threadId, messages: [{ message: { role: "assistant", content: "" }, status: "pending" }] });
    await t.mutation(api.messages.addMessages, { threadId, pendingMessageId: messages[0]!._id, messages: [{ message: { role: "assistant", content: "done" } }], embeddings: { model: "m", vectors: [[0, 1]] } });
    expect(await nearest(t, threadId, { vector: [0, 1] })).toEqual(["done"]);
    expect(await countRows(t)).toEqual({ threads: 1, threadActivity: 1, messages: 1, vectors256: 1 });
  });

  test("2,000 messages with vectors of 1,536 numbers are deleted in five transactions", async () => {
    const t = setup();
    const threadId = await newThread(t);
    for (let left = 2000; left > 0; left -= 250) await addWithVectors(t, threadId, { vectors: Array.from({ length: 250 }, () => oneHot(1536, 7)) });
    let transactions = 0;
    for (let isDone = false; !isDone; transactions++) ({ isDone } = await t.mutation(api.threads.deleteAllForThreadIdStep, { threadId }));
    expect(transactions).toBeLessThanOrEqual(5);
    expect(await countRows(t)).toEqual({});
  }, 30_000);
});
