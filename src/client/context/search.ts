import type { MessageDoc } from "../../shared/validators/messageDoc.js";
import { unpackMessages, type PackedMessages } from "../../shared/packedMessages.js";
import { packVector } from "../../shared/vectors.js";
import type { ContextOptions } from "../agentOptions.js";
import { isActionCtx, type AgentComponent, type QueryCtx } from "../ctx.js";

/** How many messages a search finds, and how many around each come along, unless the search options say otherwise. */
export const DEFAULT_SEARCH_LIMIT = 10;
export const DEFAULT_MESSAGE_RANGE = { before: 2, after: 1 };

/** A vector with the name of the model that made it. */
export type NamedVector = { vector: number[]; model: string };

/** What to search for, and what the caller has already. */
export type SearchRequest = {
  threadId: string | undefined;
  /** Whose threads are searched with `searchOtherThreads`. */
  userId: string | undefined;
  contextOptions: ContextOptions;
  /** What was said: the words to look for. Empty: there is nothing to search for. */
  text: string;
  /** Find nothing from this message on. */
  targetMessageId?: string | undefined;
  /** Find nothing of the thread from this turn on: the caller has it. */
  beforeOrder: number | undefined;
  /** How many messages of those turns the caller has. */
  alreadyShown: number;
  /** Set when the target message may have a vector of this model, which spares embedding the text. */
  storedModel?: string | undefined;
  /** Embeds `text`. */
  embed: () => Promise<NamedVector>;
};

/** True when the context options ask for a search. */
export function asksForSearch({ searchOptions }: ContextOptions): boolean {
  return searchOptions !== undefined && searchOptions.limit !== 0 && (searchOptions.textSearch === true || searchOptions.vectorSearch === true);
}

/**
 * Messages that a search finds, with those around them, by thread and in order. Words alone take one query; vectors
 * an action before it, for only a component's own can search its vectors. Loads neither the AI SDK nor zod.
 */
export async function searchMessages(ctx: QueryCtx, component: AgentComponent, request: SearchRequest): Promise<MessageDoc[]> {
  const { threadId, userId, contextOptions, text, targetMessageId, beforeOrder } = request;
  const { searchOptions, searchOtherThreads, excludeToolMessages } = contextOptions;
  if (!searchOptions || text === "") return [];
  const search = {
    threadId,
    userId: searchOtherThreads ? userId : undefined,
    targetMessageId,
    beforeOrder,
    text,
    limit: searchOptions.limit ?? DEFAULT_SEARCH_LIMIT,
    messageRange: { ...DEFAULT_MESSAGE_RANGE, ...searchOptions.messageRange },
    excludeToolMessages,
  };
  const { textSearch = false, vectorSearch = false } = searchOptions;
  const vectorIds = vectorSearch ? await nearestVectors(ctx, component, { request, userId: search.userId, limit: search.limit }) : [];
  const found = await ctx.runQuery(component.search.find, { ...search, textSearch, ...(vectorSearch && { vectorIds }) });
  // What the component packs.
  return unpackMessages(found as PackedMessages);
}

async function nearestVectors(
  ctx: QueryCtx,
  component: AgentComponent,
  { request, userId, limit }: { request: SearchRequest; userId: string | undefined; limit: number },
): Promise<string[]> {
  if (!isActionCtx(ctx)) throw new Error("contextOptions.searchOptions.vectorSearch: vectors can only be searched in an action");
  const { threadId, targetMessageId, alreadyShown, storedModel, contextOptions: { searchOptions } } = request;
  const near = { threadId, userId, targetMessageId, limit, alreadyShown, vectorScoreThreshold: searchOptions?.vectorScoreThreshold };
  if (storedModel !== undefined) {
    const { needsVector, vectorIds } = await ctx.runAction(component.search.nearest, { ...near, model: storedModel });
    if (!needsVector) return vectorIds;
  }
  const { vector, model } = await request.embed();
  return (await ctx.runAction(component.search.nearest, { ...near, model, vector: packVector(vector) })).vectorIds;
}
