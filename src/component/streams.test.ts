import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { emptyReduction, reduceChunks } from "../shared/reduceChunks.js";
import { mergeChunks } from "../shared/mergeChunks.js";
import { divided, logOf, steps } from "../shared/testing/generations.js";
import type { StoredChunk, StreamMessage } from "../shared/validators/stream.js";
import { appendDelta, NO_CHUNKS, type LiveChunks } from "../shared/liveLog.js";
import { api } from "./_generated/api.js";
import { countRows, failureOfCall, newThread, setup, spokenStep, startStream, textDelta, type Component } from "../shared/testing/component.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const add = (t: Component, streamId: string, delta: { start: number; end: number; parts: StoredChunk[] } | undefined) => t.mutation(api.streams.addDelta, { streamId, delta });

async function live(t: Component, threadId: string): Promise<StreamMessage> {
  const [stream] = await t.query(api.streams.list, { threadId });
  if (stream === undefined) throw new Error("the thread has an open stream");
  return stream;
}

/** The rows that a viewer's subscription reads. */
const viewed = (t: Component) => t.run(async (ctx) => [await ctx.db.query("streams").collect(), await ctx.db.query("liveChunks").collect()]);

/** Lets time pass, and the watchdog look. */
async function look(t: Component, ms: number): Promise<void> {
  vi.advanceTimersByTime(ms);
  await t.finishInProgressScheduledFunctions();
}

/** What is saved after the first prompt. */
async function seen(t: Component, threadId: string) {
  const { page } = await t.query(api.messages.listMessagesByThreadId, { threadId, order: "asc", paginationOpts: { cursor: null, numItems: 100 } });
  return page.slice(1);
}

const texts = (parts: readonly object[]) => parts.flatMap((part) => ("type" in part && "text" in part && part.type === "text" && part.text !== "" ? [part.text] : []));

