import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SmoothTextStore, type SmoothTextClock } from "./smoothText.js";

class FakeClock implements SmoothTextClock {
  #nowMs = 1_000;
  #timers: { atMs: number; run: () => void }[] = [];
  nowMs = (): number => this.#nowMs;
  after = (delayMs: number, run: () => void): (() => void) => {
    const timer = { atMs: this.#nowMs + delayMs, run };
    this.#timers.push(timer);
    return () => { this.#timers = this.#timers.filter((other) => other !== timer); };
  };
  pending(): number { return this.#timers.length; }
  advance(ms: number): void {
    const until = this.#nowMs + ms;
    for (;;) {
      const next = this.#timers.filter((timer) => timer.atMs <= until).sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#nowMs = next.atMs;
      next.run();
    }
    this.#nowMs = until;
  }
}

function open(text: string, startStreaming = false, charsPerSec = 100) {
  const clock = new FakeClock();
  const store = new SmoothTextStore({ text, charsPerSec, startStreaming }, clock);
  const seen: string[] = [];
  const close = store.subscribe(() => seen.push(store.getSnapshot().visibleText));
  return { clock, store, seen, close };
}

describe("smooth text", () => {
  test("all of a text is visible a second and a frame after its last change, however long and slow", () => {
    fc.assert(fc.property(
      fc.array(fc.record({ length: fc.integer({ min: 1, max: 20_000 }), waitMs: fc.nat(2_000) }), { minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 500 }),
      (growths, charsPerSec) => {
        const { clock, store } = open("", true, charsPerSec);
        let text = "";
        for (const { length, waitMs } of growths) {
          clock.advance(waitMs);
          text += "x".repeat(length);
          store.setText(text);
        }
        clock.advance(1_000 + 70);
        expect(store.getSnapshot()).toEqual({ visibleText: text, cursor: text.length, isStreaming: false });
      },
    ));
  });

  test("the first text is shown at once unless streaming is asked for", () => {
    expect(open("hello").store.getSnapshot()).toEqual({ visibleText: "hello", cursor: 5, isStreaming: false });
    expect(open("hello", true).store.getSnapshot()).toEqual({ visibleText: "", cursor: 0, isStreaming: true });
  });

  test("text is revealed at the asked pace, in order, to its end", () => {
    const { clock, store, seen } = open("x".repeat(50), true, 100);
    clock.advance(250);
    expect(store.getSnapshot().cursor).toBeGreaterThanOrEqual(20);
    expect(store.getSnapshot().cursor).toBeLessThanOrEqual(26);
    clock.advance(2_000);
    expect(store.getSnapshot()).toMatchObject({ cursor: 50, isStreaming: false });
    expect(seen.length).toBeGreaterThan(5);
  });

  test("a burst of any size is caught up with within a few seconds", () => {
    const { clock, store } = open("", true, 10);
    store.setText("y".repeat(100_000));
    clock.advance(15_000);
    expect(store.getSnapshot().isStreaming).toBe(false);
  });

  test("whatever arrives whenever, what is visible is a prefix of the text and never shrinks while the text grows", () => {
    const piece = fc.record({ text: fc.string({ unit: "grapheme", maxLength: 40 }), waitMs: fc.integer({ min: 0, max: 400 }) });
    fc.assert(fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const { clock, store } = open("", true);
      let text = "";
      let shown = 0;
      for (const { text: added, waitMs } of pieces) {
        text += added;
        store.setText(text);
        clock.advance(waitMs);
        const { visibleText, cursor } = store.getSnapshot();
        expect(text.startsWith(visibleText)).toBe(true);
        expect(cursor).toBeGreaterThanOrEqual(shown);
        shown = cursor;
      }
      clock.advance(60_000);
      expect(store.getSnapshot().visibleText).toBe(text);
      expect(clock.pending()).toBe(0);
    }));
  });

  test("no frame shows half of an emoji", () => {
    const family = "👩‍👩‍👧‍👦";
    const { clock, store, seen } = open("", true, 5);
    store.setText(`a${family}b${"👍🏽"}c`);
    clock.advance(10_000);
    const whole = ["", "a", `a${family}`, `a${family}b`, `a${family}b👍🏽`, `a${family}b👍🏽c`];
    for (const text of seen) expect(whole).toContain(text);
    expect(store.getSnapshot().visibleText).toBe(whole.at(-1));
  });

  test("a text that becomes shorter shows what it has", () => {
    const { store } = open("hello world");
    store.setText("hell");
    expect(store.getSnapshot()).toEqual({ visibleText: "hell", cursor: 4, isStreaming: false });
  });

  test("nobody listening means no timer runs", () => {
    const { clock, close, store } = open("z".repeat(100), true);
    close();
    expect(clock.pending()).toBe(0);
    store.setText("z".repeat(200));
    expect(clock.pending()).toBe(0);
  });
});
