import { randomFillSync } from "node:crypto";

/** Handle of a timer that {@link Ports.setTimer} started. */
export interface Timer {
  cancel(): void;
}

/**
 * The one place where time and chance enter the backend. Everything else takes them from here, so that schedules,
 * retries and crashes can be simulated.
 */
export interface Ports {
  /** Wall clock, milliseconds since the Unix epoch; may have a fraction. */
  nowMs(): number;
  /** Calls `callback` once after `delayMs`. A pending timer does not keep the process alive. */
  setTimer(callback: () => void, delayMs: number): Timer;
  /** Unpredictable bytes, for ids, tokens and seeds. */
  randomBytes(length: number): Uint8Array;
}

/** Random bytes are drawn in blocks: a call to the operating system costs as much as a small insert. */
const BLOCK_BYTES = 4096;
let block = new Uint8Array(0);
let used = 0;

function randomBytes(length: number): Uint8Array {
  if (length > BLOCK_BYTES) return randomFillSync(new Uint8Array(length));
  if (used + length > block.length) {
    block = randomFillSync(new Uint8Array(BLOCK_BYTES));
    used = 0;
  }
  used += length;
  // A copy: what was handed out is nobody else's.
  return block.slice(used - length, used);
}

/** The real clock, timers and operating-system randomness. */
export const systemPorts: Ports = {
  nowMs: () => performance.timeOrigin + performance.now(),
  setTimer(callback, delayMs) {
    // Node clamps longer delays to 1 ms; whoever waits longer than 24 days is woken early and looks again.
    const timer = setTimeout(callback, Math.min(Math.max(0, delayMs), 2_147_483_647));
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
  randomBytes,
};
