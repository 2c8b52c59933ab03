"use client";
import { useMemo } from "react";
import { listResult } from "./listResult.js";
import type { HookArgs, ListResult, ListedItem, StreamOption, UIMessageLike, UIMessagesQuery } from "./queryTypes.js";
import { liveUIMessage } from "./store/liveForms.js";
import { ThreadStore } from "./store/threadStore.js";
import { definedArgs, useStore } from "./useStore.js";
import type { UIMessage } from "./wireTypes.js";

/**
 * The messages of a thread as `UIMessage`s, live: saved ones by page, replies that are being streamed on top, in the
 * order of the thread. A message keeps its `key` from optimistic to streaming to saved, and its identity as long as
 * its content does not change.
 *
 * @param query Lists messages: takes `{ threadId, paginationOpts, streamArgs: vStreamArgs }` and returns `listThread(…)`;
 *   or returns `listUIMessages(…)` and, to stream, `{ ...page, streams: await syncStreams(…) }`.
 * @param args The query's arguments without `paginationOpts` and `streamArgs`, or "skip" to load nothing yet.
 * @param options `initialNumItems`: size of the first page, in messages (a turn is never cut, so there may be more).
 *   `stream`: also follow replies while they are generated. `skipStreamIds`: streams that are shown elsewhere.
 * @returns As `usePaginatedQuery`: `results` (oldest first), `status`, `isLoading`, `loadMore(numItems)`.
 * @throws During render, what the query threw: put an error boundary around the list.
 * @example
 * const { results, status, loadMore } = useUIMessages(
 *   api.chat.listThreadMessages, { threadId }, { initialNumItems: 10, stream: true },
 * );
 */
export function useUIMessages<Query extends UIMessagesQuery>(
  query: Query,
  args: HookArgs<Query> | "skip",
  options: { initialNumItems: number; stream?: StreamOption<Query>; skipStreamIds?: string[] },
): ListResult<ListedItem<Query>> {
  const { initialNumItems, stream = false, skipStreamIds } = options;
  const listArgs = args === "skip" ? undefined : definedArgs(args);
  const identity = { args: listArgs ?? null, stream: stream === true, skipStreamIds: skipStreamIds ?? [] };
  const { store, snapshot } = useStore(query, identity, (source) => new ThreadStore<ListedItem<Query> & UIMessageLike>(source, {
    // Query takes a threadId, so its arguments have one.
    args: listArgs as { threadId: string } | undefined,
    initialNumItems,
    stream: stream === true,
    skipStreamIds,
    // A stream is reduced to a UIMessage, and what is listed are UIMessages. Fields that the app's query adds to them
    // are missing on a live one.
    fromLive: (live, before) => [
      liveUIMessage(live, before as UIMessage | undefined) as UIMessageLike as ListedItem<Query> & UIMessageLike,
    ],
    nowMs: () => Date.now(),
  }));
  return useMemo(() => listResult<ListedItem<Query>>(snapshot, store.loadMore), [snapshot, store]);
}
