import { createTool } from "convex-agent";
import { z } from "zod";

/** How far the count is; each version replaces the one before. */
export interface PrimeCount {
  upTo: number;
  checked: number;
  primes: number;
  largest: number;
}

const MAX = 2_000_000;
const SEGMENTS = 16;
/** Sieving is quick; the pause lets a person watch it, and stop it. */
const PAUSE_MS = 120;

export const countPrimes = createTool({
  title: "Count primes",
  description: "Counts the prime numbers up to a number.",
  args: z.object({ upTo: z.number().int().min(10).max(MAX).describe("The largest number to look at") }),
  // Each value that is yielded shows at once and replaces the one before; the last one is the result.
  handler: async function* (_ctx, { upTo }, { abortSignal }): AsyncGenerator<PrimeCount> {
    for (const count of primeCounts(upTo)) {
      yield count;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      abortSignal?.throwIfAborted();
    }
  },
});

/** The count, segment by segment. */
export function* primeCounts(upTo: number): Generator<PrimeCount> {
  const small = primesUpTo(Math.floor(Math.sqrt(upTo)));
  const count: PrimeCount = { upTo, checked: 1, primes: 0, largest: 0 };
  const size = Math.ceil(upTo / SEGMENTS);
  yield { ...count };
  while (count.checked < upTo) {
    sieveSegment(count, { to: Math.min(upTo, count.checked + size), small });
    yield { ...count };
  }
}

/** Counts the primes after `count.checked`, up to `to`. */
function sieveSegment(count: PrimeCount, { to, small }: { to: number; small: readonly number[] }): void {
  const from = count.checked + 1;
  const isComposite = new Uint8Array(to - from + 1);
  for (const prime of small) {
    for (let multiple = Math.max(prime * prime, Math.ceil(from / prime) * prime); multiple <= to; multiple += prime) isComposite[multiple - from] = 1;
  }
  for (const [offset, composite] of isComposite.entries()) {
    if (composite === 1) continue;
    count.primes += 1;
    count.largest = from + offset;
  }
  count.checked = to;
}

function primesUpTo(limit: number): number[] {
  const primes: number[] = [];
  for (let candidate = 2; candidate <= limit; candidate++) if (!primes.some((prime) => prime * prime <= candidate && candidate % prime === 0)) primes.push(candidate);
  return primes;
}
