import type { ModelMessage } from "ai";
import type { Config, Options } from "../agentOptions.js";
import { apiOf, type ActionCtx, type InstalledComponent } from "../ctx.js";
import type { AgentPrompt, ThreadTarget } from "../generate/args.js";
import { inputOf } from "../generate/input.js";
import { allMessages, inPairs, splitContext } from "./compose.js";
import { embedMany, type EmbedOptions } from "./embed.js";
import { TextEmbedder } from "./embedder.js";
import { fetchWindow, userOf, type GetEmbedding } from "./fetch.js";
import { searchForContext } from "./generationSearch.js";
import { asksForSearch } from "./search.js";

/**
 * All that a model would be shown for a prompt, without calling it and without saving anything: what `generateText`
 * with the same arguments sends after the system prompt.
 *
 * @example
 * const { messages } = await fetchContextWithPrompt(ctx, components.agent, { prompt, threadId, userId });
 */
export async function fetchContextWithPrompt(
  ctx: ActionCtx,
  component: InstalledComponent,
  args: Pick<AgentPrompt, "prompt" | "message" | "messages" | "promptMessageId"> &
    ThreadTarget &
    Pick<Options, "contextOptions" | "contextHandler"> &
    Pick<Config, "embeddingModel" | "textEmbeddingModel" | "usageHandler" | "callSettings"> & { agentName?: string | undefined },
): Promise<{ messages: ModelMessage[] }> {
  const { threadId, promptMessageId, contextOptions, contextHandler, usageHandler, callSettings } = args;
  const input = inputOf(args);
  const window = threadId === undefined ? undefined : await fetchWindow(ctx, component, { threadId, promptMessageId, contextOptions });
  const recentDocs = window ? [...window.recent, ...window.turn] : [];
  const isUserNeeded = contextHandler !== undefined || asksForSearch(contextOptions ?? {});
  const userId = args.userId ?? (isUserNeeded ? await userOf(ctx, component, threadId) : undefined);
  const scope = { userId, threadId, agentName: args.agentName };
  const embeddingModel = args.embeddingModel ?? args.textEmbeddingModel;
  const searchDocs = await searchForContext(ctx, apiOf(component), {
    scope,
    contextOptions,
    embedder: embeddingModel === undefined ? undefined : new TextEmbedder(ctx, { embeddingModel, usageHandler, callSettings, scope: () => scope }),
    input,
    promptDoc: recentDocs.find(({ _id }) => _id === promptMessageId),
    recentDocs,
    order: window?.order,
  });
  const parts = splitContext({ recentDocs, searchDocs, promptMessageId, inputMessages: input.messages, inputPrompt: input.prompt });
  const inDefaultOrder = allMessages(parts);
  const chosen = await contextHandler?.(ctx, { ...parts, allMessages: inDefaultOrder, userId, threadId });
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
