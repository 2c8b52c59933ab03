import type { EmbeddingModel } from "ai";
import type { Config, GenerationScope } from "../agentOptions.js";
import { modelNames } from "../aiSdk/models.js";
import type { ActionCtx } from "../ctx.js";
import { embedMany } from "./embed.js";

/** What an embedder is made from. */
export type EmbedderParts = Pick<Config, "usageHandler" | "callSettings"> & {
  embeddingModel: EmbeddingModel;
  /** For whom it embeds; asked for each call, for the user may be known only when the generation has started. */
  scope: () => GenerationScope;
};

/** Embeds the texts of one generation, each of them once: the prompt that is searched by is also the prompt that is saved. */
export class TextEmbedder {
  readonly #ctx: ActionCtx;
  readonly #parts: EmbedderParts;
  readonly #known = new Map<string, Promise<number[]>>();
  /** The name its vectors are stored with. */
  readonly model: string;

  constructor(ctx: ActionCtx, parts: EmbedderParts) {
    this.#ctx = ctx;
    this.#parts = parts;
    this.model = modelNames(parts.embeddingModel).model;
  }

  /** The vectors of texts, in their order. Those that are new go to the model in one call. */
  async embed(texts: readonly string[]): Promise<number[][]> {
    const values = [...new Set(texts)].filter((text) => !this.#known.has(text));
    if (values.length > 0) {
      const { scope, ...options } = this.#parts;
      const call = embedMany(this.#ctx, { ...options, ...scope(), values });
      values.forEach((text, index) => this.#known.set(text, call.then(({ embeddings }) => embeddings[index] ?? [])));
    }
    return Promise.all(texts.map(async (text) => (await this.#known.get(text)) ?? []));
  }
}
