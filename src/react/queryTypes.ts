import type { UsePaginatedQueryResult } from "convex/react";
import type { FunctionArgs, FunctionReference, FunctionReturnType, PaginationOptions, PaginationResult } from "convex/server";
import type { MessageDoc, PackedThread, StreamArgs, SyncStreamsReturnValue, UIMessage, UIStatus } from "./wireTypes.js";

/** An object type written out, for readable hints in an editor. */
type Expand<T> = T extends object ? { [K in keyof T]: T[K] } : never;
/** Omit that keeps a union of arguments a union. */
type OmitEach<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** A type error that says what to do. */
export type ErrorMessage<Text extends string> = Text & { __isError: true };

/** The least that a listed message must have for {@link useUIMessages}. `UIMessage` fits, with any fields added. */
export type UIMessageLike = {
  order: number;
  stepOrder: number;
  status: UIStatus;
  parts: UIMessage["parts"];
  role: UIMessage["role"];
};

/** The least that a listed message must have for {@link useThreadMessages}. `MessageDoc` fits, with any fields added. */
export type MessageDocLike = {
  order: number;
  stepOrder: number;
  status: UIStatus;
  message?: MessageDoc["message"];
};

type ListQuery<Args, Result> = FunctionReference<
  "query",
  "public",
  { threadId: string; paginationOpts: PaginationOptions; streamArgs?: StreamArgs } & Args,
  Result
>;

/** A public query that lists the messages of a thread by page; with `streamArgs`, its streams as well. */
export type MessagesQuery<Args, M> = ListQuery<Args, PaginationResult<M> & { streams?: SyncStreamsReturnValue }>;

/**
 * A query that {@link useUIMessages} can list with: `listThread`, or `listUIMessages` and for streaming `syncStreams`.
 */
export type UIMessagesQuery<Args = unknown, M extends UIMessageLike = UIMessageLike> =
  ListQuery<Args, (PaginationResult<M> & { streams?: SyncStreamsReturnValue }) | PackedThread>;
/** A query that {@link useThreadMessages} can list with: `listMessages`, and `syncStreams` for streaming. */
export type ThreadMessagesQuery<Args = unknown, M extends MessageDocLike = MessageDocLike> = MessagesQuery<Args, M>;

/** A public query that returns `{ streams: await syncStreams(…) }`. */
export type StreamQuery<Args = unknown> = FunctionReference<
  "query",
  "public",
  { threadId: string; streamArgs?: StreamArgs } & Args,
  { streams?: SyncStreamsReturnValue }
>;

/** The arguments a hook takes for a query: all but those it fills in itself. */
export type HookArgs<Query extends FunctionReference<"query">> = Expand<OmitEach<FunctionArgs<Query>, "paginationOpts" | "streamArgs">>;

/** What the query lists. */
export type ListedItem<Query extends FunctionReference<"query">> = ItemOf<FunctionReturnType<Query>>;

type ItemOf<Result> = Result extends PackedThread ? UIMessage : Result extends { page: (infer M)[] } ? M : never;

/** `boolean` for a query that can stream; else a type error with the remedy. */
export type StreamOption<Query extends FunctionReference<"query">> =
  "streamArgs" extends keyof FunctionArgs<Query>
    ? "streams" extends keyof FunctionReturnType<Query> ? boolean : StreamHelp
    : StreamHelp;

type StreamHelp =
  ErrorMessage<"To enable streaming, your query must take in streamArgs: vStreamArgs and return a streams object returned from syncStreams. See docs.">;

/** What the list hooks return: as Convex's `usePaginatedQuery`, with `results` in the order of the thread. */
export type ListResult<M> = UsePaginatedQueryResult<M>;
