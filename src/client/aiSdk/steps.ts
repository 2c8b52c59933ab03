import type { LanguageModelUsage, ModelMessage, StepResult, ToolSet } from "ai";
import type { Message } from "../../shared/validators/message.js";
import type { MessageWithMetadata } from "../../shared/validators/messageDoc.js";
import { toConvexJson, toConvexRecord, wellFormed } from "../../shared/convexJson.js";
import { sizeBytesOf } from "../../shared/storedMessage.js";
import { serializeMessage } from "./messages.js";
import type { ModelNames } from "./models.js";
import { toFinishReason, toUsage } from "./usage.js";

/** What is used of a finished step. */
export type FinishedStep = Pick<
  StepResult<ToolSet>,
  "content" | "finishReason" | "usage" | "warnings" | "sources" | "reasoningText" | "providerMetadata" | "request" | "response"
> & { readonly model: { readonly provider: string; readonly modelId: string } };

/**
 * The messages of a step as they are saved: what the assistant said, then the results of its tool calls.
 * How it came to be is kept with what the assistant said. A step in which nothing was said leaves an empty message,
 * so that it is known to have ended.
 */
export function stepMessages(step: FinishedStep, { before = [], resultOf = () => undefined }: BeforeStep = {}): MessageWithMetadata[] {
  const names = stepModel(step);
  const said = step.response.messages.some(({ role }) => role === "assistant")
    ? step.response.messages
    : [{ role: "assistant" as const, content: [] }, ...step.response.messages];
  return [
    // Complete in themselves, whatever becomes of the step.
    ...resultMessages(before, resultOf).map((message) => ({ ...message, ...names })),
    ...said.map((message) => ({
      message: serializeMessage(withCallDetails(withSourcesInPlace(message, step), step)),
      ...names,
      ...(message.role === "assistant" && stepMetadata(step)),
    })),
  ];
}

/** What tools gave that ran before a step, for calls that were approved since. */
export type BeforeStep = {
  before?: readonly ModelMessage[] | undefined;
  /** What a tool gave, by its call, before it was made into what a model is shown. */
  resultOf?: ((toolCallId: string) => unknown) | undefined;
};

/** Results of tools that ran for an earlier step, as they are saved. */
export function resultMessages(messages: readonly ModelMessage[], resultOf: (toolCallId: string) => unknown): MessageWithMetadata[] {
  return messages.map((message) => ({ message: serializeMessage(withRawResults(message, resultOf)), status: "success" as const }));
}

/** The message with what the SDK knows of calls and results and leaves out of its messages. */
function withCallDetails(message: ModelMessage | Message, { content: made }: FinishedStep): ModelMessage | Message {
  if (message.role === "tool") {
    const results = new Map(made.flatMap((part) => (part.type === "tool-result" ? [[part.toolCallId, part.output]] : [])));
    return withRawResults(message, (toolCallId) => results.get(toolCallId));
  }
  if (message.role !== "assistant" || typeof message.content === "string") return message;
  const calls = new Map(made.flatMap((part) => (part.type === "tool-call" ? [[part.toolCallId, part]] : [])));
  const content = message.content.map((part) => {
    const call = part.type === "tool-call" ? calls.get(part.toolCallId) : undefined;
    if (!call) return part;
    const { title, toolMetadata } = call;
    // A provider takes objects only: where the model wrote something else, the SDK shows it an empty one.
    const rawInput = call.invalid === true && typeof call.input === "string" ? { rawInput: call.input } : {};
    // The SDK calls a call that it could not read dynamic too, whatever its tool is.
    const dynamic = call.dynamic === true && call.invalid !== true;
    return { ...part, ...rawInput, ...(dynamic && { dynamic }), ...(title !== undefined && { title }), ...(toolMetadata !== undefined && { toolMetadata }) };
  });
  // Parts of an assistant's message, as stored messages know them.
  return { ...message, content } as Message;
}

/** A larger result is not kept besides what a model was shown of it, bytes. */
const MAX_RAW_RESULT_BYTES = 256 * 1024;

/** The message with the results as the tools gave them, where a model was shown something else. */
function withRawResults(message: ModelMessage | Message, resultOf: (toolCallId: string) => unknown): ModelMessage | Message {
  if (message.role !== "tool") return message;
  const content = message.content.map((part) => {
    const raw = part.type === "tool-result" ? resultOf(part.toolCallId) : undefined;
    if (part.type !== "tool-result" || raw === undefined) return part;
    const result = toConvexJson(raw);
    const isShown = (part.output.type === "text" || part.output.type === "json") && JSON.stringify(toConvexJson(part.output.value)) === JSON.stringify(result);
    return isShown || sizeBytesOf(result) > MAX_RAW_RESULT_BYTES ? part : { ...part, result: raw };
  });
  // The same parts; some have one more field, which stored messages know.
  return { ...message, content } as Message;
}

