import { systemPorts, type Ports, type Timer } from "../../src/ports.ts";

interface Pending {
  readonly dueMs: number;
  readonly run: () => void;
  real: Timer | null;
}

/** Ports whose clock the test moves; what falls due on the way is run at once. */
export class Clock implements Ports {
  readonly #pending = new Set<Pending>();
  /** How many times faster than time it goes. */
  readonly speed: number;
  readonly #startMs = systemPorts.nowMs();
  #offsetMs: number;

  private constructor({ startMs, speed }: { startMs?: number | undefined; speed: number }) {
    this.#offsetMs = startMs ?? this.#startMs;
    this.speed = speed;
  }

  /** Goes on by itself from `startMs` (now, unless given), `speed` times as fast as time does, and further when told to. */
  static running({ speed, startMs }: { speed: number; startMs?: number }): Clock {
    return new Clock({ speed, startMs });
  }

  /** Stands at `startMs` until it is told to move. */
  static standing(startMs: number): Clock {
    return new Clock({ startMs, speed: 0 });
  }

  readonly randomBytes = (length: number): Uint8Array => systemPorts.randomBytes(length);
  readonly nowMs = (): number => this.#offsetMs + (systemPorts.nowMs() - this.#startMs) * this.speed;

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
    const delayMs = Math.max(0, pending.dueMs - this.nowMs());
    const isStanding = this.speed === 0 && delayMs > 0;
    pending.real = isStanding ? null : systemPorts.setTimer(pending.run, delayMs === 0 ? 0 : delayMs / this.speed);
  }
}
