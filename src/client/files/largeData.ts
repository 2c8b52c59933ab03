import { isRecord } from "../../shared/json.js";
import type { Message } from "../../shared/validators/message.js";
import type { MessageWithMetadata } from "../../shared/validators/messageDoc.js";
import { guessMimeType } from "../aiSdk/files.js";
import type { ActionCtx, AgentComponent } from "../ctx.js";
import { storeFile } from "./storeFile.js";

/** Data of a part that is larger goes to the file storage, bytes. */
export const MAX_INLINE_BYTES = 64 * 1024;

/** Keeps bytes as a file: where they can be read then. */
type Store = (bytes: Uint8Array<ArrayBuffer>, file: { mediaType: string; filename: string | undefined }) => Promise<string>;

/**
 * The messages with each large piece of data (an image, a file, what a tool gave) put into the file storage and a URL
 * in its place. The ids of those files are added to the message's `fileIds`, which keep them.
 */
export async function storeLargeData(
  ctx: ActionCtx,
  component: AgentComponent,
  messages: readonly MessageWithMetadata[],
): Promise<MessageWithMetadata[]> {
  const stored: MessageWithMetadata[] = [];
  for (const input of messages) {
    const fileIds: string[] = [];
    const message = await withoutLargeData(input.message, async (bytes, { mediaType, filename }) => {
      const { file } = await storeFile(ctx, component, new Blob([bytes], { type: mediaType }), { filename });
      fileIds.push(file.fileId);
      return file.url;
    });
    stored.push(fileIds.length === 0 ? input : { ...input, message, fileIds: [...(input.fileIds ?? []), ...fileIds] });
  }
  return stored;
}

async function withoutLargeData(message: Message, store: Store): Promise<Message> {
  if (typeof message.content === "string") return message;
  const content: unknown[] = [];
  for (const part of message.content) content.push(await storePart({ ...part }, store));
  // The same parts; data became the URL where it is.
  return { ...message, content } as Message;
}

type Part = Record<string, unknown>;

async function storePart(part: Part, store: Store): Promise<Part> {
  switch (part.type) {
    case "image":
      return storeField(part, "image", store);
    case "file":
    case "reasoning-file":
      return storeField(part, "data", store);
    case "tool-result":
      return storeResult(part, store);
    default:
      return part;
  }
}

async function storeField(part: Part, field: "image" | "data", store: Store): Promise<Part> {
  const url = await storeIfLarge(part[field], part, store);
  return url === undefined ? part : { ...part, [field]: url };
}

/** What a model is shown of a tool's result, and what the tool gave where that is something else. */
async function storeResult(part: Part, store: Store): Promise<Part> {
  const { output } = part;
  const urls = new Map<unknown, string>();
  const stored: Part = { ...part };
  if (isRecord(output) && output.type === "content" && Array.isArray(output.value)) {
    const value: unknown[] = [];
    for (const item of output.value) value.push(await storeItem(item, { store, urls }));
    stored.output = { ...output, value };
  }
  if (part.result !== undefined) stored.result = await storeRaw(part.result, { store, urls });
  return stored;
}

/** Where data went that was stored already: in what a tool gave, base64 can be known only by that. */
type StoreOnce = { store: Store; urls: Map<unknown, string> };

/** An item of what a tool gave, in the SDK's form or one of its older forms. */
async function storeItem(item: unknown, { store, urls }: StoreOnce): Promise<unknown> {
  if (!isRecord(item)) return item;
  const tagged = isRecord(item.data) && item.data.type === "data" ? item.data.data : item.data;
  const url = await storeIfLarge(tagged, item, store);
  if (url === undefined) return item;
  urls.set(tagged, url);
  return { ...item, type: "file", data: { type: "url", url }, mediaType: item.mediaType ?? guessMimeType(bytesOf(tagged) ?? "") };
}

async function storeRaw(value: unknown, { store, urls }: StoreOnce): Promise<unknown> {
  const url = urls.get(value);
  if (url !== undefined) return url;
  if (value instanceof ArrayBuffer || (typeof value === "string" && value.startsWith("data:"))) return (await storeIfLarge(value, {}, store)) ?? value;
  if (Array.isArray(value)) return Promise.all(value.map((item) => storeRaw(item, { store, urls })));
  if (!isRecord(value)) return value;
  const fields = Object.entries(value).map(async ([key, item]) => [key, await storeRaw(item, { store, urls })] as const);
  return Object.fromEntries(await Promise.all(fields));
}

async function storeIfLarge(data: unknown, part: Part, store: Store): Promise<string | undefined> {
  if (sizeOf(data) <= MAX_INLINE_BYTES) return undefined;
  const bytes = bytesOf(data);
  if (bytes === undefined) return undefined;
  const filename = typeof part.filename === "string" ? part.filename : undefined;
  const declared = typeof part.mediaType === "string" && part.mediaType.includes("/") && !part.mediaType.endsWith("/*");
  const mediaType = declared ? String(part.mediaType) : guessMimeType(typeof data === "string" && data.startsWith("data:") ? data : bytes);
  return store(new Uint8Array(bytes), { mediaType, filename });
}

/** Base64 takes four characters for three bytes, and says at its end how many of the last three are none. */
function sizeOf(data: unknown): number {
  if (data instanceof ArrayBuffer) return data.byteLength;
  if (typeof data !== "string") return 0;
  const start = data.startsWith("data:") ? data.indexOf(",") + 1 : 0;
  const padding = data.endsWith("==") ? 2 : data.endsWith("=") ? 1 : 0;
  return ((data.length - start) * 3) / 4 - padding;
}

/** The bytes of data that is given as such, as base64 or as a data URL; undefined for a URL, which says where they are. */
function bytesOf(data: unknown): ArrayBuffer | undefined {
  if (data instanceof ArrayBuffer) return data;
  if (typeof data !== "string") return undefined;
  const [, parameters, body] = /^data:([^,]*),(.*)$/su.exec(data) ?? [];
  if (body !== undefined && parameters !== undefined && !parameters.endsWith(";base64")) return new TextEncoder().encode(decodeURIComponent(body)).buffer;
  const base64 = body ?? data;
  if (!/^[A-Za-z0-9+/_-]+={0,2}\s*$/u.test(base64)) return undefined;
  const text = atob(base64.trim().replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (char) => char.charCodeAt(0)).buffer;
}
