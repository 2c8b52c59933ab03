import { createOpenAI } from "@ai-sdk/openai";
import type { EmbeddingModelV4 } from "@ai-sdk/provider";
import { DEMO_DIMENSION, DemoEmbedding } from "./demoEmbedding";

export interface ChosenEmbedding {
  model: EmbeddingModelV4;
  /** Numbers in its vectors. */
  dimension: number;
}

const OPENAI_MODEL = "text-embedding-3-small";
const OPENAI_DIMENSION = 1536;

/**
 * The embedding model of the examples: OpenAI's when `OPENAI_API_KEY` is set without `OPENAI_BASE_URL`; otherwise
 * {@link DemoEmbedding}, for few compatible servers have OpenAI's embeddings.
 */
export function chooseEmbedding(): ChosenEmbedding {
  const [apiKey = "", baseURL = ""] = [process.env.OPENAI_API_KEY?.trim(), process.env.OPENAI_BASE_URL?.trim()];
  if (apiKey === "" || baseURL !== "") return { model: new DemoEmbedding(), dimension: DEMO_DIMENSION };
  return { model: createOpenAI({ apiKey }).embedding(OPENAI_MODEL), dimension: OPENAI_DIMENSION };
}
