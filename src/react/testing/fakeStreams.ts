import { mergeChunks } from "../../shared/mergeChunks.js";
import type { StoredChunk, StreamDelta, StreamMessage, SyncStreamsReturnValue } from "../wireTypes.js";

interface FakeStream {
  row: StreamMessage & { live: NonNullable<StreamMessage["live"]> };
  sealed: StreamDelta[];
}

/** The writer's and the server's half of live streams, in memory: one live row per stream, sealed when it has grown. */
export class FakeStreams {
  readonly #sealChars: number;
  readonly #deltasPerRead: number;
  readonly #maxWholeChars: number;
  #streams = new Map<string, FakeStream>();

  constructor(options: { sealChars?: number; deltasPerRead?: number; maxWholeChars?: number } = {}) {
    this.#sealChars = options.sealChars ?? 500;
    this.#deltasPerRead = options.deltasPerRead ?? Number.POSITIVE_INFINITY;
    this.#maxWholeChars = options.maxWholeChars ?? Number.POSITIVE_INFINITY;
  }

  start(streamId: string, place: { order: number; stepOrder: number; agentName?: string }): void {
    const row = { streamId, status: "streaming" as const, ...place, live: { from: 0, end: 0, chunks: [] } };
    this.#streams.set(streamId, { row, sealed: [] });
  }

  /** One flush. What is sealed is what viewers have seen; the new chunks begin the new live row. */
  flush(streamId: string, chunks: readonly StoredChunk[]): void {
    const stream = this.#must(streamId);
    const { live } = stream.row;
    const end = live.end + chunks.length;
    const isFull = live.end > live.from && JSON.stringify(live.chunks).length > this.#sealChars;
    if (isFull) stream.sealed.push({ streamId, start: live.from, end: live.end, parts: live.chunks });
    const next = isFull
      ? { from: live.end, end, chunks: mergeChunks([...chunks]) }
      : { from: live.from, end, chunks: mergeChunks([...live.chunks, ...chunks]) };
    stream.row = { ...stream.row, live: next };
  }

  end(streamId: string, status: "finished" | "aborted"): void {
    const stream = this.#must(streamId);
    stream.row = { ...stream.row, status };
  }

  /** `syncStreams` with its default: only running streams are listed, unless `statuses` says otherwise. */
  sync(streamArgs: unknown, statuses: readonly string[] = ["streaming"]): SyncStreamsReturnValue | undefined {
    if (!isArgs(streamArgs)) return undefined;
    const streams = [...this.#streams.values()].filter(({ row }) => statuses.includes(row.status));
    if (streamArgs.kind === "list") return { kind: "list", messages: streams.map((stream) => this.#message(stream, streamArgs.whole === true)) };
    const deltas = streamArgs.cursors.flatMap(({ streamId, cursor }) => {
      const stream = this.#streams.get(streamId);
      if (stream === undefined) return [];
      const { live } = stream.row;
      return [...stream.sealed, { streamId, start: live.from, end: live.end, parts: live.chunks }]
        .filter((delta) => delta.start >= cursor).slice(0, this.#deltasPerRead);
    });
    return { kind: "deltas", deltas };
  }

  #message({ row, sealed }: FakeStream, isWhole: boolean): StreamMessage {
    const chunks = mergeChunks(sealed.flatMap(({ parts }) => parts));
    return isWhole && row.live.from > 0 && JSON.stringify(chunks).length <= this.#maxWholeChars ? { ...row, sealed: chunks } : row;
  }

  #must(streamId: string): FakeStream {
    const stream = this.#streams.get(streamId);
    if (stream === undefined) throw new Error(`no stream ${streamId}`);
    return stream;
  }
}

type Args = { kind: "list"; whole?: boolean } | { kind: "deltas"; cursors: { streamId: string; cursor: number }[] };

function isArgs(value: unknown): value is Args {
  return typeof value === "object" && value !== null && "kind" in value;
}

/** The chunks of a reply: a start, words, an end. */
export function textChunks(words: readonly string[]): StoredChunk[] {
  return [
    { type: "start" }, { type: "start-step" }, { type: "text-start", id: "t" },
    ...words.map((delta) => ({ type: "text-delta", id: "t", delta })),
    { type: "text-end", id: "t" }, { type: "finish-step" }, { type: "finish", finishReason: "stop" },
  ];
}