describe("the log", () => {
  test("is the same whether its writer tells what it knows of it or has it read, whatever is written", async () => {
    await fc.assert(
      fc.asyncProperty(steps.map(logOf).chain((log) => fc.tuple(fc.constant(log), divided(log))), async ([log, batches]) => {
        const t = setup();
        const threadId = await newThread(t);
        const [told, read] = [await startStream(t, threadId), await startStream(t, threadId)];
        let known: LiveChunks = NO_CHUNKS;
        let start = 0;
        for (const batch of batches) {
          const delta = { start, end: start + batch.length, parts: mergeChunks(batch) };
          await t.mutation(api.streams.addDelta, { streamId: told.streamId, delta, known });
          await add(t, read.streamId, delta);
          known = appendDelta(known, delta).live;
          start = delta.end;
        }
        expect(start).toBe(log.length);
        const logs = await Promise.all([told, read].map(async ({ streamId }) =>
          (await t.query(api.streams.listDeltas, { threadId, cursors: [{ streamId, cursor: 0 }] })).map(({ streamId: _id, ...delta }) => delta)));
        expect(logs[0]).toEqual(logs[1]);
      }),
      { numRuns: 30 },
    );
  });

  test("refuses a delta that does not continue what its writer knows", async () => {
    const t = setup();
    const { streamId } = await startStream(t, await newThread(t));
    const delta = { start: 3, end: 4, parts: [textDelta("word")] };
    const call = t.mutation(api.streams.addDelta, { streamId, delta, known: { from: 0, end: 2, chunks: [] } });
    expect(await failureOfCall(call)).toMatchObject({ code: "stream_gap", expected: 2, received: 3 });
  });

  test("however it is flushed, sealed and live rows together hold each chunk once, and a viewer who sees each row has no gap", async () => {
    await fc.assert(
      fc.asyncProperty(steps.map(logOf).chain((log) => fc.tuple(fc.constant(log), divided(log))), async ([log, batches]) => {
        const t = setup();
        const threadId = await newThread(t);
        const { streamId } = await startStream(t, threadId);
        let start = 0;
        let known = 0;
        for (const batch of batches.filter(({ length }) => length > 0)) {
          const end = start + batch.length;
          expect(await add(t, streamId, { start, end, parts: mergeChunks(batch) })).toBe(true);
          const row = (await live(t, threadId)).live;
          expect(row?.from).toBeLessThanOrEqual(known);
          expect(row?.end).toBe(end);
          known = end;
          start = end;
        }
        const deltas = await t.query(api.streams.listDeltas, { threadId, cursors: [{ streamId, cursor: 0 }] });
        let next = 0;
        for (const delta of deltas) {
          expect(delta.start).toBe(next);
          next = delta.end;
        }
        expect(next).toBe(log.length);
        expect(reduceChunks(emptyReduction, deltas.flatMap(({ parts }) => parts))).toEqual(reduceChunks(emptyReduction, log));
      }),
      { numRuns: 40 },
    );
  });

  test.each([
    ["leaves a gap", 5, 6],
    ["repeats what is there", 1, 3],
    ["ends before it starts", 2, 1],
  ])("a delta that %s is refused with where the log ends, and changes nothing", async (_case, start, end) => {
    const t = setup();
    const threadId = await newThread(t);
    const { streamId } = await startStream(t, threadId);
    await add(t, streamId, { start: 0, end: 2, parts: [textDelta("a"), textDelta("b")] });
    expect(await failureOfCall(add(t, streamId, { start, end, parts: [textDelta("x")] }))).toMatchObject({ code: "stream_gap", streamId, expected: 2, received: start });
    expect((await live(t, threadId)).live).toEqual({ from: 0, end: 2, chunks: [textDelta("ab")] });
  });

  test("the live row stays near half a kilobyte however long the reply is", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const { streamId } = await startStream(t, threadId);
    for (let start = 0; start < 100; start++) {
      await add(t, streamId, { start, end: start + 1, parts: [textDelta("twenty characters or so ")] });
      expect(JSON.stringify((await live(t, threadId)).live?.chunks).length).toBeLessThan(700);
    }
    expect((await countRows(t)).deltas).toBeLessThan(10);
  });

  test("a cursor within a sealed row gives that row whole, one past the end gives nothing", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const { streamId } = await startStream(t, threadId);
    const big = [textDelta("x".repeat(300)), textDelta("y".repeat(300))];
    for (const start of [0, 2, 4]) await add(t, streamId, { start, end: start + 2, parts: big });
    const from = async (cursor: number) => (await t.query(api.streams.listDeltas, { threadId, cursors: [{ streamId, cursor }] })).map(({ start, end }) => [start, end]);
    expect(await from(0)).toEqual([[0, 2], [2, 4], [4, 6]]);
    expect(await from(1)).toEqual([[0, 2], [2, 4], [4, 6]]);
    expect(await from(3)).toEqual([[2, 4], [4, 6]]);
    expect(await from(5)).toEqual([[4, 6]]);
    expect(await from(6)).toEqual([]);
  });

  test("a chunk too large for a row keeps its place and its part's state; the rest of the log is whole", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const { streamId } = await startStream(t, threadId);
    const output = "z".repeat(2_000_000);
    const parts: StoredChunk[] = [
      { type: "tool-input-available", toolCallId: "c", toolName: "t", input: {} },
      { type: "tool-output-available", toolCallId: "c", output },
      { type: "file", url: `data:image/png;base64,${output}`, mediaType: "image/png" },
    ];
    expect(await add(t, streamId, { start: 0, end: 3, parts })).toBe(true);
    const row = (await live(t, threadId)).live;
    expect(row?.end).toBe(3);
    const { parts: shown } = reduceChunks(emptyReduction, row?.chunks ?? []);
    expect(shown).toHaveLength(1);
    expect(shown[0]).toMatchObject({ type: "tool-t", state: "output-available" });
  });

  test("streams of another thread are nobody else's to read", async () => {
    const t = setup();
    const [one, other] = [await newThread(t), await newThread(t)];
    const { streamId } = await startStream(t, one);
    await add(t, streamId, { start: 0, end: 1, parts: [textDelta("secret")] });
    expect(await t.query(api.streams.listDeltas, { threadId: other, cursors: [{ streamId, cursor: 0 }] })).toEqual([]);
  });
});

