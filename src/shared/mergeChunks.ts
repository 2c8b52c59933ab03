import type { StoredChunk } from "./validators/stream.js";

const APPENDS: Readonly<Record<string, { id: string; delta: string }>> = {
  "text-delta": { id: "id", delta: "delta" },
  "reasoning-delta": { id: "id", delta: "delta" },
  "tool-input-delta": { id: "toolCallId", delta: "inputTextDelta" },
};

/** Joins neighbouring deltas of the same part: fewer and larger chunks that reduce to the same message. */
export function mergeChunks<Chunk extends StoredChunk>(chunks: readonly Chunk[]): Chunk[] {
  const merged: Chunk[] = [];
  for (const chunk of chunks) {
    const last = merged.at(-1);
    const fields = APPENDS[chunk.type];
    if (last === undefined || fields === undefined || last.type !== chunk.type || last[fields.id] !== chunk[fields.id]) {
      merged.push(chunk);
      continue;
    }
    merged[merged.length - 1] = { ...last, ...chunk, [fields.delta]: `${String(last[fields.delta])}${String(chunk[fields.delta])}` };
  }
  return merged;
}
