import { v, type Infer } from "convex/values";
import type { JsonRecord, JsonValue } from "../json.js";
import { vTyped } from "./tolerant.js";

/** Options or metadata of providers, by provider name: `{ openai: { … } }`. */
export type ProviderOptions = Record<string, JsonRecord>;
/** What a provider answered beside the content, by provider name. */
export type ProviderMetadata = ProviderOptions;

/** Validator of options passed to a provider. */
export const vProviderOptions = v.record(v.string(), vTyped<JsonRecord>());
/** Validator of metadata received from a provider. */
export const vProviderMetadata = vProviderOptions;

interface WithProvider {
  providerOptions?: ProviderOptions;
  providerMetadata?: ProviderMetadata;
}

/** A file kept by the provider itself, by provider name. */
export interface ProviderReference {
  type: "reference";
  reference: Record<string, string>;
}

export interface TextPart extends WithProvider {
  type: "text";
  text: string;
}

/** An image; `image` is a URL, base64 text or bytes. */
export interface ImagePart extends WithProvider {
  type: "image";
  image: string | ArrayBuffer | ProviderReference;
  mediaType?: string;
}

/** A file; `data` is a URL, base64 text or bytes. */
export interface FilePart extends WithProvider {
  type: "file";
  data: string | ArrayBuffer | ProviderReference;
  mediaType: string;
  filename?: string;
}

export interface ReasoningPart extends WithProvider {
  type: "reasoning";
  text: string;
}

/** A file that a model made while it reasoned. */
export interface ReasoningFilePart extends WithProvider {
  type: "reasoning-file";
  data: string | ArrayBuffer;
  mediaType: string;
}

/** A part that only its provider understands. */
export interface CustomPart extends WithProvider {
  type: "custom";
  kind: string;
}

export type SourcePart = WithProvider & { type: "source"; id: string } & (
    | { sourceType: "url"; url: string; title?: string }
    | { sourceType: "document"; mediaType: string; title: string; filename?: string }
  );

export interface ToolCallPart extends WithProvider {
  type: "tool-call";
  toolCallId: string;
  toolName: string;
  input: JsonValue;
  providerExecuted?: boolean;
}

/** What a tool gave back, in the form a model is shown. */
export type ToolResultOutput =
  | { type: "text"; value: string; providerOptions?: ProviderOptions }
  | { type: "json"; value: JsonValue; providerOptions?: ProviderOptions }
  | { type: "error-text"; value: string; providerOptions?: ProviderOptions }
  | { type: "error-json"; value: JsonValue; providerOptions?: ProviderOptions }
  | { type: "execution-denied"; reason?: string; providerOptions?: ProviderOptions }
  | { type: "content"; value: JsonRecord[]; providerOptions?: ProviderOptions };

export interface ToolResultPart extends WithProvider {
  type: "tool-result";
  toolCallId: string;
  toolName: string;
  output: ToolResultOutput;
  providerExecuted?: boolean;
}

/** A tool call waits for somebody's decision. */
export interface ToolApprovalRequestPart extends WithProvider {
  type: "tool-approval-request";
  approvalId: string;
  toolCallId: string;
  isAutomatic?: boolean;
  signature?: string;
}

/** The decision on a tool call that waited. */
export interface ToolApprovalResponsePart extends WithProvider {
  type: "tool-approval-response";
  approvalId: string;
  approved: boolean;
  reason?: string;
  providerExecuted?: boolean;
}

export type UserContentPart = TextPart | ImagePart | FilePart;
export type AssistantContentPart =
  | TextPart
  | FilePart
  | ReasoningPart
  | ReasoningFilePart
  | CustomPart
  | SourcePart
  | ToolCallPart
  | ToolResultPart
  | ToolApprovalRequestPart;
export type ToolContentPart = ToolResultPart | ToolApprovalResponsePart;
/** Every kind of part that a message can hold. Stored messages may also hold kinds that this version does not know. */
export type MessageContentParts = UserContentPart | AssistantContentPart | ToolContentPart;

export type SystemMessage = { role: "system"; content: string; providerOptions?: ProviderOptions };
export type UserMessage = { role: "user"; content: string | UserContentPart[]; providerOptions?: ProviderOptions };
export type AssistantMessage = { role: "assistant"; content: string | AssistantContentPart[]; providerOptions?: ProviderOptions };
export type ToolMessage = { role: "tool"; content: ToolContentPart[]; providerOptions?: ProviderOptions };
/** A message in the form models are shown, of only Convex values: what `vMessage` accepts. */
export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage;

const providerOptions = v.optional(vProviderOptions);

export const vSystemMessage = v.object({ role: v.literal("system"), content: v.string(), providerOptions });
export const vUserContent = vTyped<UserMessage["content"]>();
export const vUserMessage = v.object({ role: v.literal("user"), content: vUserContent, providerOptions });
export const vAssistantContent = vTyped<AssistantMessage["content"]>();
export const vAssistantMessage = v.object({ role: v.literal("assistant"), content: vAssistantContent, providerOptions });
export const vToolContent = vTyped<ToolMessage["content"]>();
export const vToolMessage = v.object({ role: v.literal("tool"), content: vToolContent, providerOptions });
/** Validator of a message's content, of whatever role. */
export const vContent = vTyped<Message["content"]>();
export type Content = Message["content"];
/** Validator of a message: a `role` and its `content`. Kinds of parts that it does not know pass. */
export const vMessage = v.union(vUserMessage, vAssistantMessage, vToolMessage, vSystemMessage);

export const vRole = v.union(v.literal("system"), v.literal("user"), v.literal("assistant"), v.literal("tool"));
export type Role = Infer<typeof vRole>;

/** `pending`: still being made, or a call that waits; `success`: complete; `failed`: ended early, `error` says why. */
export const vMessageStatus = v.union(v.literal("pending"), v.literal("success"), v.literal("failed"));
export type MessageStatus = Infer<typeof vMessageStatus>;

/** Why a model stopped. */
export const vFinishReason = v.union(
  v.literal("stop"),
  v.literal("length"),
  v.literal("content-filter"),
  v.literal("tool-calls"),
  v.literal("error"),
  v.literal("other"),
  v.literal("unknown"),
);
export type FinishReason = Infer<typeof vFinishReason>;

/** Something a model based its answer on. */
export type Source = SourcePart;
export const vSource = vTyped<Source>();

/** A provider's remark on a call: a setting it does not support, and the like. */
export type CallWarning = JsonRecord & { type: string };
export const vLanguageModelCallWarning = vTyped<CallWarning>();

/** Reasoning in parts, as a provider gave it. */
export const vReasoningDetails = v.array(vTyped<ReasoningPart>());
