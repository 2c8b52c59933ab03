import { transitionFrames, transitionText, type StateVersion } from "./protocol.ts";
import type { News } from "./sessionQueries.ts";

/** What a Transition says. */
export interface TransitionContent {
  readonly start: StateVersion;
  readonly end: StateVersion;
  readonly news: readonly News[];
  /** Told with a change of identity, for which the client needs it; null otherwise. */
  readonly clientSkewMs: number | null;
  readonly serverMs: number;
}

/** Text for one client; bytes for many, which each of them can be sent without a copy. */
export type Frame = string | Buffer;

interface Written {
  readonly news: readonly News[];
  readonly frames: readonly Frame[];
}

// Different clients of one commit stand at few different versions; and what is kept here is not let go by the garbage
// collector.
const MAX_KEPT = 8;
const MAX_KEPT_BYTES = 4 * 1024 * 1024;

/** Writes Transitions as frames. Those of clients that are in step are the same bytes, written once. */
export class SharedFrames {
  readonly #written = new Map<string, Written>();

  framesOf(content: TransitionContent): readonly Frame[] {
    const { start, end, news } = content;
    if (content.clientSkewMs !== null || news.length === 0) return write(content);
    const key = `${start.querySet} ${start.identity} ${start.ts} ${end.querySet} ${end.identity} ${end.ts}`;
    const known = this.#written.get(key);
    if (known !== undefined && isSame(known.news, news)) return known.frames;
    const frames = write(content).map((frame) => Buffer.from(frame));
    this.#written.delete(key);
    if (sizeOf(frames) <= MAX_KEPT_BYTES) this.#written.set(key, { news, frames });
    for (const oldest of this.#written.keys()) {
      if (this.#written.size <= MAX_KEPT) break;
      this.#written.delete(oldest);
    }
    return frames;
  }
}

function write({ start, end, news, clientSkewMs, serverMs }: TransitionContent): string[] {
  const modifications = news.map(({ queryId, run }) =>
    run === null ? `{"type":"QueryRemoved","queryId":${queryId}}` : `{"queryId":${queryId},${run.body},"journal":${JSON.stringify(run.journal)}}`,
  );
  return transitionFrames(transitionText({ start, end }, modifications, { clientSkewMs, serverMs }));
}

function isSame(a: readonly News[], b: readonly News[]): boolean {
  return a.length === b.length && a.every(({ queryId, run }, at) => queryId === b[at]?.queryId && run === b[at]?.run);
}

const sizeOf = (frames: readonly Frame[]): number => frames.reduce((sum, frame) => sum + frame.length, 0);
