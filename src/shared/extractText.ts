import type { Message } from "./validators/message.js";

/** A message with content: a model message of the AI SDK or a stored one. */
interface WithContent {
  readonly role?: string;
  readonly content: string | readonly unknown[];
}

/**
 * The text of a message: its text parts, a line each. Undefined when it has none (a tool call, a file).
 *
 * @example extractText({ role: "user", content: "Hello" }) // "Hello"
 */
export function extractText(message: Message | WithContent): string | undefined {
  if (typeof message.content === "string") return message.content;
  // A message of a tool holds results, whatever their parts are called.
  if (message.role === "tool") return undefined;
  const texts = (message.content as readonly unknown[]).flatMap((part) => (isTextPart(part) ? [part.text] : []));
  return texts.length === 0 ? undefined : texts.join("\n");
}

function isTextPart(part: unknown): part is { text: string } {
  return typeof part === "object" && part !== null && "type" in part && part.type === "text" && "text" in part && typeof part.text === "string";
}
