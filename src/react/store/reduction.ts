import { changedTool, emptyReduction, reduceChunks, type Reduction } from "../../shared/reduceChunks.js";
import type { UIMessage } from "../wireTypes.js";

export { changedTool, emptyReduction, reduceChunks, type Reduction };

/** The fields of a `UIMessage` that come from its chunks. */
export function messageFields(reduction: Reduction): Pick<UIMessage, "parts" | "text" | "metadata" | "error"> {
  const { metadata, errorText } = reduction;
  return {
    // The reducer builds the parts that the AI SDK builds from the same chunks; kinds it does not know stay opaque.
    parts: reduction.parts as unknown as UIMessage["parts"],
    text: textOf(reduction.parts),
    ...(metadata === undefined ? {} : { metadata }),
    ...(errorText === undefined ? {} : { error: errorText }),
  };
}

/**
 * The text parts, a line each: what `textOf` of the saved message gives. Appending instead of joining leaves the
 * pieces of a long reply unread until somebody reads the whole, so a delta costs its own length and no more.
 */
export function textOf(parts: readonly { readonly type: string; readonly text?: unknown }[]): string {
  let text: string | undefined;
  for (const part of parts) {
    if (part.type !== "text" || typeof part.text !== "string") continue;
    text = text === undefined ? part.text : `${text}\n${part.text}`;
  }
  return text ?? "";
}
