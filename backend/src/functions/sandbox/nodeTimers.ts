import { AsyncLocalStorage } from "node:async_hooks";
import { promisify } from "node:util";
import { runInterruptibly } from "./interruptible.ts";
import { findSandbox } from "./sandbox.ts";

type Callback = (...args: unknown[]) => void;

/** Timers that were started, and whether they may still call. */
const started = new WeakMap<object, { isCleared: boolean }>();

/**
 * Node's timers for `"use node"` code, with callbacks that the watchdog can interrupt: inside of a timer's own callback
 * that would end the process. Timers that an action leaves behind stand still until some action runs again, as they do
 * where a process sleeps between actions.
 */
export const interruptibleTimers = {
  setTimeout: withPromises(
    (callback: Callback, delayMs?: number, ...args: unknown[]) => start((fire) => setTimeout(fire, delayMs), callback, args),
    setTimeout,
  ),
  setInterval: withPromises(
    (callback: Callback, delayMs?: number, ...args: unknown[]) => start((fire) => setInterval(fire, delayMs), callback, args),
    setInterval,
  ),
  setImmediate: withPromises(
    (callback: Callback, ...args: unknown[]) => start((fire) => setImmediate(fire), callback, args),
    setImmediate,
  ),
  clearTimeout: (timer?: NodeJS.Timeout | string | number) => clearTimeout(cleared(timer)),
  clearInterval: (timer?: NodeJS.Timeout | string | number) => clearInterval(cleared(timer)),
  clearImmediate: (timer?: NodeJS.Immediate) => clearImmediate(cleared(timer)),
};

function start<T extends object>(begin: (fire: () => void) => T, callback: Callback, args: readonly unknown[]): T {
  const state = { isCleared: false };
  const inContext = AsyncLocalStorage.snapshot();
  // An interval that stands still is due once, however often it fires meanwhile.
  let isDue = false;
  const run = (): void => {
    isDue = false;
    if (!state.isCleared) inContext(callback, ...args);
  };
  const timer = begin(() => {
    if (isDue) return;
    isDue = true;
    const sandbox = findSandbox();
    if (sandbox?.runCallback === undefined) runInterruptibly(run);
    else sandbox.runCallback(run);
  });
  started.set(timer, state);
  return timer;
}

/** One that has fired, and whose callback has not run yet, is cleared too. */
function cleared<T>(timer: T): T {
  const state = typeof timer === "object" && timer !== null ? started.get(timer) : undefined;
  if (state !== undefined) state.isCleared = true;
  return timer;
}

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
  setTimeout(() => runInterruptibly(abort), delayMs).unref();
  return controller.signal;
}
