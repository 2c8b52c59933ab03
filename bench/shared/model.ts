import type { EmbeddingModelV4, LanguageModelV4, LanguageModelV4StreamPart, LanguageModelV4Usage } from "@ai-sdk/provider";

/** What the model says in one call: a number of words at a pace, the first after a while of its own, or a tool's call. */
export type Step = { words: number; everyMs: number; firstAfterMs?: number | undefined } | { tool: string; input: unknown };

/** What an action logs when its model is called, and when that says its first word. */
export const MODEL_CALLED = "bench: the model is called";
export const FIRST_WORD = "bench: the first word";
/** What an action logs for each call of an embedding model. */
export const EMBEDDING_CALLED = "bench: the embedding model is called";

/** Four characters each, with their space: what a token of English has. */
const WORDS = ["one", "may", "say", "all", "day", "how", "the", "sun", "and", "sea", "met", "far", "off"];

/** A language model that does what it is told: same words, same pace, in every run and for every package. */
export function model(steps: readonly Step[]): LanguageModelV4 {
  let calls = 0;
  const next = () => steps[Math.min(calls++, steps.length - 1)] ?? { words: 1, everyMs: 0 };
  return {
    specificationVersion: "v4",
    provider: "bench",
    modelId: "bench-model",
    supportedUrls: {},
    doGenerate: async () => {
      const step = next();
      const content = "words" in step ? [{ type: "text" as const, text: text(step.words) }] : [toolCall(step, calls)];
      return { content, finishReason: finishOf(step), usage: usageOf(step), warnings: [] };
    },
    doStream: async () => {
      console.log(MODEL_CALLED);
      return { stream: streamOf(next(), calls) };
    },
  };
}

export function text(words: number): string {
  return Array.from({ length: words }, (_, index) => word(index)).join("");
}

function word(index: number): string {
  return `${index === 0 ? "" : " "}${WORDS[index % WORDS.length] ?? ""}`;
}

function streamOf(step: Step, call: number): ReadableStream<LanguageModelV4StreamPart> {
  return new ReadableStream({
    async start(controller) {
      controller.enqueue({ type: "stream-start", warnings: [] });
      if ("words" in step) {
        controller.enqueue({ type: "text-start", id: "0" });
        for (let index = 0; index < step.words; index += 1) {
          const waitMs = index === 0 ? (step.firstAfterMs ?? step.everyMs) : step.everyMs;
          if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
          if (index === 0) console.log(FIRST_WORD);
          controller.enqueue({ type: "text-delta", id: "0", delta: word(index) });
        }
        controller.enqueue({ type: "text-end", id: "0" });
      } else {
        controller.enqueue(toolCall(step, call));
      }
      controller.enqueue({ type: "finish", finishReason: finishOf(step), usage: usageOf(step) });
      controller.close();
    },
  });
}

function toolCall(step: { tool: string; input: unknown }, call: number) {
  return { type: "tool-call" as const, toolCallId: `call-${call}`, toolName: step.tool, input: JSON.stringify(step.input) };
}

function finishOf(step: Step) {
  return "words" in step ? { unified: "stop" as const, raw: "stop" } : { unified: "tool-calls" as const, raw: "tool_calls" };
}

function usageOf(step: Step): LanguageModelV4Usage {
  const words = "words" in step ? step.words : 10;
  return {
    inputTokens: { total: 100, noCache: 100, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: words, text: words, reasoning: 0 },
  };
}

/** An embedding model whose vectors depend on the text alone, and lie apart. */
export function embedder(dimensions: number): EmbeddingModelV4 {
  return {
    specificationVersion: "v4",
    provider: "bench",
    modelId: `bench-embedding-${dimensions}`,
    maxEmbeddingsPerCall: 100,
    supportsParallelCalls: true,
    doEmbed: async ({ values }) => {
      console.log(EMBEDDING_CALLED);
      return { embeddings: values.map((value) => vectorOf(value, dimensions)), usage: { tokens: values.length }, warnings: [] };
    },
  };
}

/** As many as providers give. */
const DECIMALS = 9;

export function vectorOf(value: string, dimensions: number): number[] {
  let state = 2166136261;
  for (const character of value) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 16777619);
  return Array.from({ length: dimensions }, () => {
    state = Math.imul(state, 1664525) + 1013904223;
    return Number((((state >>> 8) / 2 ** 24) * 0.2 - 0.1).toFixed(DECIMALS));
  });
}
