import { AsyncResource } from "node:async_hooks";
import FakeTimers from "@sinonjs/fake-timers";
import type { Ports } from "convex-embedded";

/** Rounds of Node's loop without anything happening after which all that was begun has ended. */
const QUIET_ROUNDS = 6;

/**
 * Time that passes only when nothing else can happen. Everything runs in this process and nothing waits for a
 * network, so a run has the same events at the same times each time.
 */
export class VirtualTime {
  readonly #clock: FakeTimers.Clock;
  #activity = 0;
  #seed = 1;

  private constructor(clock: FakeTimers.Clock) {
    this.#clock = clock;
  }

  static begin(): VirtualTime {
    const clock = FakeTimers.install({
      now: Date.UTC(2026, 0, 1),
      // Intervals stay real: the only one is the beat by which the backend's watchdog knows that this thread lives.
      toFake: ["setTimeout", "clearTimeout", "Date"],
    });
    // Node's timers run in the asynchronous context that started them, which is how the backend knows whose they are.
    const { setTimeout: later } = globalThis;
    globalThis.setTimeout = Object.assign(((callback: () => void, ...rest: []) => later(AsyncResource.bind(callback), ...rest)) as typeof later, later);
    return new VirtualTime(clock);
  }

  end(): void {
    this.#clock.uninstall();
  }

  get nowMs(): number {
    return this.#clock.now;
  }

  /** Something happened: what follows from it may take some rounds. */
  readonly note = (): void => {
    this.#activity += 1;
  };

  readonly ports: Ports = {
    nowMs: () => this.#clock.now,
    setTimer: (callback, delayMs) => {
      const timer = setTimeout(() => {
        this.note();
        callback();
      }, delayMs);
      return { cancel: () => clearTimeout(timer) };
    },
    randomBytes: (length) => Uint8Array.from({ length }, () => {
      this.#seed = (Math.imul(this.#seed, 1103515245) + 12345) & 0x7fffffff;
      return this.#seed >>> 16;
    }),
  };

  /** Until all that can happen without time passing has happened. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_ROUNDS; quiet += 1) {
      const before = this.#activity;
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#activity !== before) quiet = -1;
    }
  }

  /** Lets time pass until `until` has settled, and returns what it gave. */
  async run<Result>(until: Promise<Result>): Promise<Result> {
    const state = { isOver: false };
    const end = () => {
      state.isOver = true;
    };
    until.then(end, end);
    await this.settle();
    while (!state.isOver) {
      if (this.#clock.countTimers() === 0) throw new Error("Nothing is left to happen, and what is waited for has not");
      this.#clock.next();
      await this.settle();
    }
    return until;
  }

  async pass(ms: number): Promise<void> {
    await this.run(new Promise((resolve) => setTimeout(resolve, ms)));
  }
}
