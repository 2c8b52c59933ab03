import { appendDelta, NO_CHUNKS, type Delta, type LiveChunks } from "../../shared/liveLog.js";

/**
 * A writer's own copy of its stream's newest chunks: what it has written is what the component would read. After a
 * write that failed it is not known any more, and the component reads.
 */
export class KnownChunks {
  #chunks: LiveChunks | undefined = NO_CHUNKS;

  /** Runs a write that adds `delta`; it is given what is known before it. */
  async during<Result>(delta: Delta | undefined, write: (known: LiveChunks | undefined) => Promise<Result>): Promise<Result> {
    const before = this.#chunks;
    this.#chunks = undefined;
    const result = await write(before);
    this.#chunks = before === undefined || delta === undefined ? before : appendDelta(before, delta).live;
    return result;
  }
}
