import type { ProviderReference } from "../../shared/validators/message.js";

/** Bytes or where they are, in every form the AI SDK takes them. */
export type DataOrUrl = string | ArrayBuffer | Uint8Array | URL | object;

/**
 * A file's data as Convex stores it: URLs and base64 as text, bytes as an ArrayBuffer.
 *
 * @throws Error when the data is none of the forms the AI SDK knows.
 */
export function serializeDataOrUrl(dataOrUrl: DataOrUrl): string | ArrayBuffer | ProviderReference {
  if (typeof dataOrUrl === "string") return dataOrUrl;
  if (dataOrUrl instanceof URL) return dataOrUrl.href;
  if (dataOrUrl instanceof ArrayBuffer) return dataOrUrl;
  if (ArrayBuffer.isView(dataOrUrl)) {
    const { buffer, byteOffset, byteLength } = dataOrUrl;
    return new Uint8Array(buffer, byteOffset, byteLength).slice().buffer;
  }
  if ("type" in dataOrUrl) return serializeTagged(dataOrUrl);
  return { type: "reference", reference: toStringRecord(dataOrUrl) };
}

function serializeTagged(tagged: object): string | ArrayBuffer | ProviderReference {
  if ("url" in tagged && (typeof tagged.url === "string" || tagged.url instanceof URL)) return String(tagged.url);
  if ("data" in tagged && (typeof tagged.data === "string" || isObject(tagged.data))) return serializeDataOrUrl(tagged.data);
  if ("text" in tagged && typeof tagged.text === "string") return new TextEncoder().encode(tagged.text).slice().buffer;
  if ("reference" in tagged && isObject(tagged.reference)) {
    return { type: "reference", reference: toStringRecord(tagged.reference) };
  }
  throw new Error(`Cannot store file data of this form: ${Object.keys(tagged).join(", ")}`);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function toStringRecord(value: object): Record<string, string> {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)]));
}

/** How files of a type begin, as hexadecimal bytes; a dot stands for any digit. */
const SIGNATURES: ReadonlyArray<readonly [signature: string, mediaType: string]> = [
  ["89504e47", "image/png"],
  ["ffd8ff", "image/jpeg"],
  ["47494638", "image/gif"],
  ["52494646........57454250", "image/webp"],
  ["424d", "image/bmp"],
  ["25504446", "application/pdf"],
  ["504b0304", "application/zip"],
  ["494433", "audio/mpeg"],
  ["fff.", "audio/mpeg"],
  ["52494646........57415645", "audio/wav"],
  ["4f676753", "audio/ogg"],
  ["........66747970", "video/mp4"],
  ["1a45dfa3", "video/webm"],
  ["3c3f786d6c", "application/xml"],
  ["3c737667", "image/svg+xml"],
];

/** The media type that the first bytes of a file speak for; `application/octet-stream` when they say nothing. */
export function guessMimeType(data: ArrayBuffer | string): string {
  const declared = typeof data === "string" ? /^data:([^;,]+)/u.exec(data) : null;
  if (declared?.[1]) return declared[1];
  const start = typeof data === "string" ? decodeStart(data) : new Uint8Array(data.slice(0, 16));
  const hex = [...start].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const found = SIGNATURES.find(([signature]) => new RegExp(`^${signature}`, "u").test(hex));
  return found ? found[1] : "application/octet-stream";
}

/** The first bytes of base64 text. */
function decodeStart(text: string): Uint8Array {
  const base64 = text.slice(0, 24).replaceAll(/[^A-Za-z0-9+/]/gu, "");
  return Uint8Array.from(atob(base64.slice(0, base64.length - (base64.length % 4))), (char) => char.charCodeAt(0));
}