describe("law 6: every stream ends", () => {
  test("one whose writer is not heard of is ended with a reason, and what was seen is kept", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const { streamId, order } = await startStream(t, threadId);
    await add(t, streamId, { start: 0, end: 3, parts: [{ type: "start-step" }, { type: "text-start", id: "1" }, textDelta("seen")] });
    await look(t, 61_000);
    expect(await t.query(api.streams.list, { threadId })).toEqual([]);
    const { page } = await t.query(api.messages.listMessagesByThreadId, { threadId, order: "desc", paginationOpts: { cursor: null, numItems: 1 } });
    expect(page[0]).toMatchObject({ order, text: "seen", status: "failed", error: expect.stringMatching(/^timeout: /) });
    expect(await add(t, streamId, { start: 3, end: 4, parts: [textDelta("late")] })).toBe(false);
  });

  test("while the writer writes or asks, the watchdog writes nothing and the stream goes on", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const { streamId } = await startStream(t, threadId);
    let start = 0;
    for (let minute = 0; minute < 5; minute++) {
      await add(t, streamId, { start, end: start + 1, parts: [textDelta("word ")] });
      start += 1;
      for (let asked = 0; asked < 9; asked++) {
        const before = await viewed(t);
        await look(t, 20_000);
        expect(await viewed(t)).toEqual(before);
        expect(await add(t, streamId, undefined)).toBe(true);
      }
    }
    expect((await live(t, threadId)).live?.end).toBe(start);
    expect((await countRows(t)).heartbeats).toBe(1);
  });

  test("asking does not touch the rows that viewers read", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const { streamId } = await startStream(t, threadId);
    const before = await viewed(t);
    vi.advanceTimersByTime(30_000);
    await add(t, streamId, undefined);
    expect(await viewed(t)).toEqual(before);
  });

  test("one that has ended is removed with all its rows by the watchdog's first look", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const { streamId } = await startStream(t, threadId);
    for (let start = 0; start < 50; start++) await add(t, streamId, { start, end: start + 1, parts: [textDelta("x".repeat(100))] });
    vi.advanceTimersByTime(10_000);
    await t.mutation(api.streams.finish, { streamId });
    expect((await t.query(api.streams.list, { threadId, statuses: ["finished"] })).map(({ status }) => status)).toEqual(["finished"]);
    await look(t, 51_000);
    expect(await countRows(t)).toEqual({ threads: 1, threadActivity: 1, messages: 1 });
  });

  test("one whose log cannot be saved is ended all the same, with a message that says why, and removed", async () => {
    const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const t = setup();
    const threadId = await newThread(t);
    const { streamId } = await startStream(t, threadId);
    // What no reader of chunks takes.
    const parts = [...spokenStep("One two"), {}] as StoredChunk[];
    await add(t, streamId, { start: 0, end: parts.length, parts });
    await look(t, 61_000);
    const [ended] = await t.query(api.streams.list, { threadId, statuses: ["streaming", "finished", "aborted"] });
    const reason = "timeout: the process that wrote this reply stopped";
    expect(ended).toMatchObject({ status: "aborted", reason });
    expect(await seen(t, threadId)).toMatchObject([{ status: "failed", error: reason, agentName: "tester", message: { role: "assistant", content: "" } }]);
    expect(warned).toHaveBeenCalledOnce();
    await look(t, 31_000);
    expect(await countRows(t)).toEqual({ threads: 1, threadActivity: 1, messages: 2 });
    warned.mockRestore();
  });
});

