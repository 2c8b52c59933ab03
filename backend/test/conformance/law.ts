import { expect } from "vitest";
import type { Target } from "./targets.ts";

/** One thing that holds on Convex, tried on whatever claims to be it. */
export interface Law {
  readonly states: string;
  /** How convex-test is known to differ from Convex: it is not tried there then. */
  readonly convexTestDiffers?: string;
  readonly holds: (target: Target) => Promise<void>;
}

/** The message of a refusal. */
export async function refusal(attempt: Promise<unknown>): Promise<string> {
  const error: unknown = await attempt.then(() => null, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(Error);
  return error instanceof Error ? error.message : "";
}

/** Which of these were not refused. */
export async function accepted<T>(attempts: readonly T[], attempt: (one: T) => Promise<unknown>): Promise<T[]> {
  const taken: T[] = [];
  for (const one of attempts) await attempt(one).then(() => taken.push(one), () => undefined);
  return taken;
}
