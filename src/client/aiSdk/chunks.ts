import { toUIMessageChunk, type TextStreamPart, type ToolSet, type UIMessageChunk } from "ai";
import type { StoredChunk } from "../../shared/validators/stream.js";
import { toConvexRecord } from "../../shared/convexJson.js";
import { failureReason } from "./failures.js";

/** The chunk that stands for a part of the SDK's stream, or nothing where the part shows nothing. */
export function toChunk<TOOLS extends ToolSet>(
  part: TextStreamPart<TOOLS>,
  { tools, sendSources }: { tools: TOOLS | undefined; sendSources: boolean },
): UIMessageChunk | undefined {
  // A failed tool call keeps the text the model was shown; an error says what happened, never "An error occurred".
  const chunk = toUIMessageChunk(part, { tools, sendSources, onError: wordsOf, redactToolErrors: false });
  if (chunk?.type !== "tool-input-error") return chunk;
  // The SDK calls a call that it could not read dynamic, whatever its tool is, but only if its input was not streamed.
  const { dynamic: _dynamic, ...rest } = chunk;
  return rest;
}

function wordsOf(error: unknown): string {
  return failureReason(error).message;
}

/** A chunk as it is stored. */
export function toStoredChunk(chunk: UIMessageChunk): StoredChunk {
  // An object stays an object and keeps its `type`.
  return toConvexRecord(chunk) as StoredChunk;
}
