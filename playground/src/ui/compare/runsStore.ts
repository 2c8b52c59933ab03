import type { MessageDoc, PlaygroundAnswer } from "convex-agent";
import { KeyedStore } from "./keyedStore";
import type { LiveRun } from "./LiveAnswer";

/** An answer that was made again and not saved. */
export interface Run {
  /** From 1. */
  readonly id: number;
  readonly agentName: string;
  readonly answer: PlaygroundAnswer;
  readonly docs: readonly MessageDoc[];
}

/** The answers to one prompt or step that were made here. */
export interface Runs {
  readonly runs: readonly Run[];
  /** The answer that is being made. */
  readonly live: LiveRun | null;
  readonly error: unknown;
}

const NONE: Runs = { runs: [], live: null, error: null };

/** Keeps answers that were made again as long as the page is open: who looks at another view finds them where they were. */
export class RunsStore extends KeyedStore<Runs> {
  constructor() {
    super(NONE);
  }

  begin(key: string, live: LiveRun): void {
    this.set(key, { ...this.get(key), live, error: null });
  }

  /** The answer is there; it is numbered after those before it. */
  made(key: string, run: Omit<Run, "id">): void {
    const { runs } = this.get(key);
    this.set(key, { runs: [...runs, { ...run, id: (runs.at(-1)?.id ?? 0) + 1 }], live: null, error: null });
  }

  failed(key: string, error: unknown): void {
    this.set(key, { ...this.get(key), live: null, error });
  }

  discard(key: string, id: number): void {
    const before = this.get(key);
    this.set(key, { ...before, runs: before.runs.filter((run) => run.id !== id) });
  }
}
