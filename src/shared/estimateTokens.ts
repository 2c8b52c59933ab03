import { toConvexJson, type ConvexJson } from "./convexJson.js";

/** One word of a language that is written without spaces takes about a token for each of its characters. */
const IDEOGRAPHS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/gu;
// oxlint-disable-next-line no-control-regex -- ASCII, from its first character to its last.
const OTHER_LETTERS = /[^\x00-\x7f]/gu;

/**
 * About how many tokens a text takes: a quarter of its ASCII characters, half of other letters, each of those that stand
 * for a word or a syllable. Tokenizers differ by model; this is right within a quarter or so for prose and JSON.
 */
export function estimateTextTokens(text: string): number {
  const ideographs = text.match(IDEOGRAPHS)?.length ?? 0;
  const others = (text.match(OTHER_LETTERS)?.length ?? 0) - ideographs;
  const units = [...text].length;
  return Math.ceil((units - ideographs - others) / 4 + others / 2 + ideographs);
}

/** As {@link estimateTextTokens} for the content of a message or a value; files are not counted. */
export function estimateTokens(content: unknown): number {
  return estimateTextTokens(typeof content === "string" ? content : textOf(toConvexJson(content)));
}

/** True when a content holds a file, whose tokens nobody can tell from here. */
export function holdsFiles(content: unknown): boolean {
  return Array.isArray(content) && content.some((part: unknown) => typeof part === "object" && part !== null && "type" in part && FILE_KINDS.has(part.type));
}

const FILE_KINDS: ReadonlySet<unknown> = new Set(["file", "image", "reasoning-file"]);

/** What a model is shown of a content: the text of text parts, the JSON of others without their files' data. */
function textOf(content: ConvexJson): string {
  if (!Array.isArray(content)) return JSON.stringify(content);
  return content.map((part) => (isText(part) ? part.text : JSON.stringify(part, (key, value: unknown) => (DATA_FIELDS.has(key) ? undefined : value)))).join("\n");
}

const DATA_FIELDS: ReadonlySet<string> = new Set(["data", "image", "providerOptions"]);

function isText(part: ConvexJson): part is { type: "text"; text: string } {
  return typeof part === "object" && part !== null && "type" in part && part.type === "text" && typeof part.text === "string";
}
