import { Session } from "node:inspector";
import { workerData } from "node:worker_threads";

// The thread of functions/watchdog.ts: looks at the clock, interrupts the main thread when its time is over.

const IDLE = 0;
const RUNNING = 1;
const KILLING = 2;
/** The event loop alone: it was interrupted, and has not turned since. */
const INTERRUPTED = 3;
/** A query or mutation that runs; the event loop while actions run. */
const EXECUTION = 0;
const EVENT_LOOP = 1;
const POLL_MS = 50;
/** Code that blocks without using the processor is over after so many times its limit. */
const MAX_STRETCH = 10;

// The watchdog passes this.
const { shared, limitsMs } = workerData as { shared: SharedArrayBuffer; limitsMs: readonly [number, number] };
const states = new Int32Array(shared, 0, 2);
const deadlines = new Float64Array(shared, 8, 2);
/** Time in which the process did not get the processor, since what is watched began: it does not count. */
const waitedMs: [number, number] = [0, 0];
let lastMs = nowMs();
let lastProcessorMs = processorMs();

function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function interrupt(done: () => void): void {
  const session = new Session();
  session.connectToMainThread();
  session.post("Runtime.terminateExecution", () => {
    done();
    session.disconnect();
  });
}

function isOver(what: typeof EXECUTION | typeof EVENT_LOOP, elapsed: { atMs: number; idleMs: number }): boolean {
  const deadline = deadlines[what] ?? 0;
  const state = Atomics.load(states, what);
  // What was interrupted may be followed by more that never yields, before the event loop can turn.
  const isWatched = state === RUNNING || state === INTERRUPTED;
  // A deadline a whole limit after the last look was set since then.
  if (!isWatched || deadline >= lastMs + limitsMs[what]) {
    waitedMs[what] = 0;
    return false;
  }
  waitedMs[what] = Math.min(waitedMs[what] + elapsed.idleMs, limitsMs[what] * (MAX_STRETCH - 1));
  return elapsed.atMs - waitedMs[what] >= deadline && Atomics.compareExchange(states, what, state, KILLING) === state;
}

function eventLoopInterrupted(): void {
  deadlines[EVENT_LOOP] = nowMs() + limitsMs[EVENT_LOOP];
  // The main thread sees by this that it was interrupted, and sets it back as soon as it can.
  Atomics.compareExchange(states, EVENT_LOOP, KILLING, INTERRUPTED);
}

setInterval(() => {
  const atMs = nowMs();
  const usedMs = processorMs();
  const elapsed = { atMs, idleMs: Math.max(0, atMs - lastMs - (usedMs - lastProcessorMs)) };
  if (isOver(EXECUTION, elapsed)) interrupt(() => Atomics.store(states, EXECUTION, IDLE));
  else if (isOver(EVENT_LOOP, elapsed)) interrupt(eventLoopInterrupted);
  lastMs = atMs;
  lastProcessorMs = usedMs;
}, POLL_MS);
