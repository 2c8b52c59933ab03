"use client";
import type { UIDataTypes, UITools } from "ai";
import type { HookArgs, StreamQuery } from "./queryTypes.js";
import { StreamsOnlyStore } from "./store/streamsOnlyStore.js";
import { definedArgs, useStore } from "./useStore.js";
import type { UIMessage } from "./wireTypes.js";

/**
 * The messages of a thread that are being streamed, and nothing that is saved: for streams written with
 * `DeltaStreamer` alone. For saved and streaming messages in one list, see {@link useUIMessages}.
 *
 * @param query Takes `{ threadId, streamArgs }` and returns `{ streams: await syncStreams(…) }`.
 * @param args The query's arguments without `streamArgs`, or "skip".
 * @param options `startOrder`: ignore streams of earlier turns. `skipStreamIds`: ignore these.
 * @returns In the order of the thread; undefined until the first result is here.
 * @example
 * const messages = useStreamingUIMessages(api.example.listStreams, { threadId });
 */
export function useStreamingUIMessages<
  METADATA = unknown,
  DATA_PARTS extends UIDataTypes = UIDataTypes,
  TOOLS extends UITools = UITools,
  Query extends StreamQuery = StreamQuery,
>(
  query: Query,
  args: HookArgs<Query> | "skip",
  options: { startOrder?: number; skipStreamIds?: string[] } = {},
): UIMessage<METADATA, DATA_PARTS, TOOLS>[] | undefined {
  const { startOrder, skipStreamIds } = options;
  const streamArgs = args === "skip" ? undefined : definedArgs(args);
  const identity = { args: streamArgs ?? null, startOrder: startOrder ?? 0, skipStreamIds: skipStreamIds ?? [] };
  const { snapshot } = useStore(query, identity, (source) => new StreamsOnlyStore(source, {
    // Query takes a threadId, so its arguments have one.
    args: streamArgs as { threadId: string } | undefined,
    startOrder,
    skipStreamIds,
    nowMs: () => Date.now(),
  }));
  if (snapshot.error !== undefined) throw snapshot.error;
  // The caller states which tools and data parts the thread's agents have; the array is not written to after this.
  return snapshot.messages as UIMessage<METADATA, DATA_PARTS, TOOLS>[] | undefined;
}
