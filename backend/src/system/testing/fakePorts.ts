import type { Ports, Timer } from "../../ports.ts";

/** A clock that stands still until it is told to move, timers that fire as it passes them, and counted randomness. */
export class FakePorts implements Ports {
  #nowMs: number;
  #random = 0;
  readonly #timers = new Map<object, { atMs: number; callback: () => void }>();

  constructor(nowMs = Date.UTC(2026, 0, 1)) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  /** Times of the timers that are set. */
  get timers(): number[] {
    return [...this.#timers.values()].map(({ atMs }) => atMs).sort((a, b) => a - b);
  }

  setTimer(callback: () => void, delayMs: number): Timer {
    const key = {};
    this.#timers.set(key, { atMs: this.#nowMs + Math.max(0, delayMs), callback });
    return { cancel: () => void this.#timers.delete(key) };
  }

  randomBytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    this.#random += 1;
    new DataView(bytes.buffer).setUint32(Math.max(0, length - 6), this.#random);
    return bytes;
  }

  /** Moves the clock to `toMs`, firing timers in their order and letting what they start come to rest. */
  async advanceTo(toMs: number): Promise<void> {
    await settled();
    for (;;) {
      const next = [...this.#timers].filter(([, timer]) => timer.atMs <= toMs).sort(([, a], [, b]) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.#timers.delete(next[0]);
      this.#nowMs = Math.max(this.#nowMs, next[1].atMs);
      next[1].callback();
      await settled();
    }
    this.#nowMs = Math.max(this.#nowMs, toMs);
    await settled();
  }

  advance(byMs: number): Promise<void> {
    return this.advanceTo(this.#nowMs + byMs);
  }
}

/** Lets all promise work that is ready run: a few turns of the event loop, no waiting for time. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
