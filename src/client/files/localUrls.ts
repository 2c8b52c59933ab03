import type { ModelMessage } from "ai";
import { isRecord } from "../../shared/json.js";

/** Reads a URL; the platform's `fetch`. */
export type Fetch = (url: string) => Promise<Pick<Response, "ok" | "status" | "arrayBuffer" | "headers">>;

/**
 * The messages with files that a model's provider cannot reach read and put in place: those at URLs of this machine,
 * and those in the storage of a deployment in a private network. Elsewhere nothing is read here.
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

/** The URL when it is one that only this machine, or the network it stands in, can read. */
function localUrl(value: unknown): URL | undefined {
  const text = value instanceof URL ? value.href : value;
  if (typeof text !== "string" || !/^https?:/iu.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return isThisMachine(url) || (isPrivate(url) && isOwnStorage(url)) ? url : undefined;
}

function isThisMachine({ hostname }: URL): boolean {
  return /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|0\.0\.0\.0|\[::1\])$/u.test(hostname);
}

/** Hosts of private networks, and names that only such a network knows. */
function isPrivate({ hostname }: URL): boolean {
  return /^(?:10(?:\.\d+){3}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d+){2}|192\.168(?:\.\d+){2}|\[f[cd][\da-f:]+\]|\[fe80:[\da-f:]+\]|[^.]+|.+\.(?:local|internal))$/u.test(hostname);
}

declare const process: { readonly env: Readonly<Record<string, string | undefined>> } | undefined;

/**
 * Whether a URL is one of the deployment's own file storage. Of a private network nothing else is read: a message can
 * name any address, and what is behind it is not for whoever wrote the message.
 */
function isOwnStorage({ origin, pathname }: URL): boolean {
  const own = typeof process === "undefined" ? undefined : process.env.CONVEX_CLOUD_URL;
  return own !== undefined && URL.canParse(own) && new URL(own).origin === origin && pathname.startsWith("/api/storage/");
}
