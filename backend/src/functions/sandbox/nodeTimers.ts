import { promisify } from "node:util";

type Callback = (...args: unknown[]) => void;

/**
 * Node's timers for `"use node"` code, with callbacks that run as microtasks: only there can the watchdog interrupt code
 * that never yields. Inside of a timer's own callback an interrupt would end the process.
 */
export const interruptibleTimers = {
  setTimeout: withPromises(
    (callback: Callback, delayMs?: number, ...args: unknown[]) => setTimeout(() => queueMicrotask(() => callback(...args)), delayMs),
    setTimeout,
  ),
  setInterval: withPromises(
    (callback: Callback, delayMs?: number, ...args: unknown[]) => setInterval(() => queueMicrotask(() => callback(...args)), delayMs),
    setInterval,
  ),
  setImmediate: withPromises(
    (callback: Callback, ...args: unknown[]) => setImmediate(() => queueMicrotask(() => callback(...args))),
    setImmediate,
  ),
};

/** `util.promisify` knows Node's timers by a symbol of theirs. */
function withPromises<T extends object>(timer: T, original: object): T {
  const promised: unknown = Reflect.get(original, promisify.custom);
  return promised === undefined ? timer : Object.assign(timer, { [promisify.custom]: promised });
}
