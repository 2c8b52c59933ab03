import type { ModelMessage } from "ai";
import { filterOutOrphanedToolMessages } from "../../shared/toolPairs.js";
import type { MessageDoc } from "../../shared/validators/messageDoc.js";
import type { Config, ContextOptions, Options } from "../agentOptions.js";
import type { ActionCtx, AgentComponent, QueryCtx } from "../ctx.js";
import type { AgentPrompt, ThreadTarget } from "../generate/args.js";
import { inputOf } from "../generate/input.js";
import { allMessages, inPairs, splitContext } from "./compose.js";

/** How many recent messages a model is shown unless the context options say otherwise. */
export const DEFAULT_RECENT_MESSAGES = 100;

/** Which messages to fetch. */
export type FetchContextArgs = {
  threadId?: string | undefined;
  /** Whose threads to search with `searchOtherThreads`. */
  userId?: string | null | undefined;
  /** What to search for. Default: the text of the target message. */
  searchText?: string | undefined;
  /** Fetch nothing that came after this message's turn. */
  targetMessageId?: string | undefined;
  contextOptions?: ContextOptions | undefined;
  /** Embeds the search text, for vector search without an agent. */
  getEmbedding?: ((text: string) => Promise<{ embedding: number[] } & Partial<Pick<Config, "embeddingModel" | "textEmbeddingModel">>>) | undefined;
};

/** The recent messages of a thread and those that a search finds, each oldest first and without half tool calls. */
export async function fetchRecentAndSearchMessages(
  ctx: QueryCtx,
  component: AgentComponent,
  args: FetchContextArgs,
): Promise<{ recentMessages: MessageDoc[]; searchMessages: MessageDoc[] }> {
  const { threadId, targetMessageId, contextOptions = {} } = args;
  const { recentMessages: numItems = DEFAULT_RECENT_MESSAGES, excludeToolMessages = true, searchOptions } = contextOptions;
  if (searchOptions?.textSearch || searchOptions?.vectorSearch) {
    throw new Error("contextOptions.searchOptions: this version of the component has no search");
  }
  if (threadId === undefined || numItems === 0) return { recentMessages: [], searchMessages: [] };
  const { page } = await ctx.runQuery(component.messages.listMessagesByThreadId, {
    threadId,
    order: "desc",
    paginationOpts: { cursor: null, numItems },
    excludeToolMessages,
    upToAndIncludingMessageId: targetMessageId,
    statuses: ["success"],
  });
  return { recentMessages: filterOutOrphanedToolMessages(page.toReversed()), searchMessages: [] };
}

/** The messages of a thread that a model would be shown: those found by search, then the recent ones. */
export async function fetchContextMessages(
  ctx: QueryCtx,
  component: AgentComponent,
  args: FetchContextArgs,
): Promise<MessageDoc[]> {
  const { recentMessages, searchMessages } = await fetchRecentAndSearchMessages(ctx, component, args);
  return [...searchMessages, ...recentMessages];
}

/** All that a model would be shown for a prompt, without calling it and without saving anything. */
export async function fetchContextWithPrompt(
  ctx: ActionCtx,
  component: AgentComponent,
  args: Pick<AgentPrompt, "prompt" | "message" | "messages" | "promptMessageId"> &
    ThreadTarget &
    Pick<Options, "contextOptions" | "contextHandler">,
): Promise<{ messages: ModelMessage[] }> {
  const { threadId, userId, promptMessageId, contextOptions, contextHandler } = args;
  const input = inputOf(args);
  const { recentMessages, searchMessages } = await fetchRecentAndSearchMessages(ctx, component, {
    threadId,
    userId,
    targetMessageId: promptMessageId,
    contextOptions,
  });
  const parts = splitContext({
    recentDocs: recentMessages,
    searchDocs: searchMessages,
    promptMessageId,
    inputMessages: input.messages,
    inputPrompt: input.prompt,
  });
  const inDefaultOrder = allMessages(parts);
  const scope = { userId: userId ?? undefined, threadId };
  const chosen = await contextHandler?.(ctx, { ...parts, allMessages: inDefaultOrder, ...scope });
  return { messages: inPairs(chosen ?? inDefaultOrder) };
}
