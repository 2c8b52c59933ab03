import type { EmbeddingModel, ModelMessage } from "ai";
import { filterOutOrphanedToolMessages } from "../../shared/toolPairs.js";
import { extractText } from "../../shared/extractText.js";
import type { Message } from "../../shared/validators/message.js";
import type { MessageDoc } from "../../shared/validators/messageDoc.js";
import type { ContextOptions } from "../agentOptions.js";
import { modelNames } from "../aiSdk/models.js";
import { apiOf, type InstalledComponent, type QueryCtx } from "../ctx.js";
import { cutForEmbedding } from "./embedText.js";
import { asksForSearch, searchMessages, type NamedVector } from "./search.js";

/** How many recent messages a model is shown unless the context options say otherwise. */
export const DEFAULT_RECENT_MESSAGES = 100;

/** Embeds a text for vector search, and names the model that did. */
export type GetEmbedding = (text: string) => Promise<{
  embedding: number[];
  embeddingModel?: string | EmbeddingModel;
  /** The older name of `embeddingModel`. */
  textEmbeddingModel?: string | EmbeddingModel;
}>;

/** Which messages to fetch. */
export type FetchContextArgs = {
  threadId?: string | undefined;
  /** Whose threads to search with `searchOtherThreads`. Default: the thread's user. */
  userId?: string | null | undefined;
  /** What to search for. Default: the text of the target message. */
  searchText?: string | undefined;
  /**
   * A saved message to answer: fetch no recent message of a later turn, all of its own turn (what was said in answer to
   * it included), and search only before it.
   */
  targetMessageId?: string | undefined;
  /** The older name of `targetMessageId`. */
  upToAndIncludingMessageId?: string | undefined;
  /** Without `searchText`, the last of these is searched for. */
  messages?: Array<ModelMessage | Message> | undefined;
  contextOptions?: ContextOptions | undefined;
  /** Embeds the search text; vector search needs it. */
  getEmbedding?: GetEmbedding | undefined;
};

/**
 * The recent messages of a thread and those that a search finds, each oldest first and without half tool calls. No
 * message is in both. Text search works anywhere, vector search in actions. Loads neither the AI SDK nor zod.
 *
 * @throws when vectors are to be searched without `getEmbedding` or outside of an action.
 * @example
 * const { recentMessages, searchMessages } = await fetchRecentAndSearchMessages(ctx, components.agent, {
 *   threadId, searchText: prompt, contextOptions: { searchOptions: { limit: 5, textSearch: true } },
 * });
 */
export async function fetchRecentAndSearchMessages(
  ctx: QueryCtx,
  component: InstalledComponent,
  args: FetchContextArgs,
): Promise<{ recentMessages: MessageDoc[]; searchMessages: MessageDoc[] }> {
  const { threadId, contextOptions = {}, getEmbedding } = args;
  const targetMessageId = args.targetMessageId ?? args.upToAndIncludingMessageId;
  const recentMessages = await fetchRecent(ctx, component, { threadId, targetMessageId, contextOptions });
  if (!asksForSearch(contextOptions)) return { recentMessages, searchMessages: [] };
  const text = cutForEmbedding(await textToSearchFor(ctx, component, { args, targetMessageId, recentMessages }));
  const found = await searchMessages(ctx, apiOf(component), {
    threadId,
    userId: contextOptions.searchOtherThreads ? (args.userId ?? (await userOf(ctx, component, threadId))) : undefined,
    contextOptions,
    text,
    targetMessageId,
    beforeOrder: recentMessages[0]?.order,
    alreadyShown: recentMessages.length,
    embed: () => embedWith(getEmbedding, text),
  });
  return { recentMessages, searchMessages: found };
}

/** The messages of a thread that a model would be shown: those found by search, then the recent ones. */
export async function fetchContextMessages(
  ctx: QueryCtx,
  component: InstalledComponent,
  args: FetchContextArgs,
): Promise<MessageDoc[]> {
  const { recentMessages, searchMessages } = await fetchRecentAndSearchMessages(ctx, component, args);
  return [...searchMessages, ...recentMessages];
}

/** What a generation would read of a thread: recent messages, and the turn that `promptMessageId` opened. */
export async function fetchWindow(
  ctx: QueryCtx,
  component: InstalledComponent,
  { threadId, promptMessageId, contextOptions = {} }: { threadId: string; promptMessageId: string | undefined; contextOptions: ContextOptions | undefined },
): Promise<{ order: number; recent: MessageDoc[]; turn: MessageDoc[] }> {
  const { recentMessages = DEFAULT_RECENT_MESSAGES, excludeToolMessages = true } = contextOptions;
  return ctx.runQuery(apiOf(component).generations.window, { threadId, promptMessageId, window: { recentMessages, excludeToolMessages } });
}

async function fetchRecent(
  ctx: QueryCtx,
  component: InstalledComponent,
  { threadId, targetMessageId, contextOptions }: { threadId: string | undefined; targetMessageId: string | undefined; contextOptions: ContextOptions },
): Promise<MessageDoc[]> {
  // Who asks for none wants what a search finds, and nothing besides.
  if (threadId === undefined || contextOptions.recentMessages === 0) return [];
  const { recent, turn } = await fetchWindow(ctx, component, { threadId, promptMessageId: targetMessageId, contextOptions });
  return filterOutOrphanedToolMessages([...recent, ...turn]);
}

type Found = { args: FetchContextArgs; targetMessageId: string | undefined; recentMessages: readonly MessageDoc[] };

async function textToSearchFor(ctx: QueryCtx, component: InstalledComponent, { args, targetMessageId, recentMessages }: Found): Promise<string | undefined> {
  const last = args.messages?.at(-1);
  if (args.searchText || targetMessageId === undefined) return args.searchText ?? (last && extractText(last));
  const recent = recentMessages.find(({ _id }) => _id === targetMessageId);
  if (recent) return recent.text;
  const [target] = await ctx.runQuery(apiOf(component).messages.getMessagesByIds, { messageIds: [targetMessageId] });
  return target?.text;
}

/** The user of a thread. */
export async function userOf(ctx: QueryCtx, component: InstalledComponent, threadId: string | undefined): Promise<string | undefined> {
  if (threadId === undefined) return undefined;
  return (await ctx.runQuery(apiOf(component).threads.getThread, { threadId }))?.userId;
}

async function embedWith(getEmbedding: GetEmbedding | undefined, text: string): Promise<NamedVector> {
  if (!getEmbedding) throw new Error("contextOptions.searchOptions.vectorSearch: set an embedding model, or pass `getEmbedding` to embed the search text");
  const { embedding, embeddingModel, textEmbeddingModel } = await getEmbedding(text);
  const model = embeddingModel ?? textEmbeddingModel;
  if (model === undefined) throw new Error("getEmbedding: return the `embeddingModel` too, for only vectors of one model can be compared");
  return { vector: embedding, model: modelNames(model).model };
}
