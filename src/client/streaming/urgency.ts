import type { StoredChunk } from "../../shared/validators/stream.js";
import type { Urgency } from "./deltaWriter.js";

/** How soon a chunk must be seen. */
export function urgencyOf(chunk: StoredChunk): Urgency {
  switch (chunk.type) {
    case "start":
    case "start-step":
    case "finish-step":
    case "finish":
    case "text-start":
    case "text-end":
    case "reasoning-start":
    case "reasoning-end":
    case "message-metadata":
      return "silent";
    case "text-delta":
    case "reasoning-delta":
      return chunk.delta === "" ? "silent" : "text";
    case "tool-input-start":
    case "tool-input-delta":
      return "text";
    default:
      // A tool's input or output, an approval, a source, a file, data, an error: changes of state, known kinds or not.
      return "state";
  }
}
