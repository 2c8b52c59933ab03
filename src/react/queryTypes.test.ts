import type { FunctionReference, PaginationOptions, PaginationResult } from "convex/server";
import { describe, expectTypeOf, test } from "vitest";
import type { ErrorMessage, HookArgs, ListedItem, StreamOption, ThreadMessagesQuery, UIMessagesQuery } from "./queryTypes.js";
import type { useUIMessages } from "./useUIMessages.js";
import type { MessageDoc, StreamArgs, SyncStreamsReturnValue, UIMessage } from "./wireTypes.js";

type Args = { threadId: string; team: string; paginationOpts: PaginationOptions };
type Page<M> = PaginationResult<M>;
type Plain = FunctionReference<"query", "public", Args, Page<UIMessage & { mood: "good" }>>;
type Streaming = FunctionReference<"query", "public", Args & { streamArgs?: StreamArgs }, Page<UIMessage> & { streams: SyncStreamsReturnValue | undefined }>;
type Docs = FunctionReference<"query", "public", Args, Page<MessageDoc>>;
type Result<Query extends UIMessagesQuery> = ReturnType<typeof useUIMessages<Query>>["results"][number];

describe("types of the list hooks", () => {
  test("a query with further arguments fits, and only they and the thread are asked for", () => {
    expectTypeOf<Plain>().toExtend<UIMessagesQuery>();
    expectTypeOf<Streaming>().toExtend<UIMessagesQuery>();
    expectTypeOf<HookArgs<Streaming>>().toEqualTypeOf<{ threadId: string; team: string }>();
  });

  test("fields that the query adds are on the results", () => {
    expectTypeOf<ListedItem<Plain>>().toEqualTypeOf<UIMessage & { mood: "good" }>();
    expectTypeOf<Result<Plain>["mood"]>().toEqualTypeOf<"good">();
    expectTypeOf<Result<Streaming>>().not.toBeAny();
  });

  test("only a query that takes `streamArgs` and returns `streams` can stream", () => {
    expectTypeOf<StreamOption<Streaming>>().toEqualTypeOf<boolean>();
    expectTypeOf<StreamOption<Plain>>().toExtend<ErrorMessage<string>>();
    expectTypeOf<true>().not.toExtend<StreamOption<Plain>>();
  });

  test("each hook refuses the other's query", () => {
    expectTypeOf<Docs>().toExtend<ThreadMessagesQuery>();
    expectTypeOf<Docs>().not.toExtend<UIMessagesQuery>();
    expectTypeOf<FunctionReference<"query", "public", { threadId: string }, string[]>>().not.toExtend<UIMessagesQuery>();
    expectTypeOf<FunctionReference<"query", "internal", Args, Page<UIMessage>>>().not.toExtend<UIMessagesQuery>();
  });
});
