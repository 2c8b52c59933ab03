import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { newThread, setup, spokenStep, startStream, textDelta, type Component } from "../shared/testing/component.js";
import type { Doc, Id } from "./_generated/dataModel.js";
import type { MutationCtx } from "./_generated/server.js";
import { saveStep, startGeneration } from "../model/generation.js";
import { addMessages } from "../model/saveMessages.js";
import { getStream, mustGetStream } from "../model/streamLog.js";
import { abortStream, watchStream } from "../model/streamEnd.js";
import { addDelta } from "../model/streamState.js";
import { mustGetThread } from "../model/threads.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

type Row = { table: string; doc: Record<string, unknown> };
type Range = { table: string; holds: (doc: Record<string, unknown>) => boolean };
/** What a transaction has read and written: two conflict when one has written what the other has read. */
type Touched = { reads: Range[]; writes: Row[] };

/** The condition of an index range, in the form in which functions give it. */
function conditionOf(give: ((range: unknown) => unknown) | undefined): Range["holds"] {
  const tests: Range["holds"][] = [];
  const compare = { eq: (a: never, b: never) => a === b, gt: (a: never, b: never) => a > b, gte: (a: never, b: never) => a >= b, lt: (a: never, b: never) => a < b, lte: (a: never, b: never) => a <= b };
  const at = (doc: Record<string, unknown>, field: string) => field.split(".").reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], doc);
  const range: Record<string, unknown> = {};
  for (const [name, holds] of Object.entries(compare)) {
    range[name] = (field: string, value: unknown) => {
      tests.push((doc) => holds(at(doc, field) as never, value as never));
      return range;
    };
  }
  give?.(range);
  return (doc) => tests.every((holds) => holds(doc));
}

/** A ctx that notes what is read by id or range, and what is written. */
function noted(ctx: MutationCtx): { ctx: MutationCtx; touched: Touched } {
  const touched: Touched = { reads: [], writes: [] };
  const db = ctx.db as unknown as Record<"get" | "query" | "insert" | "patch" | "delete" | "normalizeId", (...args: unknown[]) => unknown>;
  const read = (id: unknown) => touched.reads.push({ table: "", holds: (doc) => doc._id === id });
  const wrote = async (id: unknown) => void touched.writes.push({ table: "", doc: (await db.get(id)) as Record<string, unknown> });
  const recording = {
    normalizeId: (...args: unknown[]) => db.normalizeId(...args),
    get: (id: unknown) => (read(id), db.get(id)),
    query: (table: string) => {
      const query = db.query(table) as { withIndex: (name: string, give?: (range: unknown) => unknown) => unknown };
      return { withIndex: (name: string, give?: (range: unknown) => unknown) => (touched.reads.push({ table, holds: conditionOf(give) }), query.withIndex(name, give)) };
    },
    insert: async (table: string, doc: Record<string, unknown>) => {
      touched.writes.push({ table, doc });
      return db.insert(table, doc);
    },
    // As in Convex, a change reads what it changes. The row counts as it was and as it becomes.
    patch: async (id: unknown, fields: unknown) => (read(id), await wrote(id), await db.patch(id, fields), await wrote(id)),
    delete: async (id: unknown) => (read(id), await wrote(id), await db.delete(id)),
  };
  return { ctx: { ...ctx, db: recording as unknown as MutationCtx["db"] }, touched };
}

type Work = (ctx: MutationCtx) => Promise<unknown>;
type Generation = { threadId: string; streamId: string; order: number; stepOrder: number };

async function speak(t: Component, streamId: string): Promise<void> {
  const parts = spokenStep("One two");
  await t.run(async (ctx) => void (await addDelta(ctx as unknown as MutationCtx, { stream: await getStream(ctx as unknown as MutationCtx, streamId), delta: { start: 0, end: 5, parts }, known: undefined, nowMs: Date.now() })));
}

/** What one generation does after its start: all of it may happen beside what another does. */
function workOf({ threadId, streamId, order, stepOrder }: Generation): Record<string, Work> {
  const stream = (ctx: MutationCtx) => getStream(ctx, streamId);
  const step = (finish: boolean): Work => async (ctx) => saveStep(ctx, {
    thread: await mustGetThread(ctx, threadId), userId: undefined, agentName: "tester", promptMessageId: undefined, order, stepOrder, nowMs: Date.now(),
    messages: [{ message: { role: "assistant", content: "All said." } }],
    stream: { streamId, delta: { start: 5, end: 6, parts: [textDelta("x")] }, finish },
  });
  return {
    "says something": async (ctx) => addDelta(ctx, { stream: await stream(ctx), delta: { start: 5, end: 6, parts: [textDelta("more ")] }, known: undefined, nowMs: Date.now() }),
    "is alive": async (ctx) => addDelta(ctx, { stream: await stream(ctx), delta: undefined, known: undefined, nowMs: Date.now() + 20_000 }),
    "saves a step": step(false),
    ends: step(true),
    // The id of a stream, as `start` has given it.
    "is looked after": (ctx) => watchStream(ctx, { streamId: streamId as Id<"streams">, nowMs: Date.now() + 120_000 }),
    "is stopped": async (ctx) => abortStream(ctx, { stream: await mustGetStream(ctx, streamId), reason: "stopped", nowMs: Date.now() }),
  };
}

