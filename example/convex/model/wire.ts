import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";

/** What would go over the wire if the model were at a provider's: for those who look at raw requests. */
export function requestBody(call: LanguageModelV4CallOptions, { modelId, isStreamed }: { modelId: string; isStreamed: boolean }): object {
  const { prompt, tools, toolChoice, temperature, topP, topK, maxOutputTokens, stopSequences, seed, responseFormat, providerOptions } = call;
  return {
    model: modelId, messages: prompt, tools, tool_choice: toolChoice, temperature, top_p: topP, top_k: topK,
    max_output_tokens: maxOutputTokens, stop: stopSequences, seed, response_format: responseFormat, options: providerOptions, stream: isStreamed,
  };
}
