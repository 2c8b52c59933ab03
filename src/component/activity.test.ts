import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as fc from "fast-check";
import { api } from "./_generated/api.js";
import { countRows, failureOfCall, newThread, setup, startStream, type Component } from "../shared/testing/component.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const say = (content: string, role: "user" | "assistant" = "user") => ({ message: { role, content } });
const add = (t: Component, threadId: string, messages = [say("Hello")], promptMessageId?: string) => t.mutation(api.messages.addMessages, { threadId, messages, promptMessageId });

type Listed = { threadId: string; unread: number; atMs: number };
type Opts = { cursor: string | null; numItems: number; endCursor?: string | null };
async function pageOf(t: Component, paginationOpts: Opts, who: { userId?: string; status?: "active" | "archived" } = { userId: "ada" }) {
  const { page, ...rest } = await t.query(api.threads.listByActivity, { ...who, paginationOpts: { ...paginationOpts, endCursor: paginationOpts.endCursor ?? null } });
  return { ...rest, listed: page.map(({ _id, unreadTurns, lastActivityAt }): Listed => ({ threadId: _id, unread: unreadTurns, atMs: lastActivityAt })) };
}
const idsOf = (listed: Listed[]) => listed.map(({ threadId }) => threadId);
const all = async (t: Component, who?: Parameters<typeof pageOf>[2]) => (await pageOf(t, { cursor: null, numItems: 100 }, who)).listed;

test("threads come by when their last turn was opened, each page once, whatever the page size", () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(5), fc.boolean()), { maxLength: 20 }), fc.integer({ min: 1, max: 4 }), async (turns, numItems) => {
      const t = setup();
      // The oracle: the time of each thread's last turn, some of them the same.
      const times = new Map<string, number>();
      for (let index = 0; index < 6; index++) times.set(await newThread(t, "ada"), Date.now());
      const threads = [...times.keys()];
      await newThread(t, "bob");
      for (const [index, ticks] of turns) {
        if (ticks) vi.advanceTimersByTime(1);
        await add(t, threads[index]!);
        times.set(threads[index]!, Date.now());
      }
      const found: Listed[] = [];
      let cursor: string | null = null;
      for (let isDone = false; !isDone; ) {
        const page: Awaited<ReturnType<typeof pageOf>> = await pageOf(t, { cursor, numItems });
        expect(page.listed.length).toBeLessThanOrEqual(numItems);
        found.push(...page.listed);
        ({ isDone, continueCursor: cursor } = page);
      }
      expect(found.map(({ atMs }) => atMs)).toEqual([...times.values()].toSorted((a, b) => b - a));
      expect(new Map(found.map(({ threadId, atMs }) => [threadId, atMs]))).toEqual(times);
    }),
    { numRuns: 15 },
  ));

test("pages that are followed show each thread once while threads become active, and say when they should be split", async () => {
  const t = setup();
  const threads: string[] = [];
  for (let index = 0; index < 9; index++) {
    vi.advanceTimersByTime(1);
    threads.unshift(await newThread(t, "ada"));
  }
  const first = await pageOf(t, { cursor: null, numItems: 3 });
  const second = await pageOf(t, { cursor: first.continueCursor, numItems: 3 });
  for (const threadId of threads.slice(4, 9)) {
    vi.advanceTimersByTime(1);
    await add(t, threadId);
  }
  const [now, then] = [await pageOf(t, { cursor: null, numItems: 3, endCursor: first.continueCursor }), await pageOf(t, { cursor: first.continueCursor, numItems: 3, endCursor: second.continueCursor })];
  expect(idsOf([...now.listed, ...then.listed])).toEqual([...threads.slice(4, 9).toReversed(), ...threads.slice(0, 4)]);
  expect(now).toMatchObject({ pageStatus: "SplitRecommended", continueCursor: first.continueCursor });
  const halves = [await pageOf(t, { cursor: null, numItems: 3, endCursor: now.splitCursor! }), await pageOf(t, { cursor: now.splitCursor!, numItems: 3, endCursor: first.continueCursor })];
  expect(halves.flatMap(({ listed }) => listed)).toEqual(now.listed);
  expect(halves.map(({ listed }) => listed.length)).toEqual([4, 4]);
});

