import { v, type Infer } from "convex/values";
import { vProviderOptions } from "./message.js";
import type { JsonRecord } from "../json.js";
import { vTyped } from "./tolerant.js";

/** One chunk of a stream as it is stored: a `UIMessageChunk` of the AI SDK, or a kind that is not known yet. */
export type StoredChunk = JsonRecord & { type: string };

/** Up to which chunk of a stream a viewer has read. */
export const vStreamCursor = v.object({ streamId: v.string(), cursor: v.number() });
export type StreamCursor = Infer<typeof vStreamCursor>;

/**
 * What a viewer asks of a thread's streams: `list` gives each stream with its newest chunks, or with all of them
 * (`whole`: for one who has just come); `deltas` the chunks from a cursor on. Left out: nothing.
 */
export const vStreamArgs = v.optional(
  v.union(
    v.object({ kind: v.literal("list"), startOrder: v.optional(v.number()), whole: v.optional(v.boolean()) }),
    v.object({ kind: v.literal("deltas"), cursors: v.array(vStreamCursor) }),
  ),
);
export type StreamArgs = Infer<typeof vStreamArgs>;

/** Where a stream is: still written, ended well, or ended early. */
export const vStreamStatus = v.union(v.literal("streaming"), v.literal("finished"), v.literal("aborted"));
export type StreamStatus = Infer<typeof vStreamStatus>;

/** What the chunks of a stream are. */
export const vStreamFormat = v.union(v.literal("UIMessageChunk"), v.literal("TextStreamPart"));

/** A stream of a thread. `live` holds its newest chunks: those with the indexes `from` to `end` of the whole log. */
export const vStreamMessage = v.object({
  streamId: v.string(),
  status: vStreamStatus,
  format: v.optional(vStreamFormat),
  order: v.number(),
  stepOrder: v.number(),
  userId: v.optional(v.string()),
  agentName: v.optional(v.string()),
  model: v.optional(v.string()),
  provider: v.optional(v.string()),
  providerOptions: v.optional(vProviderOptions),
  /** Why a stream ended early. */
  reason: v.optional(v.string()),
  live: v.optional(v.object({ from: v.number(), end: v.number(), chunks: v.array(vTyped<StoredChunk>()) })),
  /** All chunks before `live`, when the whole was asked for and is not too large for that. */
  sealed: v.optional(v.array(vTyped<StoredChunk>())),
});
export type StreamMessage = Infer<typeof vStreamMessage>;

/** Chunks of a stream: those with the indexes `start` (inclusive) to `end` (exclusive), merged where they could be. */
export const vStreamDelta = v.object({
  streamId: v.string(),
  start: v.number(),
  end: v.number(),
  parts: v.array(vTyped<StoredChunk>()),
});
export type StreamDelta = Infer<typeof vStreamDelta>;

/** What `syncStreams` returns for `vStreamArgs`. */
export type SyncStreamsReturnValue =
  | { kind: "list"; messages: StreamMessage[] }
  | { kind: "deltas"; deltas: StreamDelta[] };
