import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { api } from "./_generated/api.js";
import schema from "./schema.js";
import { countRows, failureOfCall, newThread, setup, startStream, textDelta, textsOf, type Component } from "../shared/testing/component.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const say = (content: string) => ({ message: { role: "user" as const, content } });

const asksApproval = [
  { type: "tool-call" as const, toolCallId: "c", toolName: "pay", input: {} },
  { type: "tool-approval-request" as const, approvalId: "a", toolCallId: "c" },
];

/** One length for each table of vectors. */
const DIMENSIONS = [256, 384, 512, 768, 1000, 1536, 2048, 2560, 4096];

/** Keys are the app's, and files outlive the messages that name them until they are vacuumed. */
const OF_THREADS = Object.keys(schema.tables).filter((table) => table !== "apiKeys" && table !== "apiKeyFailures" && table !== "files").sort();

/** A thread with something in every table that holds what is a thread's. */
async function fullThread(t: Component, { userId, messages = 10 }: { userId?: string; messages?: number } = {}): Promise<string> {
  const threadId = await newThread(t, userId);
  for (let left = messages; left > 0; left -= 500) await t.mutation(api.messages.addMessages, { threadId, messages: Array.from({ length: Math.min(left, 500) }, (_, index) => say(`message ${index}`)) });
  await t.mutation(api.messages.addMessages, { threadId, messages: [{ message: { role: "assistant", content: "x".repeat(2_000_000) }, rawCall: { request: "{}", response: "{}" } }] });
  await t.mutation(api.messages.addMessages, { threadId, messages: [{ message: { role: "assistant", content: asksApproval } }] });
  for (const dimension of DIMENSIONS) {
    const vector = Array.from({ length: dimension }, () => 1);
    await t.mutation(api.messages.addMessages, { threadId, messages: [say(`of ${dimension}`)], embeddings: { model: "m", vectors: [vector] } });
  }
  await t.mutation(api.vector.index.insertBatch, { vectorDimension: 3, vectors: [{ model: "m", table: "memories", threadId, userId, vector: [1, 2, 3] }] });
  for (let streams = 0; streams < 3; streams++) {
    const { streamId } = await startStream(t, threadId);
    for (let start = 0; start < 20; start++) await t.mutation(api.streams.addDelta, { streamId, delta: { start, end: start + 1, parts: [textDelta("y".repeat(200))] } });
    vi.advanceTimersByTime(16_000);
    await t.mutation(api.streams.addDelta, { streamId });
  }
  expect(Object.keys(await countRows(t)).sort()).toEqual(OF_THREADS);
  return threadId;
}

