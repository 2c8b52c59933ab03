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

// Types and not interfaces: only those count as Convex values.
type WithProvider = {
  providerOptions?: ProviderOptions;
  providerMetadata?: ProviderMetadata;
};

/** A file kept by the provider itself, by provider name. */
export type ProviderReference = {
  type: "reference";
  reference: Record<string, string>;
};

/** Text that was written or said. */
export type TextPart = WithProvider & {
  type: "text";
  text: string;
};

/** An image; `image` is a URL, base64 text or bytes. */
export type ImagePart = WithProvider & {
  type: "image";
  image: string | ArrayBuffer | ProviderReference;
  mediaType?: string;
};

/** A file; `data` is a URL, base64 text or bytes. */
export type FilePart = WithProvider & {
  type: "file";
  data: string | ArrayBuffer | ProviderReference;
  mediaType: string;
  filename?: string;
};

/** What a model thought before it spoke, as far as its provider shows it. */
export type ReasoningPart = WithProvider & {
  type: "reasoning";
  text: string;
};

/** A file that a model made while it reasoned. */
export type ReasoningFilePart = WithProvider & {
  type: "reasoning-file";
  data: string | ArrayBuffer;
  mediaType: string;
};

/** A part that only its provider understands. */
export type CustomPart = WithProvider & {
  type: "custom";
  kind: string;
};

/** Something that an answer is based on: a page or a document. */
export type SourcePart = WithProvider & { type: "source"; id: string } & (
    | { sourceType: "url"; url: string; title?: string }
    | { sourceType: "document"; mediaType: string; title: string; filename?: string }
  );

/** A model's call of a tool. */
export type ToolCallPart = WithProvider & {
  type: "tool-call";
  toolCallId: string;
  toolName: string;
  input: JsonValue;
  providerExecuted?: boolean;
  /** The tool was not known when the program was written. */
  dynamic?: boolean;
  title?: string;
  toolMetadata?: JsonRecord;
};

/** What a tool gave back, in the form a model is shown. */
export type ToolResultOutput =
  | { type: "text"; value: string; providerOptions?: ProviderOptions }
  | { type: "json"; value: JsonValue; providerOptions?: ProviderOptions }
  | { type: "error-text"; value: string; providerOptions?: ProviderOptions }
  | { type: "error-json"; value: JsonValue; providerOptions?: ProviderOptions }
  | { type: "execution-denied"; reason?: string; providerOptions?: ProviderOptions }
  | { type: "content"; value: JsonRecord[]; providerOptions?: ProviderOptions };

/** What a call of a tool came to. */
export type ToolResultPart = WithProvider & {
  type: "tool-result";
  toolCallId: string;
  toolName: string;
  output: ToolResultOutput;
  /** What the tool gave, where a model is shown something else. */
  result?: JsonValue;
  providerExecuted?: boolean;
};

/** A tool call waits for somebody's decision. */
export type ToolApprovalRequestPart = WithProvider & {
  type: "tool-approval-request";
  approvalId: string;
  toolCallId: string;
  isAutomatic?: boolean;
  signature?: string;
};

/** The decision on a tool call that waited. */
export type ToolApprovalResponsePart = WithProvider & {
  type: "tool-approval-response";
  approvalId: string;
  approved: boolean;
  reason?: string;
  providerExecuted?: boolean;
};

/** What a user's message can hold. */
export type UserContentPart = TextPart | ImagePart | FilePart;
/** What a model's message can hold. */
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
/** What the message of a step's tools can hold. */
export type ToolContentPart = ToolResultPart | ToolApprovalResponsePart;
/** Every kind of part that a message can hold. Stored messages may also hold kinds that this version does not know. */
export type MessageContentParts = UserContentPart | AssistantContentPart | ToolContentPart;

/** Instructions to the model. */
export type SystemMessage = { role: "system"; content: string; providerOptions?: ProviderOptions };
/** What a user, or a person in their place, said. */
export type UserMessage = { role: "user"; content: string | UserContentPart[]; providerOptions?: ProviderOptions };
/** What a model said and which tools it called. */
export type AssistantMessage = { role: "assistant"; content: string | AssistantContentPart[]; providerOptions?: ProviderOptions };
/** The results of a step's calls of tools. */
export type ToolMessage = { role: "tool"; content: ToolContentPart[]; providerOptions?: ProviderOptions };
/** A message in the form models are shown, of only Convex values: what `vMessage` accepts. */
export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage;

const providerOptions = v.optional(vProviderOptions);

/** Validator of a {@link SystemMessage}. */
export const vSystemMessage = v.object({ role: v.literal("system"), content: v.string(), providerOptions });
/** Validators of parts, each by the name of its type. Like all content they let kinds and fields through that they do not know. */
export const vTextPart = vTyped<TextPart>();
export const vImagePart = vTyped<ImagePart>();
export const vFilePart = vTyped<FilePart>();
export const vReasoningPart = vTyped<ReasoningPart>();
export const vReasoningFilePart = vTyped<ReasoningFilePart>();
export const vCustomContentPart = vTyped<CustomPart>();
export const vSourcePart = vTyped<SourcePart>();
export const vToolCallPart = vTyped<ToolCallPart>();
export const vToolResultOutput = vTyped<ToolResultOutput>();
export const vToolResultPart = vTyped<ToolResultPart>();
export const vToolApprovalRequest = vTyped<ToolApprovalRequestPart>();
export const vToolApprovalResponse = vTyped<ToolApprovalResponsePart>();

/** Validators of a message and of its content, by role. */
export const vUserContent = vTyped<UserMessage["content"]>();
export const vUserMessage = v.object({ role: v.literal("user"), content: vUserContent, providerOptions });
export const vAssistantContent = vTyped<AssistantMessage["content"]>();
export const vAssistantMessage = v.object({ role: v.literal("assistant"), content: vAssistantContent, providerOptions });
export const vToolContent = vTyped<ToolMessage["content"]>();
export const vToolMessage = v.object({ role: v.literal("tool"), content: vToolContent, providerOptions });
/** Validator of a message's content, of whatever role. */
export const vContent = vTyped<Message["content"]>();
/** A message's content, of whatever role. */
export type Content = Message["content"];
/** Validator of a message: a `role` and its `content`. Kinds of parts that it does not know pass. */
export const vMessage = v.union(vUserMessage, vAssistantMessage, vToolMessage, vSystemMessage);

/** Who a message is from. */
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
/** Validator of a {@link Source}. */
export const vSource = vTyped<Source>();

/** A provider's remark on a call: a setting it does not support, and the like. */
export type CallWarning = JsonRecord & { type: string };
/** Validator of a {@link CallWarning}. */
export const vLanguageModelCallWarning = vTyped<CallWarning>();

/** Reasoning in parts, as a provider gave it. */
export const vReasoningDetails = v.array(vTyped<ReasoningPart>());