/** What each kind of work reads and writes. Nothing of it is kept. */
async function touchedBy(t: Component, generation: Generation, more: Record<string, Work> = {}): Promise<Map<string, Touched>> {
  const all = new Map<string, Touched>();
  for (const [name, work] of Object.entries({ ...workOf(generation), ...more })) {
    const undone = t.run(async (ctx) => {
      const watching = noted(ctx as unknown as MutationCtx);
      await work(watching.ctx);
      all.set(name, watching.touched);
      throw new Error("undone");
    });
    await expect(undone).rejects.toThrow("undone");
  }
  return all;
}

const conflict = (a: Touched, b: Touched) =>
  a.writes.filter(({ table, doc }) => b.reads.some((range) => (range.table === "" ? range.holds(doc) : (table || tableOf(doc)) === range.table && range.holds(doc))));

/** Rows that are read by id do not say of which table they are; their fields do. */
function tableOf(doc: Record<string, unknown>): string {
  if ("stepOrder" in doc && "state" in doc) return "streams";
  return "writtenMs" in doc ? "liveChunks" : "place" in doc ? "messages" : "others";
}

// get-convex/agent 13
describe("law 11: what runs side by side does not conflict, so nothing is done twice or given up", () => {
  test.each([["in one thread", true], ["in threads of their own", false]])("two replies (%s)", async (_where, isShared) => {
    const t = setup();
    const one = await newThread(t, "ann");
    const threads = [one, isShared ? one : await newThread(t, "ann")];
    const generations: Generation[] = [];
    for (const threadId of threads) {
      const { streamId, order, stepOrder } = await startStream(t, threadId);
      await speak(t, streamId);
      generations.push({ threadId, streamId, order, stepOrder });
    }
    const [first, second] = [await touchedBy(t, generations[0]!), await touchedBy(t, generations[1]!)];
    const conflicts = [...first].flatMap(([a, left]) => [...second].flatMap(([b, right]) => (conflict(left, right).length + conflict(right, left).length > 0 ? [`${a} / ${b}`] : [])));
    expect(conflicts).toEqual([]);
    // The look is sharp enough: the same generation's own work does conflict.
    expect(conflict(first.get("ends")!, first.get("says something")!)).not.toEqual([]);
    expect(conflict(first.get("saves a step")!, first.get("saves a step")!)).not.toEqual([]);
  });

  // saas-starter PR 801
  test("work within a turn leaves the thread's activity alone, so runs beside each other do not wait for it", async () => {
    const t = setup();
    const threadId = await newThread(t, "ann");
    const { streamId, order, stepOrder, promptMessageId } = await startStream(t, threadId);
    await speak(t, streamId);
    const isActivity = (doc: Record<string, unknown>) => "turns" in doc && "atMs" in doc;
    const add = (ctx: MutationCtx, thread: Doc<"threads">, promptId: string | undefined) => addMessages(ctx, {
      threadId: thread._id, activity: thread.activityId, userId: undefined, agentName: "helper", promptMessageId: promptId, pendingMessageId: undefined, failPendingSteps: false, nowMs: Date.now(),
      messages: [{ message: { role: "assistant", content: "Looked it up." } }],
    });
    const window = { recentMessages: 10, excludeToolMessages: false };
    const start = (ctx: MutationCtx, thread: Doc<"threads">, promptId: string | undefined) => startGeneration(ctx, { thread, userId: undefined, agentName: "helper", promptMessageId: promptId, messages: promptId === undefined ? [{ message: { role: "user", content: "And?" } }] : [], window, stream: {}, nowMs: Date.now() });
    const work: Record<string, Work> = {
      "another agent begins": async (ctx) => start(ctx, await mustGetThread(ctx, threadId), promptMessageId),
      "a tool saves a message": async (ctx) => add(ctx, await mustGetThread(ctx, threadId), promptMessageId),
      "a prompt begins a turn": async (ctx) => start(ctx, await mustGetThread(ctx, threadId), undefined),
      "a message begins a turn": async (ctx) => add(ctx, await mustGetThread(ctx, threadId), undefined),
    };
    const touched = await touchedBy(t, { threadId, streamId, order, stepOrder }, work);
    const active = [...touched].filter(([, { reads, writes }]) => writes.some(({ doc }) => isActivity(doc)) || reads.some(({ table }) => table === "threadActivity")).map(([name]) => name);
    expect(active).toEqual(["a prompt begins a turn", "a message begins a turn"]);
  });
});
