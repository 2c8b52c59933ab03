import type { ModelMessage } from "ai";
import { isRecord } from "../../shared/json.js";

/** Reads a URL; the platform's `fetch`. */
export type Fetch = (url: string) => Promise<Pick<Response, "ok" | "status" | "arrayBuffer" | "headers">>;

/**
 * The messages with files at URLs of this machine read and put in place: a model's provider cannot reach them. In
 * production the storage has public URLs and nothing is read here.
 *
 * @throws when such a file cannot be read: the model would answer about something it was never shown.
 */
export async function inlineLocalFiles(messages: ModelMessage[], read: Fetch = fetch): Promise<ModelMessage[]> {
  const inlined: ModelMessage[] = [];
  for (const message of messages) inlined.push(await inlineMessage(message, read));
  return inlined;
}

async function inlineMessage(message: ModelMessage, read: Fetch): Promise<ModelMessage> {
  if (typeof message.content === "string" || !message.content.some((part) => holdsLocalUrl({ ...part }))) return message;
  const content: unknown[] = [];
  for (const part of message.content) content.push(await inlinePart({ ...part }, read));
  // The same parts; a URL became the data that it led to.
  return { ...message, content } as ModelMessage;
}

type Part = Record<string, unknown>;

function holdsLocalUrl(part: Part): boolean {
  if (part.type === "tool-result") return itemsOf(part).some(holdsLocalUrl);
  return localUrl(fileOf(part)) !== undefined;
}

/** Where a part has its file: a field of its own, or (items of what a tool gave) a tagged one. */
function fileOf(part: Part): unknown {
  const data = part.image ?? part.data ?? part.url;
  return isRecord(data) && !(data instanceof URL) ? data.url : data;
}

function itemsOf({ output }: Part): Part[] {
  return isRecord(output) && output.type === "content" && Array.isArray(output.value) ? output.value.filter(isRecord) : [];
}

async function inlinePart(part: Part, read: Fetch): Promise<Part> {
  if (part.type === "tool-result") {
    const value: unknown[] = [];
    for (const item of itemsOf(part)) value.push(await inlineItem(item, read));
    return isRecord(part.output) && value.length > 0 ? { ...part, output: { ...part.output, value } } : part;
  }
  const url = localUrl(fileOf(part));
  if (url === undefined) return part;
  const { data, mediaType } = await download(url, read);
  if (part.type === "image") return { ...part, image: data, mediaType: part.mediaType ?? mediaType };
  return { ...part, data, mediaType: part.mediaType || mediaType };
}

async function inlineItem(item: Part, read: Fetch): Promise<Part> {
  const url = localUrl(fileOf(item));
  if (url === undefined) return item;
  const { url: _url, ...rest } = item;
  const { data, mediaType } = await download(url, read);
  return { ...rest, type: "file", data: { type: "data", data }, mediaType: item.mediaType || mediaType };
}

async function download(url: URL, read: Fetch): Promise<{ data: Uint8Array; mediaType: string }> {
  const response = await read(url.href);
  if (!response.ok) throw new Error(`The file at ${url.href} cannot be shown to the model: reading it gave ${response.status}`);
  return { data: new Uint8Array(await response.arrayBuffer()), mediaType: response.headers.get("content-type") ?? "application/octet-stream" };
}

/** The URL when it leads to this machine. Other private addresses are left alone: what is behind them is not ours to read. */
function localUrl(value: unknown): URL | undefined {
  const text = value instanceof URL ? value.href : value;
  if (typeof text !== "string" || !/^https?:/iu.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isLocal = /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|0\.0\.0\.0|\[::1\])$/u.test(url.hostname);
  return isLocal ? url : undefined;
}
