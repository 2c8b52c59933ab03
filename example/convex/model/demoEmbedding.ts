import type { EmbeddingModelV4, EmbeddingModelV4CallOptions, EmbeddingModelV4Result } from "@ai-sdk/provider";
import { meaningsOf } from "./meanings";
import { countTokens } from "./words";

/** Numbers in a vector. */
export const DEMO_DIMENSION = 256;
/** How much the letters of a word count beside the word itself: a misspelt or bent word is still near. */
const LETTERS_WEIGHT = 0.35;
const LETTERS = 3;

/**
 * Embeds a text as the bag of its meaningful words, hashed into a vector, with a short list of everyday synonyms. No
 * learned model: texts that share words or their near synonyms are alike, others are not. The same text gives the same
 * vector on every machine.
 */
export class DemoEmbedding implements EmbeddingModelV4 {
  readonly specificationVersion = "v4" as const;
  readonly provider = "demo";
  readonly modelId = "hashed-words";
  readonly maxEmbeddingsPerCall = 1_000;
  readonly supportsParallelCalls = true;

  async doEmbed({ values, abortSignal }: EmbeddingModelV4CallOptions): Promise<EmbeddingModelV4Result> {
    abortSignal?.throwIfAborted();
    return { embeddings: values.map(embedText), usage: { tokens: values.reduce((sum, text) => sum + countTokens(text), 0) }, warnings: [] };
  }
}

/** A vector of length 1; of a text that says nothing, one that is like no other. */
export function embedText(text: string): number[] {
  const vector = Array.from({ length: DEMO_DIMENSION }, () => 0);
  for (const word of meaningsOf(text)) {
    addAt(vector, word, 1);
    const pieces = lettersOf(word);
    for (const piece of pieces) addAt(vector, `~${piece}`, LETTERS_WEIGHT / Math.sqrt(pieces.length));
  }
  const length = Math.hypot(...vector);
  if (length === 0) vector[0] = 1;
  return length === 0 ? vector : vector.map((value) => value / length);
}

function lettersOf(word: string): string[] {
  const padded = ` ${word} `;
  return Array.from({ length: Math.max(0, padded.length - LETTERS + 1) }, (_, start) => padded.slice(start, start + LETTERS));
}

/** Two words that meet in one place may cancel out as well as add up: the sign is hashed too. */
function addAt(vector: number[], feature: string, weight: number): void {
  const hash = hashOf(feature);
  const at = (hash >>> 1) % vector.length;
  vector[at] = (vector[at] ?? 0) + (hash % 2 === 0 ? weight : -weight);
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return hash >>> 0;
}
