import type { ModelMessage } from "ai";
import { extractText } from "../../shared/extractText.js";
import { wellFormed } from "../../shared/convexJson.js";
import { cutText } from "../../shared/cutText.js";
import type { Message } from "../../shared/validators/message.js";

/** Longer texts are cut: models take some 8,000 tokens, and the beginning says what a message is about. */
const MAX_EMBEDDED_CHARS = 10_000;

/** A text as it is embedded and searched by: never with half of a character. Empty when there is nothing to embed. */
export function cutForEmbedding(text: string | undefined): string {
  return wellFormed(cutText(text?.trim() ?? "", MAX_EMBEDDED_CHARS));
}

/** What is embedded of a message: the text of what was said. Empty for instructions, calls of tools and their results. */
export function embeddedText(message: ModelMessage | Message | undefined): string {
  if (message === undefined || message.role === "system" || message.role === "tool") return "";
  const callsTool = typeof message.content !== "string" && message.content.some(({ type }) => type === "tool-call");
  return callsTool ? "" : cutForEmbedding(extractText(message));
}
