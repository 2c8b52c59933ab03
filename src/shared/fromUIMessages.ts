import { extractText } from "./extractText.js";
import { isRecord, type JsonValue } from "./json.js";
import type { ReducedPart } from "./reduceChunks.js";
import { reductionToMessages } from "./reductionToMessages.js";
import { involvesTools, reasoningOf, toStored } from "./storedMessage.js";
import { toConvexJson } from "./convexJson.js";
import type { UIMessage } from "./uiMessage.js";
import type { Message, ProviderOptions, Source } from "./validators/message.js";
import type { MessageDoc } from "./validators/messageDoc.js";

/** Whose messages they are, and how they came to be. */
export type FromUIMessagesMeta<METADATA = unknown> = {
  threadId: string;
  /** For messages that do not say it. */
  userId?: string;
  model?: string;
  provider?: string;
  providerOptions?: ProviderOptions;
  metadata?: METADATA;
};

/**
 * Messages as they are rendered, back in the form in which they are stored: an assistant's message becomes a row for
 * each step, and one for the results of its tools. `toUIMessages` makes the same messages of them. Their ids are made
 * of the message's own and are no ids of the component.
 */
export async function fromUIMessages<METADATA = unknown>(
  messages: readonly UIMessage<METADATA>[],
  meta: FromUIMessagesMeta<METADATA>,
): Promise<Array<Omit<MessageDoc, "metadata"> & { streaming: boolean; metadata?: METADATA }>> {
  return messages.flatMap((message) => contentsOf(message).map((content, index) => docOf(content, { message, meta, index })));
}

type Place<METADATA> = { message: UIMessage<METADATA>; meta: FromUIMessagesMeta<METADATA>; index: number };

function docOf<METADATA>(content: Message, { message, meta, index }: Place<METADATA>): Omit<MessageDoc, "metadata"> & { streaming: boolean; metadata?: METADATA } {
  const { parts: _parts, role: _role, key: _key, text: _text, id, status, stepOrder, ...common } = message;
  const stored = toStored(content);
  const tool = involvesTools(stored);
  const text = extractText(content);
  const reasoning = reasoningOf(stored.parts);
  const sources = content.role === "assistant" ? sourcesOf(content) : [];
  return {
    ...meta,
    ...common,
    _id: `${id}-${index}`,
    stepOrder: stepOrder + index,
    status: status === "streaming" ? "pending" : status,
    streaming: status === "streaming",
    tool,
    message: content,
    ...(text === undefined ? {} : { text }),
    ...(reasoning === undefined ? {} : { reasoning }),
    ...(sources.length > 0 ? { sources } : {}),
    ...(content.role === "assistant" && status === "success" ? { finishReason: tool ? ("tool-calls" as const) : ("stop" as const) } : {}),
  };
}

function contentsOf<METADATA>({ role, parts: uiParts, text }: UIMessage<METADATA>): Message[] {
  // Every part of a message is an object with a `type`.
  const parts = uiParts as unknown as readonly ReducedPart[];
  if (role === "system") return [{ role, content: text }];
  // A call whose input is still arriving is no call yet.
  const said = parts.filter(({ state }) => state !== "input-streaming");
  const contents = reductionToMessages({ parts: said }, { reason: undefined, skipSteps: 0 });
  // The parts of a user's message are text and files, which both roles hold alike.
  if (role === "user") return contents.map(({ content }) => ({ role, content }) as Message);
  return withAnswers(contents, said);
}

/** The messages with the decisions on calls, each after the step that asked. */
function withAnswers(contents: readonly Message[], parts: readonly ReducedPart[]): Message[] {
  const answers = new Map(parts.flatMap(({ toolCallId, approval }) => (isRecord(approval) && typeof approval.approved === "boolean" ? [[toolCallId, answerOf(approval)]] : [])));
  return contents.flatMap((message): Message[] => {
    if (message.role !== "assistant" || typeof message.content === "string") return [message];
    const own = message.content.flatMap((part) => (part.type === "tool-call" ? [answers.get(part.toolCallId)] : [])).filter((answer) => answer !== undefined);
    // Decisions, as a message of that role holds them.
    return own.length === 0 ? [message] : [message, { role: "tool", content: own } as unknown as Message];
  });
}

function answerOf({ id, approved, reason }: Record<string, unknown>): JsonValue {
  return { type: "tool-approval-response", approvalId: String(id), approved: approved === true, ...(typeof reason === "string" ? { reason } : {}) };
}

function sourcesOf({ content }: Message): Source[] {
  if (typeof content === "string") return [];
  // Source parts were made of the fields that a stored source has.
  return content.filter((part) => (part as { type: string }).type === "source").map((part) => toConvexJson(part) as unknown as Source);
}
