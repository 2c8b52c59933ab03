import { useEffect, useState } from "react";

/** What time it is, ms since the epoch, every `everyMs` as long as `isRunning`. */
export function useTicker(isRunning: boolean, everyMs: number): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => setNowMs(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [isRunning, everyMs]);
  return nowMs;
}
