/** The middle of some numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/**
 * Times of jobs that are compared, in milliseconds: they take turns, so that a busy moment of the machine falls on
 * all of them. The first round warms up and does not count.
 */
export async function inTurns<Name extends string>(rounds: number, jobs: Readonly<Record<Name, () => Promise<number>>>): Promise<Record<Name, number[]>> {
  const entries = Object.entries<() => Promise<number>>(jobs);
  const times: Record<string, number[]> = Object.fromEntries(entries.map(([name]) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, job] of entries) {
      const ms = await job();
      if (round > 0) times[name]?.push(ms);
    }
  }
  // It has the names of the jobs.
  return times as Record<Name, number[]>;
}

/** What a job took beyond the bare one, told by the medians of both. */
export function beyond(job: readonly number[], bare: readonly number[]): number {
  return Math.max(0, median(job) - median(bare));
}

/** Milliseconds of processor time that a job takes: on a busy machine it waits, but does no more work. */
export async function cpuMsOf(job: () => PromiseLike<void>): Promise<number> {
  const begun = process.cpuUsage();
  await job();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000;
}
