"use client";
import { useMemo, useState } from "react";
import { messageKey } from "../shared/uiMessage.js";
import { listResult } from "./listResult.js";
import type { HookArgs, ListResult, ListedItem, MessageDocLike, StreamOption, ThreadMessagesQuery } from "./queryTypes.js";
import { liveMessageDocs } from "./store/liveForms.js";
import { ThreadStore } from "./store/threadStore.js";
import { definedArgs, useStore } from "./useStore.js";

/** A message as stored, with the `key` to render it by and whether it is being streamed. */
export type KeyedMessage<M> = M & { key: string; streaming: boolean };

/**
 * The messages of a thread as they are stored (`MessageDoc`), live. With `stream`, the steps of a running generation
 * appear as the rows that they will be saved as. For rendering, {@link useUIMessages} is richer.
 *
 * @param query Lists messages: takes `{ threadId, paginationOpts }` and returns `listMessages(…)`. To stream, it also
 *   takes `streamArgs: vStreamArgs` and returns `{ ...page, streams: await syncStreams(…) }`.
 * @param args The query's arguments without `paginationOpts` and `streamArgs`, or "skip" to load nothing yet.
 * @param options `initialNumItems`: size of the first page, in rows (a turn is never cut). `stream`: follow replies.
 * @returns As `usePaginatedQuery`, with `results` in the order of the thread; each has `key` and `streaming`.
 * @throws During render, what the query threw.
 * @example
 * const { results } = useThreadMessages(api.chat.listMessages, { threadId }, { initialNumItems: 20 });
 */
export function useThreadMessages<Query extends ThreadMessagesQuery>(
  query: Query,
  args: HookArgs<Query> | "skip",
  options: { initialNumItems: number; stream?: StreamOption<Query>; skipStreamIds?: string[] },
): ListResult<KeyedMessage<ListedItem<Query>>> {
  type Item = ListedItem<Query> & MessageDocLike;
  const { initialNumItems, stream = false, skipStreamIds } = options;
  // Query takes a threadId, so its arguments have one.
  const listArgs = args === "skip" ? undefined : definedArgs(args) as { threadId: string };
  const threadId = listArgs?.threadId ?? "";
  const identity = { args: listArgs ?? null, stream: stream === true, skipStreamIds: skipStreamIds ?? [] };
  const { store, snapshot } = useStore(query, identity, (source) => new ThreadStore<Item>(source, {
    args: listArgs,
    initialNumItems,
    stream: stream === true,
    skipStreamIds,
    // A stream's rows are MessageDocs. Fields that the app's query adds to listed messages are missing on them.
    fromLive: (live) => liveMessageDocs(live, threadId)
      .map((doc) => ({ ...doc, streaming: live.streamStatus === "streaming" }) as MessageDocLike as Item),
    nowMs: () => Date.now(),
  }));
  const [keyed] = useState(() => new WeakMap<object, KeyedMessage<ListedItem<Query>>>());
  return useMemo(() => {
    const withKey = (message: Item): KeyedMessage<ListedItem<Query>> => {
      const known = keyed.get(message) ?? { streaming: false, ...message, key: messageKey(threadId, message) };
      keyed.set(message, known);
      return known;
    };
    return listResult({ ...snapshot, results: snapshot.results.map(withKey) }, store.loadMore);
  }, [snapshot, store, keyed, threadId]);
}
