import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DeltaWriter, type DeltaBatch, type Urgency } from "./deltaWriter.js";
import { adaptiveThrottle, type Throttle } from "./throttle.js";
import type { Timers } from "./timers.js";

type Part = { urgency: Urgency; id: number };

/** Time that stands still until it is told to go on. */
class ManualTime implements Timers {
  nowMs = 0;
  #due: { atMs: number; run: () => void }[] = [];

  now(): number {
    return this.nowMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const entry = { atMs: this.nowMs + delayMs, run };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((other) => other !== entry);
    };
  }

  async goTo(toMs: number): Promise<void> {
    for (;;) {
      await settle();
      const next = this.#due.toSorted((a, b) => a.atMs - b.atMs)[0];
      if (!next || next.atMs > toMs) break;
      this.#due = this.#due.filter((other) => other !== next);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.run();
    }
    this.nowMs = toMs;
    await settle();
  }

  get pending(): number {
    return this.#due.length;
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

type Sent = { atMs: number; ids: number[]; start: number; end: number };

function writerOn(time: ManualTime, options: { send?: (batch: DeltaBatch<Part> | undefined) => Promise<boolean>; throttleMs?: Throttle } = {}) {
  const sent: Sent[] = [];
  const events: string[] = [];
  const writer = new DeltaWriter<Part>({
    send: async (batch) => {
      const open = options.send ? await options.send(batch) : true;
      if (batch && open) sent.push({ atMs: time.now(), ids: batch.parts.map(({ id }) => id), start: batch.start, end: batch.end });
      return open;
    },
    onClosed: () => void events.push("closed"),
    onBroken: (error) => void events.push(`broken: ${String(error)}`),
    urgency: ({ urgency }) => urgency,
    throttleMs: options.throttleMs ?? 250,
    timers: time,
  });
  return { writer, sent, events };
}

const silent = (id: number): Part => ({ urgency: "silent", id });
const text = (id: number): Part => ({ urgency: "text", id });
const state = (id: number): Part => ({ urgency: "state", id });

describe("a delta writer", () => {
  test("sends the first part that shows something at once, with the silent ones before it, then throttles text", async () => {
    const time = new ManualTime();
    const { writer, sent } = writerOn(time);
    writer.add([silent(0), silent(1)]);
    await time.goTo(100);
    writer.add([text(2)]);
    await time.goTo(100);
    writer.add([text(3)]);
    await time.goTo(200);
    writer.add([text(4)]);
    await time.goTo(1000);
    expect(sent).toEqual([
      { atMs: 100, ids: [0, 1, 2], start: 0, end: 3 },
      { atMs: 350, ids: [3, 4], start: 3, end: 5 },
    ]);
    writer.close();
  });

  test("with an adaptive throttle writes often at first and, the longer it runs, the less often, down to the least", async () => {
    const time = new ManualTime();
    const { writer, sent } = writerOn(time, { throttleMs: adaptiveThrottle({ firstMs: 100, afterMs: 1000, lastMs: 400 }) });
    for (let ms = 0; ms <= 10_000; ms += 10) {
      await time.goTo(ms);
      writer.add([text(ms)]);
    }
    await time.goTo(10_000);
    const gaps = sent.slice(1).map(({ atMs }, index) => atMs - (sent[index]?.atMs ?? 0));
    expect(gaps.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 100));
    expect(gaps).toEqual(gaps.toSorted((a, b) => a - b));
    expect(gaps.at(-1)).toBe(400);
    writer.close();
  });

  test("refuses an adaptive throttle that could not be one", () => {
    for (const options of [{ firstMs: 0 }, { firstMs: 600 }, { afterMs: 0 }, { lastMs: Number.NaN }]) expect(() => adaptiveThrottle(options)).toThrow(RangeError);
  });

  test("sends a change of state at once", async () => {
    const time = new ManualTime();
    const { writer, sent } = writerOn(time);
    writer.add([text(0)]);
    await time.goTo(10);
    writer.add([text(1), state(2)]);
    await time.goTo(10);
    expect(sent.map(({ atMs, ids }) => [atMs, ids])).toEqual([[0, [0]], [10, [1, 2]]]);
    writer.close();
  });

  test("never has two writes under way; what comes meanwhile goes with the next", async () => {
    const time = new ManualTime();
    const releases: (() => void)[] = [];
    let running = 0;
    let most = 0;
    const send = async () => {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => releases.push(resolve));
      running -= 1;
      return true;
    };
    const { writer, sent } = writerOn(time, { send, throttleMs: 0 });
    writer.add([state(0)]);
    await time.goTo(1);
    writer.add([state(1)]);
    writer.add([state(2)]);
    const last = writer.writeWith(async (batch) => batch?.parts.map(({ id }) => id));
    await time.goTo(5);
    releases[0]!();
    expect(await last).toEqual([1, 2]);
    expect([most, sent.length]).toEqual([1, 1]);
    writer.close();
  });

  test("stops for good when the stream is closed", async () => {
    const time = new ManualTime();
    const { writer, events } = writerOn(time, { send: async () => false });
    writer.add([text(0)]);
    await time.goTo(10_000);
    writer.add([text(1)]);
    await time.goTo(20_000);
    expect([events, time.pending, writer.isOpen]).toEqual([["closed"], 0, false]);
  });

  test("asks now and then while nothing is said", async () => {
    const time = new ManualTime();
    const asked: unknown[] = [];
    const { writer, events } = writerOn(time, { send: async (batch) => { asked.push(batch); return asked.length < 3; } });
    writer.watch();
    await time.goTo(60_000);
    expect([asked, events]).toEqual([[undefined, undefined, undefined], ["closed"]]);
  });

  test("a write that fails is made again without a gap, and three in a row end it", async () => {
    const time = new ManualTime();
    let failures = 2;
    const { writer, sent, events } = writerOn(time, { send: async () => { if (failures-- > 0) throw new Error("conflict"); return true; } });
    writer.add([text(0)]);
    await time.goTo(2000);
    writer.add([text(1)]);
    await time.goTo(4000);
    expect(sent.map(({ ids, start, end }) => [ids, start, end])).toEqual([[[0], 0, 1], [[1], 1, 2]]);
    failures = 3;
    writer.add([text(2)]);
    await time.goTo(9000);
    expect(events).toEqual(["broken: Error: conflict"]);
  });

  test("every part is written once and in order, whatever comes when and whichever writes fail (two in a row at most)", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ urgencies: fc.array(fc.constantFrom<Urgency>("silent", "text", "state"), { maxLength: 4 }), waitMs: fc.nat(600), fails: fc.boolean() }), { maxLength: 12 }),
        async (steps) => {
          const time = new ManualTime();
          let failNext = false;
          let inARow = 0;
          const { writer, sent } = writerOn(time, {
            send: async () => {
              const fails = failNext && inARow < 2;
              failNext = false;
              inARow = fails ? inARow + 1 : 0;
              if (fails) throw new Error("conflict");
              return true;
            },
          });
          let id = 0;
          for (const { urgencies, waitMs, fails } of steps) {
            failNext = fails;
            writer.add(urgencies.map((urgency) => ({ urgency, id: id++ })));
            await time.goTo(time.nowMs + waitMs);
          }
          failNext = false;
          const rest = await writer.writeWith(async (batch) => batch);
          writer.close();
          const ids = [...sent.flatMap((batch) => batch.ids), ...(rest?.parts.map((part) => part.id) ?? [])];
          expect(ids).toEqual(Array.from({ length: id }, (_, index) => index));
          const ranges = [...sent, ...(rest ? [rest] : [])];
          ranges.forEach(({ start, end }, index) => expect([start, end > start]).toEqual([ranges[index - 1]?.end ?? 0, true]));
        },
      ),
    ));
});
