import type { EmbeddingModel, LanguageModel } from "ai";

/** How messages and usage name a model: `gpt-4o-mini` of `openai.chat`. */
export type ModelNames = { model: string; provider: string };

/**
 * The names of a model. A model given as text is a gateway id like `openai/gpt-4o-mini`;
 * text without a slash is a model of an unnamed provider.
 */
export function modelNames(model: LanguageModel | EmbeddingModel): ModelNames {
  if (typeof model !== "string") return { model: model.modelId, provider: model.provider };
  const slash = model.indexOf("/");
  if (slash < 0) return { model, provider: "unknown" };
  return { model: model.slice(slash + 1), provider: model.slice(0, slash) };
}
