/** Words that say nothing about what a text is about. */
const STOP_WORDS = new Set(
  ("a an the and or but if then than that this these those there here it its is are was were be been am do does did done have has had " +
  "i me my mine you your yours we us our they them their he she his her of in on at to for from by with about into over as so not no " +
  "can could would should will shall may might must what which who whom whose when where why how please just also very too some any all " +
  "get gets give show tell say let make use using call run set fetch return returns tool function like want need know hi hello hey").split(" "),
);

/** Everyday words for what tools are usually named after. */
const SAME_AS: Readonly<Record<string, string>> = {
  forecast: "weather", temperature: "weather", rain: "weather", raining: "weather", rainy: "weather", snow: "weather", sunny: "weather",
  umbrella: "weather", sum: "calculate", plus: "calculate", minus: "calculate", times: "calculate", divided: "calculate", compute: "calculate",
  calculator: "calculate", calculation: "calculate", find: "search", lookup: "search", clock: "time", mail: "email",
};

/** `what` of `what's`. */
function withoutContraction(word: string): string {
  return word.replace(/['’].*$/, "");
}

/** Lower-case words of a text or of an identifier (`getWeather`, `get_weather`). */
export function wordsOf(text: string): string[] {
  const spaced = text.replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, "$1 $2");
  return spaced.toLowerCase().match(/[\p{L}\p{N}]+(?:['’]\p{L}+)?/gu) ?? [];
}

/** A word without its ending, and with everyday words joined, so that `rains` and `weather` meet. */
function stem(word: string): string {
  const same = SAME_AS[word] ?? SAME_AS[word.replace(/s$/, "")];
  if (same !== undefined) return same.replace(/e$/, "");
  const short = word.length > 4 ? word.replace(/(?:ings?|ed|es|s|e)$/, "") : word;
  return short.length > 2 ? short : word;
}

/** The stems of the words that carry the meaning. */
export function keyStems(text: string): Set<string> {
  const stems = new Set<string>();
  for (const word of wordsOf(text).map(withoutContraction)) if (!STOP_WORDS.has(word) && word.length > 1) stems.add(stem(word));
  return stems;
}

/** Whether a single word carries meaning. */
export function isKeyWord(word: string): boolean {
  const [only] = wordsOf(word);
  return only !== undefined && !STOP_WORDS.has(withoutContraction(only));
}

const HALF_CHARACTER = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** At most `maxChars` from the start of a text, without halves of characters: a database cannot store those. */
export function startOf(text: string, maxChars: number): string {
  return text.slice(0, maxChars).replace(HALF_CHARACTER, "");
}

/** At most `maxChars` of a text on one line, cut at a space if there is one, with an ellipsis where something is missing. */
export function shorten(text: string, maxChars: number): string {
  const line = text.slice(0, maxChars * 4).replace(/\s+/g, " ").trim();
  if (line.length <= maxChars) return startOf(line, maxChars);
  const space = line.lastIndexOf(" ", maxChars);
  return `${startOf(line, space > maxChars / 2 ? space : maxChars)}…`;
}

/** Sentences and lines of a text. */
export function sentencesOf(text: string): string[] {
  return text.split(/(?<=[.!?…])\s+|\n+/).map((sentence) => sentence.trim()).filter((sentence) => sentence !== "");
}

/**
 * An estimate of the tokens of a text: a piece for each four letters of a word, one for each other sign. Real models
 * count by their own vocabularies; for English the two are within some 20 % of one another.
 */
export function countTokens(text: string): number {
  let tokens = 0;
  for (const [piece] of text.matchAll(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu)) tokens += Math.ceil(piece.length / 4);
  return tokens;
}

/** A text in the pieces in which it is spoken: words with the space before them; nothing longer than 40 characters. */
export function spokenPieces(text: string): string[] {
  return text.match(/\s*\S{1,40}(?<![\uD800-\uDBFF](?=[\uDC00-\uDFFF]))|\s+$/g) ?? [];
}
