import { AsyncLocalStorage } from "node:async_hooks";
import { MessageChannel } from "node:worker_threads";

let channel: MessageChannel | null = null;
/** One for each message on its way. */
const due: (() => void)[] = [];

function openChannel(): MessageChannel {
  const opened = new MessageChannel();
  opened.port1.on("message", () => due.shift()?.());
  opened.port1.unref();
  return opened;
}

function inMessage(callback: () => void): void {
  due.push(callback);
  channel ??= openChannel();
  channel.port2.postMessage(null);
}

/**
 * Runs user code that a timer calls, soon: as a microtask after a message of its own. There the watchdog can interrupt it.
 * Timers and immediates that are due together are called, with their microtasks, out of one function of Node's, and an
 * interrupt that hits that ends the process.
 */
export function runInterruptibly(callback: () => void): void {
  const inContext = AsyncLocalStorage.snapshot();
  inMessage(() => inContext(() => queueMicrotask(callback)));
}

/** Resolves soon. What waits for it goes on where the watchdog can interrupt it, whatever called the code before. */
export function interruptiblePoint(): Promise<void> {
  return new Promise(inMessage);
}
