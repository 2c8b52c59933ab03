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

/** `AbortSignal` whose `timeout` tells its listeners from a microtask, for the same reason. */
export const interruptibleAbortSignal: typeof AbortSignal = new Proxy(AbortSignal, {
  get: (target, key) => (key === "timeout" ? abortAfter : Reflect.get(target, key)),
});

function abortAfter(delayMs: number): AbortSignal {
  const controller = new AbortController();
  const abort = (): void => controller.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError"));
  // As the platform's own: it keeps nothing running.
  setTimeout(() => queueMicrotask(abort), delayMs).unref();
  return controller.signal;
}