describe("law 7: an abort keeps what was seen", () => {
  test("cut anywhere, whatever steps were saved: saved steps and saved rest show what the log showed, once", async () => {
    const runs = steps.chain((generation) => fc.tuple(fc.constant(generation), fc.nat(generation.length), fc.nat(8)));
    await fc.assert(
      fc.asyncProperty(runs, async ([generation, savedSteps, more]) => {
        const t = setup();
        const threadId = await newThread(t);
        const { streamId, order, stepOrder } = await startStream(t, threadId);
        let end = 0;
        for (const step of generation.slice(0, savedSteps)) {
          const delta = { start: end, end: end + step.chunks.length, parts: step.chunks };
          await t.mutation(api.generations.saveStep, { threadId, order, stepOrder, messages: step.messages.map((message) => ({ message })), stream: { streamId, delta, finish: false } });
          end = delta.end;
        }
        const rest = (generation[savedSteps]?.chunks ?? []).slice(0, more);
        expect(await t.mutation(api.streams.abort, { streamId, reason: "stopped", delta: { start: end, end: end + rest.length, parts: rest } })).toBe(true);
        const saved = await seen(t, threadId);
        const log = [...generation.slice(0, savedSteps).flatMap(({ chunks }) => chunks), ...rest];
        expect(saved.flatMap(({ message }) => (typeof message?.content === "string" ? [] : texts(message?.content ?? [])))).toEqual(texts(reduceChunks(emptyReduction, log).parts));
        expect(saved.at(-1)).toMatchObject({ status: "failed", error: "stopped" });
        const calls = saved.flatMap(({ message }) => (message?.content ?? []) as { type?: string; toolCallId?: string }[]);
        const waiting = new Set(calls.flatMap((part) => (part.type === "tool-approval-request" ? [part.toolCallId] : [])));
        const answered = new Set(calls.flatMap((part) => (part.type === "tool-result" ? [part.toolCallId] : [])));
        const open = calls.filter((part) => part.type === "tool-call" && !waiting.has(part.toolCallId) && !answered.has(part.toolCallId));
        expect(open).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test("before the first chunk: a failed message with the reason", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const { order } = await startStream(t, threadId);
    expect(await t.mutation(api.streams.abortByOrder, { threadId, order, reason: "stopped" })).toBe(true);
    expect(await seen(t, threadId)).toMatchObject([{ status: "failed", error: "stopped", message: { role: "assistant", content: "" } }]);
  });

  test("after the end: false, and nothing changes", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const { streamId, order } = await startStream(t, threadId);
    await t.mutation(api.streams.finish, { streamId });
    expect(await t.mutation(api.streams.abort, { streamId, reason: "late" })).toBe(false);
    expect(await t.mutation(api.streams.abortByOrder, { threadId, order, reason: "late" })).toBe(false);
    expect(await seen(t, threadId)).toEqual([]);
  });

  test("twice: the first reason stands, and nothing is saved again", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const { streamId } = await startStream(t, threadId);
    const chunks = spokenStep("one two");
    await add(t, streamId, { start: 0, end: chunks.length, parts: chunks });
    expect(await t.mutation(api.streams.abort, { streamId, reason: "first" })).toBe(true);
    expect(await t.mutation(api.streams.abort, { streamId, reason: "second" })).toBe(false);
    expect(await seen(t, threadId)).toMatchObject([{ text: "one two", error: "first" }]);
  });

  // get-convex/agent 359
  test("of a log of more than 1,000 deltas: who comes late reads all of them, and the abort keeps all of them", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const { streamId } = await startStream(t, threadId);
    const words = Array.from({ length: 1100 }, (_, start) => `${start} ${"w".repeat(600)} `);
    // As 1,100 writes leave the log, in one transaction.
    await t.run(async (ctx) => {
      const stream = (await ctx.db.query("streams").first())!;
      for (const [start, word] of words.entries()) await ctx.db.insert("deltas", { streamId: stream._id, start, end: start + 1, parts: [textDelta(word)] });
      await ctx.db.patch(stream.liveId, { from: words.length, end: words.length });
    });
    await add(t, streamId, { start: 1100, end: 1101, parts: [textDelta("The end.")] });
    const whole = `${words.join("")}The end.`;
    const read = await t.query(api.streams.listDeltas, { threadId, cursors: [{ streamId, cursor: 0 }] });
    expect(reduceChunks(emptyReduction, read.flatMap(({ parts }) => parts)).parts).toMatchObject([{ text: whole }]);
    await t.mutation(api.streams.abort, { streamId, reason: "stopped" });
    expect((await seen(t, threadId))[0]?.text).toBe(whole);
  });

  test("a generation that keeps no output saves nothing when it is cut off", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const streamId = await t.mutation(api.streams.create, { threadId, order: 0, stepOrder: 0, savesOutput: false });
    await add(t, streamId, { start: 0, end: 2, parts: [{ type: "text-start", id: "1" }, textDelta("private")] });
    expect(await t.mutation(api.streams.abort, { streamId, reason: "stopped" })).toBe(true);
    expect((await countRows(t)).messages).toBeUndefined();
  });
});