test("only what opens a turn is activity: not its answers, its tools, other agents beside them or an end", async () => {
  const t = setup();
  const threadId = await newThread(t, "ada");
  const { messages: [prompt] } = await add(t, threadId);
  const [before] = await all(t);
  vi.advanceTimersByTime(5);
  const { streamId, order, stepOrder } = await t.mutation(api.generations.start, { threadId, promptMessageId: prompt!._id, messages: [], window: { recentMessages: 10, excludeToolMessages: false }, stream: {} });
  await t.mutation(api.generations.saveStep, { threadId, order, stepOrder, messages: [say("One", "assistant")], stream: { streamId: streamId!, finish: true } });
  await add(t, threadId, [say("Note", "assistant")], prompt!._id);
  await t.mutation(api.generations.fail, { threadId, order, stepOrder, error: "no" });
  expect(await all(t)).toEqual([before]);
  // A generation that answers no message opens a turn with what it says.
  const own = await t.mutation(api.generations.start, { threadId, messages: [], window: { recentMessages: 10, excludeToolMessages: false } });
  expect(await all(t)).toEqual([before]);
  await t.mutation(api.generations.saveStep, { threadId, order: own.order, stepOrder: own.stepOrder, messages: [say("I noticed", "assistant")] });
  expect(await all(t)).toEqual([{ threadId, unread: 2, atMs: Date.now() }]);
});

test("unread are the turns opened since the thread was read, whatever was deleted", async () => {
  const t = setup();
  const { threadId } = await t.mutation(api.threads.startThread, { userId: "ada", messages: [say("One"), say("Yes", "assistant"), say("Two")] });
  const unread = async () => (await all(t))[0]?.unread;
  expect(await unread()).toBe(2);
  await t.mutation(api.threads.markRead, { threadId, order: 0 });
  expect(await unread()).toBe(1);
  await t.mutation(api.threads.markRead, { threadId });
  expect(await unread()).toBe(0);
  // What was read stays read, and nobody reads what is not there yet.
  await t.mutation(api.threads.markRead, { threadId, order: 0 });
  await t.mutation(api.threads.markRead, { threadId, order: 99 });
  expect(await unread()).toBe(0);
  await startStream(t, threadId);
  expect(await unread()).toBe(1);
  await t.mutation(api.threads.markRead, { threadId });
  await t.mutation(api.messages.deleteByOrder, { threadId, startOrder: 1, endOrder: 9 });
  await add(t, threadId);
  expect(await unread()).toBe(1);
  expect(await failureOfCall(t.mutation(api.threads.markRead, { threadId: "nobody" }))).toMatchObject({ code: "thread_not_found" });
});

test("a thread that is archived or given to another is in that list alone, and in none when it is deleted", async () => {
  const t = setup();
  const threadId = await newThread(t, "ada");
  const lists = async () => [await all(t), await all(t, { userId: "ada", status: "archived" }), await all(t, { userId: "bob" }), await all(t, {})].map((listed) => listed.length);
  expect(await lists()).toEqual([1, 0, 0, 0]);
  await t.mutation(api.threads.updateThread, { threadId, patch: { status: "archived" } });
  expect(await lists()).toEqual([0, 1, 0, 0]);
  await t.mutation(api.threads.updateThread, { threadId, patch: { status: "active", userId: "bob", title: "T" } });
  expect(await lists()).toEqual([0, 0, 1, 0]);
  await newThread(t);
  expect(await lists()).toEqual([0, 0, 1, 1]);
  await t.mutation(api.threads.deleteAllForThreadIdAsync, { threadId });
  expect(await lists()).toEqual([0, 0, 0, 1]);
  expect(await countRows(t)).toEqual({ threads: 1, threadActivity: 1 });
});

test.each(["x", "1|2", "1|a|b", "end|"])("%s is not a cursor", async (cursor) => {
  expect(await failureOfCall(pageOf(setup(), { cursor, numItems: 1 }))).toMatchObject({ code: "invalid_cursor", cursor });
});
