import type { SearchRead } from "../transaction/types.ts";

/** Alphabetic and numeric characters belong to words; all others separate them. */
const WORD = /[\p{Alphabetic}\p{N}]+/gu;

/** Words of this many bytes or more are not indexed: they are data, not language. */
const TOO_LONG_BYTES = 32;

/** Further words of a search text are ignored. */
const MAX_QUERY_TOKENS = 16;

/** The words of a text, in order, as the index knows them: lower case, without the very long ones. */
export function tokenize(text: string): string[] {
  const tokens: string[] = [];
  for (const [word] of text.matchAll(WORD)) {
    if (word.length < TOO_LONG_BYTES && Buffer.byteLength(word) < TOO_LONG_BYTES) tokens.push(word.toLowerCase());
  }
  return tokens;
}

/** What a search text asks for: its words, and the last of them also as a beginning. Empty: nothing is found. */
export function queryTerms(text: string): SearchRead["terms"] {
  const tokens = tokenize(text).slice(0, MAX_QUERY_TOKENS);
  return tokens.map((token, position) => ({ text: token, prefix: position === tokens.length - 1 }));
}

/** How often each word occurs. */
export function termFrequencies(tokens: readonly string[]): Map<string, number> {
  const frequencies = new Map<string, number>();
  for (const token of tokens) frequencies.set(token, (frequencies.get(token) ?? 0) + 1);
  return frequencies;
}
