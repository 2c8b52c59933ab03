import { useEffect, useState } from "react";

/** The time, milliseconds since the Unix epoch, while `isTicking` at most `everyMs` old. */
export function useNow(everyMs: number, isTicking: boolean): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    if (!isTicking) return;
    const timer = setInterval(() => setNowMs(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs, isTicking]);
  return nowMs;
}
