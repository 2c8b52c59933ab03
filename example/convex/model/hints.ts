import { isKeyWord, keyStems, startOf } from "./words";

/** What a text offers as values for the fields of a schema. */
export interface Hints {
  text: string;
  quoted: string[];
  /** Things the text names: proper names, or what follows "in", "for", "about" … */
  names: string[];
  /** What something is made of or comes with: the list after "with", "of", "using" …; empty when it is not a list. */
  things: string[];
  numbers: number[];
  emails: string[];
  urls: string[];
  dates: string[];
  /** What is left of a command without its command words: `buy milk` of `please add a task: buy milk`. */
  subject: string;
}

const DAY_MS = 86_400_000;
/** The end of the sentence before is at most this far before a name; looking further makes long texts slow. */
const LOOK_BACK_CHARS = 16;
/** A list of things is looked for this far. */
const MAX_LIST_CHARS = 2_000;
const CONNECTORS = "(?:de|da|do|del|di|la|le|of|van|von|am|upon)";
const PROPER_NAME = new RegExp(`\\p{Lu}[\\p{L}\\p{M}'’.-]*(?:\\s+(?:${CONNECTORS}\\s+)?\\p{Lu}[\\p{L}\\p{M}'’-]*)*`, "gu");
const SEPARATOR = /\s*,\s*(?:and|or)\s+|\s*,\s*|\s+(?:and|or|vs\.?|versus|&)\s+/i;
const TIME_WORDS = /\b(?:today|tonight|tomorrow|yesterday|now|right now|currently|at the moment|this week|next week|this weekend|please|thanks|thank you|like)\b/gi;
const NOT_NAMES = new Set(
  ("i i'm i've i'd i'll ok monday tuesday wednesday thursday friday saturday sunday january february march april may june july august " +
  "september october november december").split(" "),
);

/** Reads the hints of a text. `commandWords` (the words of a tool's name and description) are never values. */
export function readHints(text: string, options: { commandWords: string; nowMs: number }): Hints {
  const commands = keyStems(options.commandWords);
  const quoted = [...text.matchAll(/"([^"\n]+)"|“([^”\n]+)”|`([^`\n]+)`/g)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
  const emails = text.match(/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g) ?? [];
  const urls = text.match(/https?:\/\/[^\s<>"')]+/g) ?? [];
  return {
    text: text.trim(),
    quoted,
    names: quoted.length > 0 ? quoted : namesIn(text, commands),
    things: thingsIn(text),
    numbers: (text.match(/(?<![\w.])-?\d+(?:\.\d+)?(?![\w-]*-\d)/g) ?? []).map(Number),
    emails,
    urls,
    dates: datesIn(text, options.nowMs),
    subject: quoted[0] ?? subjectOf(text, commands),
  };
}

function isCommand(word: string, commands: ReadonlySet<string>): boolean {
  for (const stem of keyStems(word)) if (commands.has(stem)) return true;
  return false;
}

function namesIn(text: string, commands: ReadonlySet<string>): string[] {
  const proper: { name: string; start: number; end: number }[] = [];
  for (const match of text.matchAll(PROPER_NAME)) {
    const start = match.index;
    const opensSentence = start === 0 || /(?:[.!?]\s+|\n\s*)$/.test(text.slice(Math.max(0, start - LOOK_BACK_CHARS), start));
    const name = match[0].replace(/[.'’-]+$/, "");
    if (opensSentence || NOT_NAMES.has(name.toLowerCase()) || isCommand(name, commands)) continue;
    proper.push({ name, start, end: start + name.length });
  }
  if (proper.length > 0) return joinPlaces(text, proper);
  const clause = [...text.matchAll(/\b(?:in|at|for|near|of|about|from|to|on)\s+([^.?!;:\n]+)/giu)].at(-1)?.[1];
  const parts = clause === undefined ? [keyWordsLeft(text, commands)] : clause.split(SEPARATOR).map((part) => cleaned(part));
  return parts.filter((part) => part !== "" && !isCommand(part, commands));
}

const MAX_THING_WORDS = 4;

function thingsIn(text: string): string[] {
  const clause = /\b(?:with|using|containing|of|from)\s+([^.?!;:\n]+)/iu.exec(startOf(text, MAX_LIST_CHARS))?.[1] ?? "";
  const parts = clause.replace(/\s+(?:for|in|on|at)\s.*$/i, "").split(SEPARATOR).map(cleaned).filter((part) => part !== "");
  return parts.length > 1 && parts.every((part) => part.split(/\s+/).length <= MAX_THING_WORDS) ? parts : [];
}

/** `Paris, France` is one place; `Paris, Rome and Oslo` are three. */
function joinPlaces(text: string, names: { name: string; start: number; end: number }[]): string[] {
  const [first, second, ...rest] = names;
  if (first !== undefined && second !== undefined && rest.length === 0 && /^,\s*$/.test(text.slice(first.end, second.start))) {
    return [`${first.name}, ${second.name}`];
  }
  return [...new Set(names.map(({ name }) => name))];
}

function cleaned(part: string): string {
  return part.replace(TIME_WORDS, "").replace(/^\s*(?:the|a|an)\s+/i, "").replace(/[?!.,\s]+$/, "").trim();
}

/** The words that are neither of the command nor empty of meaning: `paris` of `weather paris`. */
function keyWordsLeft(text: string, commands: ReadonlySet<string>): string {
  const words = cleaned(text).split(/\s+/).filter((word) => isKeyWord(word) && !isCommand(word, commands));
  return words.length <= 4 ? words.join(" ").replace(/[?!.,:;]+$/, "") : "";
}

function subjectOf(text: string, commands: ReadonlySet<string>): string {
  const afterColon = /^[^:\n]{1,60}:\s+(\S[^]*)$/.exec(text)?.[1];
  if (afterColon !== undefined && isCommand(text.slice(0, text.indexOf(":")), commands)) return afterColon.trim();
  const words = text.trim().split(/\s+/);
  let start = 0;
  while (start < words.length && (!isKeyWord(words[start] ?? "") || isCommand(words[start] ?? "", commands))) start++;
  return words.slice(start).join(" ").replace(/[?!.\s]+$/, "") || text.trim();
}

function datesIn(text: string, nowMs: number): string[] {
  const dates: string[] = text.match(/\b\d{4}-\d{2}-\d{2}\b/g) ?? [];
  const offsets: [RegExp, number][] = [[/\btoday\b/i, 0], [/\btomorrow\b/i, 1], [/\byesterday\b/i, -1]];
  for (const [word, days] of offsets) {
    if (word.test(text)) dates.push(new Date(nowMs + days * DAY_MS).toISOString().slice(0, 10));
  }
  return dates;
}