describe("law 10: deleted is deleted", () => {
  test("in the background: every table is empty when it is done", async () => {
    const t = setup();
    const threadId = await fullThread(t);
    await t.mutation(api.threads.deleteAllForThreadIdAsync, { threadId });
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect(await countRows(t)).toEqual({});
  });

  test("step by step and in one action: every table is empty", async () => {
    const t = setup();
    const [one, other] = [await fullThread(t), await fullThread(t)];
    for (let isDone = false; !isDone; ) ({ isDone } = await t.mutation(api.threads.deleteAllForThreadIdStep, { threadId: one }));
    await t.action(api.threads.deleteAllForThreadIdSync, { threadId: other });
    expect(await countRows(t)).toEqual({});
  });

  test("of a user: all their threads and nobody else's", async () => {
    const t = setup();
    await fullThread(t, { userId: "ada" });
    await newThread(t, "ada");
    await t.mutation(api.vector.index.insertBatch, { vectorDimension: 2, vectors: [{ model: "m", table: "memories", userId: "ada", vector: [1, 2] }] });
    const kept = await newThread(t, "bob");
    await t.mutation(api.messages.addMessages, { threadId: kept, messages: [say("stays")] });
    await t.mutation(api.users.deleteAllForUserIdAsync, { userId: "ada" });
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect(await countRows(t)).toEqual({ threads: 1, threadActivity: 1, messages: 1 });
    await t.action(api.users.deleteAllForUserIdSync, { userId: "bob" });
    expect(await countRows(t)).toEqual({});
  });

  test("while a reply streams: its writer is told to stop, and leaves nothing behind", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const { streamId, order, stepOrder } = await startStream(t, threadId);
    await t.mutation(api.threads.deleteAllForThreadIdAsync, { threadId });
    expect(await t.mutation(api.streams.addDelta, { streamId, delta: { start: 0, end: 1, parts: [textDelta("late")] } })).toBe(false);
    expect(await t.mutation(api.streams.abort, { streamId, reason: "late" })).toBe(false);
    const late = { threadId, order, stepOrder, messages: [{ message: { role: "assistant" as const, content: "late" } }] };
    expect(await t.mutation(api.generations.saveStep, late)).toEqual({ isOpen: false, messages: [] });
    expect(await t.mutation(api.generations.fail, { ...late, error: "late" })).toEqual({ ended: false, messages: [] });
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect(await countRows(t)).toEqual({});
  });

  test("a long thread goes in transactions that each take thousands of rows", async () => {
    const t = setup();
    const threadId = await fullThread(t, { messages: 4500 });
    let transactions = 0;
    for (let isDone = false; !isDone; transactions++) ({ isDone } = await t.mutation(api.threads.deleteAllForThreadIdStep, { threadId }));
    expect(transactions).toBeLessThanOrEqual(4);
    expect(await countRows(t)).toEqual({});
  });
});

describe("threads", () => {
  test("one call creates a thread with its first messages", async () => {
    const t = setup();
    const { threadId, messages } = await t.mutation(api.threads.startThread, { userId: "ada", title: "T", messages: [say("hello")] });
    expect(messages).toMatchObject([{ order: 0, stepOrder: 0, userId: "ada", text: "hello" }]);
    expect(await textsOf(t, threadId)).toEqual(["hello"]);
  });

  test("a patch changes what it names", async () => {
    const t = setup();
    const threadId = await newThread(t, "ada");
    await t.mutation(api.threads.updateThread, { threadId, patch: { title: "New" } });
    expect(await t.query(api.threads.getThread, { threadId })).toMatchObject({ userId: "ada", title: "New", status: "active" });
  });

  test("a thread that is not there is null to ask for and a failure to change", async () => {
    const t = setup();
    expect(await t.query(api.threads.getThread, { threadId: "nobody" })).toBeNull();
    expect(await failureOfCall(t.mutation(api.threads.updateThread, { threadId: "nobody", patch: {} }))).toMatchObject({ code: "thread_not_found", threadId: "nobody" });
  });

  test.each(["asc", "desc"] as const)("a user's threads come in pages (%s), each once, whoever else has some", async (order) => {
    const t = setup();
    const mine: string[] = [];
    for (let index = 0; index < 7; index++) {
      mine.push(await newThread(t, "ada"));
      await newThread(t, "bob");
    }
    const found: string[] = [];
    let cursor: string | null = null;
    for (let isDone = false; !isDone; ) {
      const page: { page: { _id: string }[]; isDone: boolean; continueCursor: string } = await t.query(api.threads.listThreadsByUserId, { userId: "ada", order, paginationOpts: { cursor, numItems: 3 } });
      found.push(...page.page.map(({ _id }) => _id));
      ({ isDone, continueCursor: cursor } = page);
    }
    expect(found).toEqual(order === "asc" ? mine : mine.toReversed());
  });

  test("titles are found by words, for one user or for all", async () => {
    const t = setup();
    for (const userId of ["ada", "bob"]) await t.mutation(api.threads.createThread, { userId, title: `A trip of ${userId}` });
    expect(await t.query(api.threads.searchThreadTitles, { query: "trip", limit: 10 })).toHaveLength(2);
    expect((await t.query(api.threads.searchThreadTitles, { query: "trip", userId: "ada", limit: 10 })).map(({ userId }) => userId)).toEqual(["ada"]);
  });
});
