import type { ModelMessage } from "ai";
import { isRecord } from "../../shared/json.js";
import type { Message } from "../../shared/validators/message.js";
import type { MessageDoc } from "../../shared/validators/messageDoc.js";
import { fromConvexJson, toConvexJson, wellFormed } from "../../shared/convexJson.js";
import { guessMimeType, serializeDataOrUrl, type DataOrUrl } from "./files.js";

/**
 * A message as Convex stores it: URLs as text, bytes as ArrayBuffers, everything else JSON.
 * A message that is in this form already, older field names included, passes through.
 */
export function serializeMessage(message: ModelMessage | Message): Message {
  const { role, content, providerOptions } = message;
  const stored = {
    role,
    // What a person wrote is refused rather than changed; what a model or a tool gave is never refused.
    content: typeof content === "string" ? serializeText(role, content) : content.map((part) => serializePart(role, part)),
    ...(providerOptions && { providerOptions: toConvexJson(providerOptions) }),
  };
  // The same role with the same kinds of parts, each turned into Convex values by serializePart.
  return stored as Message;
}

/** A stored message as the AI SDK takes it. */
export function toModelMessage(message: Message | ModelMessage): ModelMessage {
  const { role, content, providerOptions } = message;
  const parts = typeof content === "string" ? content : content.map(modelPart).filter((part) => isForModels(role, part));
  // The inverse of serializeMessage; parts that no prompt takes are left out.
  return { role, content: parts, ...(providerOptions && { providerOptions: fromConvexJson(providerOptions) }) } as ModelMessage;
}

/** Saved messages as the AI SDK takes them, in the same order. Those without content, such as pending ones, are left out. */
export function docsToModelMessages(docs: readonly MessageDoc[]): ModelMessage[] {
  return docs.flatMap(({ message }) => {
    if (!message || message.content.length === 0) return [];
    const converted = toModelMessage(message);
    return converted.content.length === 0 ? [] : [converted];
  });
}

type KindsOf<Role extends ModelMessage["role"]> = Exclude<Extract<ModelMessage, { role: Role }>["content"], string>[number]["type"];

/** What the SDK sends to a model. It fails on all else: sources, an app's own data, kinds of a later version. */
const SENT: { [Role in ModelMessage["role"]]: Record<KindsOf<Role>, true> } = {
  system: {},
  user: { text: true, image: true, file: true },
  assistant: { text: true, reasoning: true, file: true, "reasoning-file": true, custom: true, "tool-call": true, "tool-result": true, "tool-approval-request": true },
  tool: { "tool-result": true, "tool-approval-response": true },
};

function isForModels(role: ModelMessage["role"], part: unknown): boolean {
  return isRecord(part) && typeof part.type === "string" && Object.hasOwn(SENT[role], part.type);
}

function serializeText(role: Message["role"], text: string): string {
  return role === "assistant" || role === "tool" ? wellFormed(text) : text;
}

function serializePart(role: Message["role"], part: object): unknown {
  const upgraded = upgradePart(part);
  switch (upgraded.type) {
    case "text":
      return { ...asRecord(toConvexJson(upgraded)), text: serializeText(role, String(upgraded.text)) };
    case "image":
      return serializeFile(upgraded, "image");
    case "file":
    case "reasoning-file":
      return serializeFile(upgraded, "data");
    case "tool-result":
      return serializeResult(upgraded, part);
    default:
      return toConvexJson(upgraded);
  }
}

/** A result with an output keeps a `result` besides: what the tool gave, where a model is shown something else. */
function serializeResult(upgraded: object, part: object): unknown {
  const hasBoth = "output" in part && part.output !== undefined && "result" in part && part.result !== undefined;
  return hasBoth ? { ...asRecord(toConvexJson(upgraded)), result: toConvexJson(part.result) } : toConvexJson(upgraded);
}

function serializeFile(part: Record<string, unknown>, field: "image" | "data"): unknown {
  // The documentation gives an image's bytes or URL as `data`, too.
  const { image, data: given, ...rest } = part;
  const data = field === "image" ? (image ?? given) : given;
  if (!isDataOrUrl(data)) throw new Error(`A ${String(part.type)} part needs \`${field}\`: bytes, base64 text or a URL`);
  const stored = serializeDataOrUrl(data);
  const mediaType = rest.mediaType ?? (typeof stored === "string" && isUrl(stored) ? undefined : typeOf(stored));
  return { ...asRecord(toConvexJson({ ...rest, mediaType })), [field]: stored };
}

function typeOf(stored: ReturnType<typeof serializeDataOrUrl>): string | undefined {
  return typeof stored === "string" || stored instanceof ArrayBuffer ? guessMimeType(stored) : undefined;
}

function isUrl(text: string): boolean {
  return /^https?:/u.test(text);
}

function isDataOrUrl(value: unknown): value is DataOrUrl {
  return typeof value === "string" || (typeof value === "object" && value !== null);
}

function modelPart(part: object): unknown {
  const upgraded = upgradePart(part);
  if (upgraded.type === "tool-result") return { ...asRecord(fromConvexJson(upgraded)), output: modelOutput(upgraded.output) };
  if (upgraded.type === "tool-call") {
    const { rawInput: _rawInput, ...call } = upgraded;
    return fromConvexJson(call);
  }
  const { image, data = image, ...rest } = upgraded;
  const decoded = asRecord(fromConvexJson(rest));
  if (data === undefined) return decoded;
  return { ...decoded, [upgraded.type === "image" ? "image" : "data"]: isRecord(data) && data.type === "reference" ? data.reference : data };
}

/** A tool's output for a model: the URLs of its files are URLs again. */
function modelOutput(output: unknown): unknown {
  const plain = fromConvexJson(output);
  if (!isRecord(plain) || plain.type !== "content" || !Array.isArray(plain.value)) return plain;
  const value = plain.value.map((item: unknown) => {
    if (!isRecord(item) || !isRecord(item.data) || typeof item.data.url !== "string") return item;
    return { ...item, data: { ...item.data, url: new URL(item.data.url) } };
  });
  return { ...plain, value };
}

/** The names that parts had before AI SDK 5, which messages of that time and the documentation use. */
function upgradePart(part: object): Record<string, unknown> {
  const { mimeType, args, result, isError, ...rest }: Record<string, unknown> = { ...part };
  if (mimeType !== undefined && rest.mediaType === undefined) rest.mediaType = mimeType;
  if (rest.type === "tool-call" && rest.input === undefined) rest.input = args ?? {};
  if (rest.type === "tool-result" && rest.output === undefined) rest.output = toOutput(result, isError === true);
  return rest;
}

function toOutput(result: unknown, isError: boolean): object {
  if (typeof result === "string") return { type: isError ? "error-text" : "text", value: result };
  return { type: isError ? "error-json" : "json", value: result ?? null };
}

function asRecord(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}
