import { getConvexSize, type Value } from "convex/values";
import type { JsonRecord } from "./json.js";
import type { Message, ProviderOptions, Role } from "./validators/message.js";

/**
 * The neutral form in which a message's content is stored: all its text once, in `text`, and its other parts beside
 * it. It depends on no version of an SDK, and keeps parts of kinds it does not know as they are.
 */
export interface StoredContent {
  role: Role;
  /** The text parts, a line each. Missing: the message has no text. */
  text?: string;
  /** The parts in order; a text part is the number of UTF-16 units it takes of `text`. Missing: `text` is all. */
  parts?: StoredPart[];
  messageOptions?: ProviderOptions;
}

/** A part as it is stored: `{type: "text", length}` for a slice of the text, anything else as it came. */
export type StoredPart = JsonRecord & { type: string };

/** The results of a step's tools, beside the step they are of: their parts, and whatever else the message has that differs. */
export type StoredResults = JsonRecord & { parts?: StoredPart[] };

// Text parts are joined by one line break, so that a search sees their words apart.
const SEPARATOR = "\n";

/** Takes a message apart for storing. */
export function toStored(message: Message): StoredContent {
  const options = message.providerOptions === undefined ? {} : { messageOptions: message.providerOptions };
  if (typeof message.content === "string") return { role: message.role, text: message.content, ...options };
  const texts: string[] = [];
  const parts = message.content.map((part): StoredPart => {
    // Content parts are Convex values; the neutral form looks only at their kind and text.
    const record = part as unknown as StoredPart;
    if (record.type !== "text" || typeof record.text !== "string") return record;
    const { text, ...rest } = record;
    texts.push(String(text));
    return { ...rest, length: String(text).length };
  });
  return { role: message.role, ...(texts.length === 0 ? {} : { text: texts.join(SEPARATOR) }), parts, ...options };
}

/** Puts a stored message together again: `fromStored(toStored(m))` equals `m`. */
export function fromStored({ role, text, parts, messageOptions }: StoredContent): Message {
  let offset = 0;
  const content =
    parts === undefined
      ? (text ?? "")
      : parts.map((part) => {
          if (part.type !== "text" || typeof part.length !== "number") return part;
          const { length, ...rest } = part;
          const slice = (text ?? "").slice(offset, offset + length);
          offset += length + SEPARATOR.length;
          return { ...rest, text: slice };
        });
  const options = messageOptions === undefined ? {} : { providerOptions: messageOptions };
  // `toStored` took content of this role apart; parts of kinds we do not know ride along.
  return { role, content, ...options } as unknown as Message;
}

/** True when the message calls a tool or carries a tool's result or an approval. */
export function involvesTools({ role, parts }: StoredContent): boolean {
  return role === "tool" || (parts?.some((part) => part.type === "tool-call" || part.type === "tool-result") ?? false);
}

/** The reasoning parts of a message, a line each; undefined when there are none. */
export function reasoningOf(parts: readonly StoredPart[] | undefined): string | undefined {
  const texts = parts?.flatMap((part) => (part.type === "reasoning" && typeof part.text === "string" ? [part.text] : [])) ?? [];
  return texts.length === 0 ? undefined : texts.join(SEPARATOR);
}

/** Index of the first lone surrogate in a message's strings' own text, or -1. Convex stores UTF-8, which has none. */
export function loneSurrogateIndex(text: string): number {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0xd800 || unit > 0xdfff) continue;
    const next = text.charCodeAt(index + 1);
    if (unit < 0xdc00 && next >= 0xdc00 && next <= 0xdfff) index++;
    else return index;
  }
  return -1;
}

/** Size of a value as Convex counts it, bytes. */
export function sizeBytesOf(value: unknown): number {
  // `getConvexSize` takes any Convex value and refuses other types itself; fields that are `undefined` count nothing.
  return getConvexSize(value as Value);
}
