import { Session } from "node:inspector";
import { workerData } from "node:worker_threads";

// The thread of functions/watchdog.ts: looks at the clock, interrupts the main thread when its time is over.

const IDLE = 0;
const RUNNING = 1;
const KILLING = 2;
const POLL_MS = 50;

// The watchdog passes this.
const shared = workerData as SharedArrayBuffer;
const state = new Int32Array(shared, 0, 1);
const deadline = new Float64Array(shared, 8, 1);

function interrupt(): void {
  const session = new Session();
  session.connectToMainThread();
  session.post("Runtime.terminateExecution", () => {
    Atomics.store(state, 0, IDLE);
    session.disconnect();
  });
}

setInterval(() => {
  if (performance.timeOrigin + performance.now() < (deadline[0] ?? 0)) return;
  if (Atomics.compareExchange(state, 0, RUNNING, KILLING) === RUNNING) interrupt();
}, POLL_MS);
