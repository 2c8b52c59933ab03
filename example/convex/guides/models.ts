import { openai } from "@ai-sdk/openai";

export const languageModel = openai.chat("gpt-4o-mini");
export const embeddingModel = openai.embedding("text-embedding-3-small");
