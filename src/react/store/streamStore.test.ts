import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import type { StoredChunk } from "../wireTypes.js";
import { FakeClient } from "../testing/fakeClient.js";
import { FakeStreams, textChunks } from "../testing/fakeStreams.js";
import { LiveStreams } from "./liveStreams.js";
import { QueryGroup } from "./queryGroup.js";
import { emptyReduction, reduceChunks } from "./reduction.js";

vi.mock("../../shared/reduceChunks.js", async (importOriginal) => {
  const original = await importOriginal<typeof import("../../shared/reduceChunks.js")>();
  return { ...original, reduceChunks: vi.fn<typeof original.reduceChunks>(original.reduceChunks) };
});

function follow(streams: FakeStreams, options: { skipStreamIds?: string[]; startOrder?: number } = {}) {
  const client = new FakeClient((args) => ({ streams: streams.sync(args.streamArgs) }));
  let live: LiveStreams | undefined;
  const group = new QueryGroup(client, () => live?.refresh());
  live = new LiveStreams(group, { threadId: "t", args: { threadId: "t" }, nowMs: () => 7, ...options });
  group.activate();
  return { client, live };
}

const gapQueries = (client: FakeClient) =>
  client.opened.filter(({ streamArgs }) => (streamArgs as { kind: string }).kind === "deltas");

/** Chunks that are reduced while a stream of so many deltas is followed, one by one. */
function countSteps(deltas: number): number {
  const counted = vi.mocked(reduceChunks);
  counted.mockClear();
  const streams = new FakeStreams();
  streams.start("other", { order: 0, stepOrder: 1 });
  streams.flush("other", textChunks(["still"]).slice(0, 4));
  streams.start("s", { order: 1, stepOrder: 1 });
  const { client, live } = follow(streams);
  client.settle();
  const [other] = live.messages;
  const chunks = textChunks(Array.from({ length: deltas }, () => "x".repeat(130)));
  for (const chunk of chunks) {
    streams.flush("s", [chunk]);
    client.deliver();
  }
  expect(live.messages[0]).toBe(other);
  expect(live.messages[1]?.message.text).toHaveLength(deltas * 130);
  return counted.mock.calls.reduce((sum, [, batch]) => sum + batch.length, 0);
}

describe("following streams", () => {
  test("however the log is cut into flushes and whenever a viewer looks, the message is that of the whole log", () => {
    const action = fc.record({ take: fc.integer({ min: 1, max: 6 }), look: fc.boolean() });
    const log = fc.array(fc.string({ maxLength: 30 }), { maxLength: 30 }).map(textChunks);
    fc.assert(fc.property(log, fc.array(action, { minLength: 1, maxLength: 40 }), fc.integer({ min: 0, max: 200 }), fc.integer({ min: 1, max: 3 }),
      (chunks, actions, sealChars, deltasPerRead) => {
        const streams = new FakeStreams({ sealChars, deltasPerRead });
        streams.start("s", { order: 0, stepOrder: 1 });
        const { client, live } = follow(streams);
        let at = 0;
        for (const { take, look } of actions) {
          streams.flush("s", chunks.slice(at, at + take));
          at = Math.min(chunks.length, at + take);
          if (!look) continue;
          client.settle();
          expect(live.messages[0]?.isCaughtUp).toBe(true);
          expect(live.messages[0]?.message.parts).toEqual(reduceChunks(emptyReduction, chunks.slice(0, at)).parts);
        }
      }));
  });

  test("one lasting subscription serves a whole reply, and a viewer who is there from the start asks for no gap", () => {
    const streams = new FakeStreams({ sealChars: 40 });
    streams.start("s", { order: 0, stepOrder: 1 });
    const { client, live } = follow(streams);
    const chunks = textChunks(Array.from({ length: 200 }, (_, index) => `word${index} `));
    for (const chunk of chunks) {
      streams.flush("s", [chunk]);
      client.settle();
    }
    expect(client.opened).toEqual([{ threadId: "t", streamArgs: { kind: "list", whole: true } }, { threadId: "t", streamArgs: { kind: "list" } }]);
    expect(client.active).toHaveLength(1);
    expect(live.messages[0]?.message.text).toContain("word199");
  });

  test("who joins late gets everything with the first answer", () => {
    const streams = new FakeStreams({ sealChars: 40 });
    streams.start("s", { order: 0, stepOrder: 1 });
    const chunks = textChunks(Array.from({ length: 300 }, (_, index) => `word${index} `));
    for (const chunk of chunks.slice(0, 250)) streams.flush("s", [chunk]);
    const { client, live } = follow(streams);
    client.settle();
    expect(live.messages[0]?.message.parts).toEqual(reduceChunks(emptyReduction, chunks.slice(0, 250)).parts);
    for (const chunk of chunks.slice(250)) {
      streams.flush("s", [chunk]);
      client.settle();
    }
    expect(live.messages[0]?.message.parts).toEqual(reduceChunks(emptyReduction, chunks).parts);
    expect(gapQueries(client)).toHaveLength(0);
    expect(client.active).toHaveLength(1);
  });

  test("who joins a stream that is too long for one answer gets it with a query for the gap", () => {
    const streams = new FakeStreams({ sealChars: 40, maxWholeChars: 100 });
    streams.start("s", { order: 0, stepOrder: 1 });
    const chunks = textChunks(Array.from({ length: 300 }, (_, index) => `word${index} `));
    for (const chunk of chunks) streams.flush("s", [chunk]);
    const { client, live } = follow(streams);
    client.settle();
    expect(live.messages[0]?.message.parts).toEqual(reduceChunks(emptyReduction, chunks).parts);
    expect(gapQueries(client)).toHaveLength(1);
  });

  test("5,000 deltas cost a number of reducer steps that grows in proportion, and only the changing message changes", () => {
    const few = countSteps(500);
    expect(countSteps(5_000)).toBeLessThan(10.5 * few);
    expect(few).toBeLessThan(3 * 500);
  });

  test("a stream without a single chunk settles as an empty message", () => {
    const streams = new FakeStreams();
    streams.start("s", { order: 3, stepOrder: 1 });
    const { client, live } = follow(streams);
    client.settle();
    const before = live.messages;
    expect(before[0]).toMatchObject({ isCaughtUp: true, message: { key: "t-3-1", parts: [], text: "", status: "streaming", _creationTime: 7 } });
    client.settle();
    live.refresh();
    expect(live.messages).toBe(before);
  });

  test("a stream that is no longer listed is gone; skipped and earlier ones never appear", () => {
    const streams = new FakeStreams();
    streams.start("early", { order: 0, stepOrder: 1 });
    streams.start("skipped", { order: 5, stepOrder: 1 });
    streams.start("shown", { order: 6, stepOrder: 1 });
    const { client, live } = follow(streams, { startOrder: 5, skipStreamIds: ["skipped"] });
    client.settle();
    expect(live.messages.map(({ streamId }) => streamId)).toEqual(["shown"]);
    streams.end("shown", "finished");
    client.settle();
    expect(live.messages).toEqual([]);
  });

  test("a chunk kind that nobody knows yet is part of the message", () => {
    const streams = new FakeStreams();
    streams.start("s", { order: 0, stepOrder: 1 });
    const unknown: StoredChunk = { type: "hologram", url: "https://example.com/x" };
    streams.flush("s", [unknown]);
    const { client, live } = follow(streams);
    client.settle();
    expect(live.messages[0]?.message.parts).toEqual([unknown]);
  });
});
