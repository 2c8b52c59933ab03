/** Time as the writer of a stream sees it; tests bring their own. */
export type Timers = {
  /** Milliseconds since some fixed point. */
  now(): number;
  /** Calls `run` once after `delayMs`; returns how to cancel it. */
  after(delayMs: number, run: () => void): () => void;
};

/** The time of the machine. */
export const systemTimers: Timers = {
  now: () => Date.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
