import type { ModelMessage } from "ai";
import type { Config, Options } from "../agentOptions.js";
import type { ActionCtx, AgentComponent } from "../ctx.js";
import type { AgentPrompt, ThreadTarget } from "../generate/args.js";
import { inputOf } from "../generate/input.js";
import { allMessages, inPairs, splitContext } from "./compose.js";
import { embedMany, type EmbedOptions } from "./embed.js";
import { embeddedText } from "./embedText.js";
import { fetchRecentAndSearchMessages, type GetEmbedding } from "./fetch.js";

/**
 * All that a model would be shown for a prompt, without calling it and without saving anything.
 *
 * @example
 * const { messages } = await fetchContextWithPrompt(ctx, components.agent, { prompt, threadId, userId });
 */
export async function fetchContextWithPrompt(
  ctx: ActionCtx,
  component: AgentComponent,
  args: Pick<AgentPrompt, "prompt" | "message" | "messages" | "promptMessageId"> &
    ThreadTarget &
    Pick<Options, "contextOptions" | "contextHandler"> &
    Pick<Config, "embeddingModel" | "textEmbeddingModel" | "usageHandler" | "callSettings"> & { agentName?: string | undefined },
): Promise<{ messages: ModelMessage[] }> {
  const { threadId, userId, promptMessageId, contextOptions, contextHandler } = args;
  const input = inputOf(args);
  const scope = { userId: userId ?? undefined, threadId };
  const { recentMessages, searchMessages } = await fetchRecentAndSearchMessages(ctx, component, {
    ...scope,
    searchText: embeddedText([...input.messages, ...input.prompt].at(-1)) || undefined,
    targetMessageId: promptMessageId,
    contextOptions,
    getEmbedding: embeddingOf(ctx, { ...args, ...scope }),
  });
  const parts = splitContext({
    recentDocs: recentMessages,
    searchDocs: searchMessages,
    promptMessageId,
    inputMessages: input.messages,
    inputPrompt: input.prompt,
  });
  const inDefaultOrder = allMessages(parts);
  const chosen = await contextHandler?.(ctx, { ...parts, allMessages: inDefaultOrder, ...scope });
  return { messages: inPairs(chosen ?? inDefaultOrder) };
}

/** Embeds with the embedding model of `options`; undefined when there is none. */
export function embeddingOf(ctx: ActionCtx, { agentName, userId, threadId, ...options }: EmbedOptions): GetEmbedding | undefined {
  const embeddingModel = options.embeddingModel ?? options.textEmbeddingModel;
  if (embeddingModel === undefined) return undefined;
  return async (text) => {
    const { embeddings } = await embedMany(ctx, { ...options, agentName, userId, threadId, values: [text] });
    return { embedding: embeddings[0] ?? [], embeddingModel };
  };
}
