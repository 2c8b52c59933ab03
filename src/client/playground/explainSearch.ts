import type { MessageDoc } from "../../shared/validators/messageDoc.js";
import type { SearchMatch } from "../../shared/validators/search.js";
import { packVector } from "../../shared/vectors.js";
import type { ContextOptions } from "../agentOptions.js";
import { asksForSearch, DEFAULT_MESSAGE_RANGE, DEFAULT_SEARCH_LIMIT } from "../context/search.js";
import type { GetEmbedding } from "../context/fetch.js";
import type { ActionCtx, AgentComponent } from "../ctx.js";
import { modelNames } from "../aiSdk/models.js";

/** What is searched, and what the caller has already. */
export type ExplainedRequest = {
  threadId: string | undefined;
  /** Whose threads are searched with `searchOtherThreads`. */
  userId: string | undefined;
  contextOptions: ContextOptions;
  /** Empty: there is nothing to search for. */
  text: string;
  beforeOrder: number | undefined;
  alreadyShown: number;
  getEmbedding: GetEmbedding | undefined;
};

/** What a search for context found, which of it matched, and how well. */
export type ExplainedSearch = { messages: MessageDoc[]; matches: SearchMatch[] };

/** The search that a generation would make, with its scores. None when the options ask for none. */
export async function explainSearch(ctx: ActionCtx, component: AgentComponent, request: ExplainedRequest): Promise<ExplainedSearch> {
  const { threadId, userId, contextOptions, text, beforeOrder, alreadyShown, getEmbedding } = request;
  const { searchOptions, searchOtherThreads, excludeToolMessages } = contextOptions;
  if (!searchOptions || text === "" || !asksForSearch(contextOptions)) return { messages: [], matches: [] };
  const { textSearch, vectorSearch, vectorScoreThreshold } = searchOptions;
  const search = { threadId, userId: searchOtherThreads ? userId : undefined, limit: searchOptions.limit ?? DEFAULT_SEARCH_LIMIT };
  const near = { ...search, vectorScoreThreshold, alreadyShown, withScores: true };
  const { vectorIds, vectorScores } = vectorSearch
    ? await ctx.runAction(component.search.nearest, { ...near, ...(await vectorOf(text, getEmbedding)) })
    : { vectorIds: [], vectorScores: [] };
  return ctx.runQuery(component.search.explain, {
    ...search,
    beforeOrder,
    text,
    messageRange: { ...DEFAULT_MESSAGE_RANGE, ...searchOptions.messageRange },
    excludeToolMessages,
    textSearch: textSearch === true,
    vectorIds,
    vectorScores,
  });
}

async function vectorOf(text: string, getEmbedding: GetEmbedding | undefined): Promise<{ model: string; vector: ArrayBuffer }> {
  if (!getEmbedding) throw new Error("contextOptions.searchOptions.vectorSearch: the agent has no embedding model: set `embeddingModel`");
  const { embedding, embeddingModel, textEmbeddingModel } = await getEmbedding(text);
  const model = embeddingModel ?? textEmbeddingModel;
  if (model === undefined) throw new Error("An embedding came without the model that made it");
  return { model: modelNames(model).model, vector: packVector(embedding) };
}
