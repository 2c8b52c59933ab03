import type { ModelMessage } from "ai";
import { extractText } from "../../shared/extractText.js";
import { wellFormed } from "../../shared/convexJson.js";
import type { Message } from "../../shared/validators/message.js";

/** Longer texts are cut: models take some 8,000 tokens, and the beginning says what a message is about. */
const MAX_EMBEDDED_CHARS = 10_000;

/** A text as it is embedded and searched by: never with half of a character. Empty when there is nothing to embed. */
export function cutForEmbedding(text: string | undefined): string {
  const trimmed = text?.trim() ?? "";
  if (trimmed.length <= MAX_EMBEDDED_CHARS) return wellFormed(trimmed);
  const last = trimmed.charCodeAt(MAX_EMBEDDED_CHARS - 1);
  const isHalf = last >= 0xd800 && last < 0xdc00;
  return wellFormed(trimmed.slice(0, isHalf ? MAX_EMBEDDED_CHARS - 1 : MAX_EMBEDDED_CHARS));
}

/** What is embedded of a message: the text of what was said. Empty for instructions, calls of tools and their results. */
export function embeddedText(message: ModelMessage | Message | undefined): string {
  if (message === undefined || message.role === "system" || message.role === "tool") return "";
  const callsTool = typeof message.content !== "string" && message.content.some(({ type }) => type === "tool-call");
  return callsTool ? "" : cutForEmbedding(extractText(message));
}
