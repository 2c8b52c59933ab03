import type { MessageDoc } from "./validators/messageDoc.js";
import { vTyped } from "./validators/tolerant.js";

/** Fields that messages of one thread mostly have in common. */
const SHARED = ["threadId", "userId", "agentName", "model", "provider", "status", "tool"] as const;
type Shared = (typeof SHARED)[number];

/** A message without what the list of them says once, or its content says already. */
type PackedMessage = Omit<MessageDoc, Shared> & Partial<Pick<MessageDoc, Shared>>;

/** Messages on their way from the component to an action: what they share is said once, and no text twice. */
export type PackedMessages = { shared: Partial<Pick<MessageDoc, Shared>>; messages: PackedMessage[] };

/** Validator of {@link PackedMessages}, which {@link packMessages} makes of checked ones. */
export const vPackedMessages = vTyped<PackedMessages>();

/** `unpackMessages(packMessages(docs))` equals `docs`. */
export function packMessages(docs: readonly MessageDoc[]): PackedMessages {
  const [first] = docs;
  const names = first === undefined ? [] : SHARED.filter((name) => first[name] !== undefined && docs.every((doc) => doc[name] === first[name]));
  const messages = docs.map((doc): PackedMessage => {
    const { text, ...rest } = doc;
    const packed: PackedMessage = text === undefined || text === textOf(doc) ? rest : doc;
    return without(packed, names);
  });
  return { shared: first === undefined ? {} : Object.fromEntries(names.map((name) => [name, first[name]])), messages };
}

export function unpackMessages({ shared, messages }: PackedMessages): MessageDoc[] {
  return messages.map((packed) => {
    // `packMessages` left out only what all of them share.
    const doc = { ...shared, ...packed } as MessageDoc;
    const text = doc.text ?? textOf(doc);
    return text === undefined ? doc : { ...doc, text };
  });
}

/** The text of a message that is nothing but text. */
function textOf({ message }: Pick<MessageDoc, "message">): string | undefined {
  return typeof message?.content === "string" && message.content !== "" ? message.content : undefined;
}

function without(message: PackedMessage, names: readonly Shared[]): PackedMessage {
  const rest = { ...message };
  for (const name of names) delete rest[name];
  return rest;
}