type SaidPart = Exclude<Extract<ModelMessage, { role: "assistant" }>["content"], string>[number];

/**
 * What was said with its sources where they were named. The SDK leaves them out of its messages; those at the end
 * need no place, they are kept beside the message.
 */
function withSourcesInPlace(message: ModelMessage, { content: made }: FinishedStep): ModelMessage | Message {
  const last = made.findLastIndex((part) => part.type !== "source");
  const hasPlacedSources = made.some((part, index) => part.type === "source" && index < last);
  if (message.role !== "assistant" || typeof message.content === "string" || !hasPlacedSources) return message;
  const said = made.filter(isSaid);
  if (said.length !== message.content.length) return message;
  const partOf = new Map<unknown, SaidPart>(message.content.map((part, index) => [said[index], part]));
  const content = made.map((part) => (part.type === "source" ? toSource(part) : partOf.get(part))).filter((part) => part !== undefined);
  // Parts of an assistant's message, and sources, which a stored message holds as well.
  return { ...message, content } as unknown as Message;
}

/** What the SDK puts into the assistant's message: neither sources, nor results of tools it ran, nor empty text. */
function isSaid(part: FinishedStep["content"][number]): boolean {
  switch (part.type) {
    case "source":
    case "tool-approval-response":
      return false;
    case "tool-result":
    case "tool-error":
      return part.providerExecuted === true;
    case "text":
      return part.text.length > 0 || part.providerMetadata != null;
    default:
      return true;
  }
}

/** The names of the model that produced a step. */
export function stepModel(step: FinishedStep): ModelNames {
  return { model: step.model.modelId, provider: step.model.provider };
}

function stepMetadata(step: FinishedStep): Omit<MessageWithMetadata, "message"> {
  return {
    finishReason: toFinishReason(step.finishReason),
    usage: toUsage(step.usage),
    ...(step.reasoningText && { reasoning: step.reasoningText }),
    ...(step.providerMetadata && { providerMetadata: providerRecord(step.providerMetadata) }),
    ...(step.sources.length > 0 && { sources: step.sources.map(toSource) }),
    ...(step.warnings && step.warnings.length > 0 && { warnings: step.warnings.map(toWarning) }),
  };
}

type StoredMetadata = Required<Pick<MessageWithMetadata, "sources" | "warnings" | "providerMetadata">>;

/** Metadata of a provider, made storable. */
export function providerRecord(metadata: object): StoredMetadata["providerMetadata"] {
  // The SDK's ProviderMetadata is a record of JSON objects by provider name.
  return toConvexRecord(metadata) as StoredMetadata["providerMetadata"];
}

function toSource(source: object): StoredMetadata["sources"][number] {
  // The SDK's Source has the fields of a SourcePart.
  return toConvexRecord(source) as StoredMetadata["sources"][number];
}

function toWarning(warning: object): StoredMetadata["warnings"][number] {
  // Every warning of the SDK has a `type`.
  return toConvexRecord(warning) as StoredMetadata["warnings"][number];
}

/** The message that keeps a generated object, as JSON text: as the model wrote it, if that is this object. */
export function objectMessage(args: {
  object: unknown;
  text?: string | undefined;
  finishReason: Parameters<typeof toFinishReason>[0];
  usage: LanguageModelUsage;
  names: ModelNames;
  providerMetadata?: object;
  warnings?: readonly object[];
}): MessageWithMetadata {
  return {
    message: { role: "assistant", content: wellFormed(isJsonOf(args.text, args.object) ? args.text : (JSON.stringify(args.object) ?? "null")) },
    finishReason: toFinishReason(args.finishReason),
    usage: toUsage(args.usage),
    ...args.names,
    ...(args.providerMetadata && { providerMetadata: providerRecord(args.providerMetadata) }),
    ...(args.warnings && args.warnings.length > 0 && { warnings: args.warnings.map(toWarning) }),
  };
}

/** What was shown while it was written need not change when it is saved. */
function isJsonOf(text: string | undefined, object: unknown): text is string {
  if (text === undefined) return false;
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(object);
  } catch {
    // No JSON: the SDK has repaired it, or it stands in other words.
    return false;
  }
}
