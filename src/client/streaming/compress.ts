import type { UIMessageChunk } from "ai";
import { mergeChunks } from "../../shared/mergeChunks.js";
import type { StoredChunk } from "../../shared/validators/stream.js";

/**
 * Joins neighbouring deltas of the same part: fewer and larger chunks that make the same message.
 *
 * @example compressUIMessageChunks([{ type: "text-delta", id: "0", delta: "a" }, { type: "text-delta", id: "0", delta: "b" }])
 */
export function compressUIMessageChunks(chunks: UIMessageChunk[]): UIMessageChunk[] {
  // Only the texts of deltas are read and joined; everything else is handed back as it came.
  return mergeChunks(chunks as unknown as StoredChunk[]) as unknown as UIMessageChunk[];
}
