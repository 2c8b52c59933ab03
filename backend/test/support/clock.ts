import { systemPorts, type Ports, type Timer } from "../../src/ports.ts";

interface Pending {
  readonly dueMs: number;
  readonly run: () => void;
  real: Timer | null;
}

/** Ports whose clock the test moves; what falls due on the way is run at once. */
export class Clock implements Ports {
  readonly #pending = new Set<Pending>();
  readonly #frozen: boolean;
  #offsetMs: number;

  private constructor({ offsetMs, frozen }: { offsetMs: number; frozen: boolean }) {
    this.#offsetMs = offsetMs;
    this.#frozen = frozen;
  }

  /** Goes on by itself as time does, and further when it is told to. */
  static running(): Clock {
    return new Clock({ offsetMs: 0, frozen: false });
  }

  /** Stands at `nowMs` until it is told to move. */
  static standing(nowMs: number): Clock {
    return new Clock({ offsetMs: nowMs, frozen: true });
  }

  readonly randomBytes = (length: number): Uint8Array => systemPorts.randomBytes(length);
  readonly nowMs = (): number => (this.#frozen ? this.#offsetMs : systemPorts.nowMs() + this.#offsetMs);

  readonly setTimer = (callback: () => void, delayMs: number): Timer => {
    const pending: Pending = {
      dueMs: this.nowMs() + delayMs,
      run: () => {
        if (this.#pending.delete(pending)) callback();
      },
      real: null,
    };
    this.#pending.add(pending);
    this.#arm(pending);
    return {
      cancel: () => {
        pending.real?.cancel();
        this.#pending.delete(pending);
      },
    };
  };

  /** Moves the clock on and runs what is due by then. */
  advance(ms: number): void {
    this.#offsetMs += ms;
    for (const pending of this.#pending) {
      pending.real?.cancel();
      this.#arm(pending);
    }
  }

  #arm(pending: Pending): void {
    const delayMs = pending.dueMs - this.nowMs();
    pending.real = this.#frozen && delayMs > 0 ? null : systemPorts.setTimer(pending.run, delayMs);
  }
}
