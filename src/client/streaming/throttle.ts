/**
 * The least time between two writes of text, ms; or how it grows with the time since the first text, ms. The first text
 * and every change of state go at once whatever it says.
 */
export type Throttle = number | ((streamedMs: number) => number);

/**
 * A throttle that is quick at first and slower later: each write is a call, and one more for every viewer, and the
 * longer a reply runs the less half a second matters. `SmoothText` spreads what comes over the time until the next.
 *
 * @param options.firstMs The time between writes at first. Default: 250.
 * @param options.afterMs How long it stays so; then it grows with the time. Default: 3,000.
 * @param options.lastMs What it grows to. Default: 500.
 * @throws RangeError unless `0 < firstMs ≤ lastMs` and `afterMs > 0`.
 * @example
 * // Four writes in the first second; from ten seconds on, one a second.
 * saveStreamDeltas: { throttleMs: adaptiveThrottle({ firstMs: 250, afterMs: 2_500, lastMs: 1_000 }) }
 */
export function adaptiveThrottle({ firstMs = 250, afterMs = 3_000, lastMs = 500 }: { firstMs?: number; afterMs?: number; lastMs?: number } = {}): (streamedMs: number) => number {
  if (!(firstMs > 0 && lastMs >= firstMs && afterMs > 0)) {
    throw new RangeError(`adaptiveThrottle wants 0 < firstMs ≤ lastMs and afterMs > 0, and was given firstMs ${firstMs}, lastMs ${lastMs}, afterMs ${afterMs}.`);
  }
  return (streamedMs) => Math.min(lastMs, Math.max(firstMs, (firstMs * streamedMs) / afterMs));
}
