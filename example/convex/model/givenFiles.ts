import type { LanguageModelV4FilePart } from "@ai-sdk/provider";
import type { Conversation } from "./conversation";
import { imageSize } from "./imageSize";
import { keyStems, sentencesOf, shorten, startOf, wordsOf } from "./words";

/** A file as the model was given it. */
export interface GivenFile {
  name: string | undefined;
  mediaType: string;
  /** Null: only where it is, not what is in it. */
  bytes: Uint8Array | null;
}

/** A text file is read this far. */
const MAX_READ_BYTES = 200_000;
const SPEAKS_OF_FILES = /\b(?:files?|images?|pictures?|photos?|documents?|pdfs?|attachments?|uploads?|notes|table|csv)\b/i;

export function givenFile({ filename, mediaType, data }: LanguageModelV4FilePart): GivenFile {
  return { name: filename, mediaType, bytes: bytesOf(data) };
}

function bytesOf(data: LanguageModelV4FilePart["data"]): Uint8Array | null {
  switch (data.type) {
    case "data": return typeof data.data === "string" ? Uint8Array.from(atob(data.data), (char) => char.charCodeAt(0)) : data.data;
    case "text": return new TextEncoder().encode(data.text);
    case "url": case "reference": return null;
    default: return data satisfies never;
  }
}

/** What a script can truly say about the files of a message: what they are, how large, and what stands in the texts. */
export function aboutFiles({ current, earlier }: Conversation): string | null {
  const shownBefore = SPEAKS_OF_FILES.test(current.user) ? earlier.findLast(({ files }) => files.length > 0)?.files ?? [] : [];
  const files = current.files.length > 0 ? current.files : shownBefore;
  if (files.length === 0) return null;
  const when = current.files.length > 0 ? "I was given" : "Earlier I was given";
  const hasPictures = files.some(({ mediaType }) => !mediaType.startsWith("text/"));
  const list = files.map((file) => `- ${describeFile(file)}`).join("\n");
  const found = files.map((file) => passageOf(file, current.user)).filter((passage) => passage !== null);
  return [
    `${when} ${files.length === 1 ? "one file" : `${files.length} files`}:\n\n${list}`,
    ...found,
    hasPictures ? "I am a script: I read what a file says about itself, but I do not see pictures or read PDF pages. A real model does, once `OPENAI_API_KEY` is set." : "",
  ].filter((part) => part !== "").join("\n\n");
}

function describeFile(file: GivenFile): string {
  const { name, mediaType, bytes } = file;
  const facts = bytes === null ? ["I was told where it is, not what is in it"] : [sizeOf(bytes.length), ...factsOf(file, bytes)];
  return `\`${shorten((name ?? "a file without a name").replaceAll("`", "'"), 80)}\` (${mediaType}), ${facts.join(", ")}`;
}

function factsOf({ mediaType }: GivenFile, bytes: Uint8Array): string[] {
  if (mediaType.startsWith("image/")) {
    const size = imageSize(bytes);
    return size === null ? [] : [`${size.width} × ${size.height} pixels`];
  }
  if (mediaType === "application/pdf") {
    const version = /^%PDF-(\d\.\d)/.exec(textOf(bytes.subarray(0, 16)))?.[1];
    return version === undefined ? [] : [`PDF version ${version}`];
  }
  if (!mediaType.startsWith("text/")) return [];
  const text = textOf(bytes);
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (mediaType === "text/csv") return [`${Math.max(0, lines.length - 1)} rows under the columns ${shorten((lines[0] ?? "").split(",").join(", "), 120)}`];
  return [plural(lines.length, "line"), plural(wordsOf(text).length, "word")];
}

/** The sentence of a text file that shares most words with the question; without one, how the file begins. */
function passageOf({ name, mediaType, bytes }: GivenFile, question: string): string | null {
  if (bytes === null || !mediaType.startsWith("text/")) return null;
  const wanted = keyStems(question);
  let best = { sentence: "", shared: 0 };
  for (const sentence of sentencesOf(startOf(textOf(bytes), MAX_READ_BYTES))) {
    const shared = [...keyStems(sentence)].filter((stem) => wanted.has(stem)).length;
    if (shared > best.shared) best = { sentence, shared };
  }
  const file = name === undefined ? "It" : `\`${shorten(name.replaceAll("`", "'"), 80)}\``;
  if (best.shared > 0) return `${file} says, where it shares most words with your question:\n\n> ${shorten(best.sentence, 300)}`;
  return `${file} begins:\n\n> ${shorten(textOf(bytes.subarray(0, 2_000)), 200)}`;
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, MAX_READ_BYTES));
}

function sizeOf(count: number): string {
  if (count < 1000) return plural(count, "byte");
  return count < 1_024_000 ? `${(count / 1024).toFixed(1)} KB` : `${(count / 1024 / 1024).toFixed(1)} MB`;
}

function plural(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}
