import { Session } from "node:inspector";
import { workerData } from "node:worker_threads";

// The thread of functions/watchdog.ts: looks at the clock, interrupts the main thread when its time is over.

const IDLE = 0;
const RUNNING = 1;
const KILLING = 2;
/** A query or mutation that runs; the event loop while actions run. */
const EXECUTION = 0;
const EVENT_LOOP = 1;
const POLL_MS = 50;

// The watchdog passes this.
const shared = workerData as SharedArrayBuffer;
const states = new Int32Array(shared, 0, 2);
const deadlines = new Float64Array(shared, 8, 2);

function interrupt(done: () => void): void {
  const session = new Session();
  session.connectToMainThread();
  session.post("Runtime.terminateExecution", () => {
    done();
    session.disconnect();
  });
}

function isOver(what: number): boolean {
  const isLate = performance.timeOrigin + performance.now() >= (deadlines[what] ?? 0);
  return isLate && Atomics.compareExchange(states, what, RUNNING, KILLING) === RUNNING;
}

setInterval(() => {
  if (isOver(EXECUTION)) interrupt(() => Atomics.store(states, EXECUTION, IDLE));
  // The main thread sees by the state that it was interrupted, and sets it back.
  else if (isOver(EVENT_LOOP)) interrupt(() => undefined);
}, POLL_MS);
