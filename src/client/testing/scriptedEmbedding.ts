import type { EmbeddingModel } from "ai";

/** The AI SDK's newest embedding-model interface, taken from its own union. */
type Model = Extract<EmbeddingModel, { specificationVersion: "v4" }>;

/** What a scripted embedding model does and how it presents itself. */
export type ScriptedEmbeddingOptions = {
  /** The length of the vectors. Default: 8. */
  dimension?: number;
  /** The vector of a text; a thrown error fails the call. Default: texts with words in common are near each other. */
  embed?: (text: string) => number[];
  /** Default: "scripted". */
  provider?: string;
  /** Default: "scripted-embedding". */
  modelId?: string;
};

/** A scripted embedding model and the texts of each call it has received. */
export type ScriptedEmbeddingModel = Model & { readonly calls: readonly (readonly string[])[] };

/**
 * An embedding model without a network: the same text gives the same vector, and texts with words in common are near
 * each other. `calls` holds the texts of each call. One token for each word.
 *
 * @example
 * import { scriptedEmbedding } from "convex-agent/test";
 *
 * const embeddingModel = scriptedEmbedding({ dimension: 1536 });
 */
export function scriptedEmbeddingModel(options: ScriptedEmbeddingOptions = {}): ScriptedEmbeddingModel {
  const { dimension = 8, embed = (text) => vectorOfWords(text, dimension) } = options;
  const calls: string[][] = [];
  return {
    specificationVersion: "v4",
    provider: options.provider ?? "scripted",
    modelId: options.modelId ?? "scripted-embedding",
    maxEmbeddingsPerCall: 1000,
    supportsParallelCalls: true,
    calls,
    doEmbed: async ({ values }) => {
      calls.push([...values]);
      const tokens = values.reduce((sum, value) => sum + wordsOf(value).length, 0);
      return { embeddings: values.map(embed), usage: { tokens }, warnings: [] };
    },
  };
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{Alphabetic}\p{N}]+/gu) ?? [];
}

/** How often words fall into each of `dimension` bins. */
function vectorOfWords(text: string, dimension: number): number[] {
  const vector = Array.from({ length: dimension }, () => 0);
  for (const word of wordsOf(text)) {
    let hash = 7;
    for (const char of word) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 1_000_003;
    const bin = hash % dimension;
    vector[bin] = (vector[bin] ?? 0) + 1;
  }
  return vector;
}
