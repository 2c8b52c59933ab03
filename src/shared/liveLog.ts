import type { JsonValue } from "./json.js";
import { mergeChunks } from "./mergeChunks.js";
import { sizeBytesOf } from "./storedMessage.js";
import type { StoredChunk } from "./validators/stream.js";

/** Chunks with the indexes `start` (inclusive) to `end` (exclusive) of a stream's log, merged where they could be. */
export interface Delta {
  start: number;
  end: number;
  parts: StoredChunk[];
}

/** The newest chunks of a stream: those with the indexes `from` (inclusive) to `end` (exclusive) of its log. */
export interface LiveChunks {
  from: number;
  end: number;
  chunks: StoredChunk[];
}

/** A stream that nothing was written to. */
export const NO_CHUNKS: Readonly<LiveChunks> = { from: 0, end: 0, chunks: [] };

/** Each update sends the live chunks again: a few hundred bytes are a second of text. */
const SEAL_BYTES = 384;

/** A chunk larger than this is shown when it is saved, not before: a row holds 1 MiB, and viewers are sent all of it. */
export const MAX_CHUNK_BYTES = 128 * 1024;

/**
 * What a stream's live chunks become when `delta`, which begins where they end, is added; and what of them is sealed by
 * that. What is sealed was live before, so a viewer who saw that goes on without a gap. Who writes a stream and the
 * component both work this out, and come to the same.
 */
export function appendDelta(live: Readonly<LiveChunks>, delta: Readonly<Delta>): { live: LiveChunks; sealed: Delta | null } {
  const parts = delta.parts.map(withoutBulk);
  const isFull = live.chunks.length > 0 && sizeBytesOf(live.chunks) + sizeBytesOf(parts) > SEAL_BYTES;
  if (!isFull) return { live: { from: live.from, end: delta.end, chunks: mergeChunks([...live.chunks, ...parts]) }, sealed: null };
  return {
    live: { from: live.end, end: delta.end, chunks: parts },
    sealed: { start: live.from, end: live.end, parts: live.chunks },
  };
}

/** A large chunk without what makes it large. Its place in the log stays. */
function withoutBulk(chunk: StoredChunk): StoredChunk {
  const sizeBytes = sizeBytesOf(chunk);
  if (sizeBytes <= MAX_CHUNK_BYTES) return chunk;
  const small = Object.entries(chunk).filter(([, value]) => sizeBytesOf(value) <= MAX_CHUNK_BYTES / 8);
  return { ...Object.fromEntries(small), type: chunk.type, ...(BULK[chunk.type]?.(sizeBytes) ?? { type: "data-omitted", transient: true, data: null }) };
}

/** What stands for the bulk of a chunk whose loss would change the state of a part. */
const BULK: Readonly<Record<string, (sizeBytes: number) => Record<string, JsonValue>>> = {
  "tool-input-available": (sizeBytes) => ({ input: { omittedBytes: sizeBytes } }),
  "tool-input-error": (sizeBytes) => ({ input: { omittedBytes: sizeBytes } }),
  // Beside the output too: a tool may give an object that looks like this one.
  "tool-output-available": (sizeBytes) => ({ output: { omittedBytes: sizeBytes }, omittedBytes: sizeBytes }),
  "tool-output-error": (sizeBytes) => ({ errorText: `An error of ${sizeBytes} bytes` }),
};
