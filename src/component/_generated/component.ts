/* eslint-disable */
/**
 * Generated `ComponentApi` utility.
 *
 * THIS CODE IS AUTOMATICALLY GENERATED.
 *
 * To regenerate, run `npx convex dev`.
 * @module
 */

import type { FunctionReference } from "convex/server";

/**
 * A utility for referencing a Convex component's exposed API.
 *
 * Useful when expecting a parameter like `components.myComponent`.
 * Usage:
 * ```ts
 * async function myFunction(ctx: QueryCtx, component: ComponentApi) {
 *   return ctx.runQuery(component.someFile.someQuery, { ...args });
 * }
 * ```
 */
export type ComponentApi<Name extends string | undefined = string | undefined> =
  {
    generations: {
      fail: FunctionReference<
        "mutation",
        "internal",
        {
          threadId: string;
          userId?: string;
          agentName?: string;
          order: number;
          stepOrder: number;
          error: string;
          messages?: Array<{
            message:
              | {
                  role: "user";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "assistant";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "tool";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "system";
                  content: string;
                  providerOptions?: Record<string, any>;
                };
            text?: string;
            status?: "pending" | "success" | "failed";
            model?: string;
            provider?: string;
            providerOptions?: Record<string, any>;
            providerMetadata?: Record<string, any>;
            finishReason?:
              | "stop"
              | "length"
              | "content-filter"
              | "tool-calls"
              | "error"
              | "other"
              | "unknown";
            usage?: {
              promptTokens?: number;
              completionTokens?: number;
              totalTokens?: number;
              reasoningTokens?: number;
              cachedInputTokens?: number;
              nonCachedInputTokens?: number;
              cacheWriteInputTokens?: number;
              textOutputTokens?: number;
              raw?: any;
            };
            sources?: Array<any>;
            warnings?: Array<any>;
            reasoning?: string;
            reasoningDetails?: Array<any>;
            error?: string;
            fileIds?: Array<string>;
            metadata?: any;
          }>;
          stream?: {
            streamId: string;
            delta?: { start: number; end: number; parts: Array<any> };
          };
        },
        {
          ended: boolean;
          messages: Array<{
            _id: string;
            _creationTime: number;
            threadId: string;
            order: number;
            stepOrder: number;
            userId?: string;
            embeddingId?: string;
            id?: string;
            status: "pending" | "success" | "failed";
            tool: boolean;
            message?:
              | {
                  role: "user";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "assistant";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "tool";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "system";
                  content: string;
                  providerOptions?: Record<string, any>;
                };
            text?: string;
            agentName?: string;
            model?: string;
            provider?: string;
            providerOptions?: Record<string, any>;
            providerMetadata?: Record<string, any>;
            finishReason?:
              | "stop"
              | "length"
              | "content-filter"
              | "tool-calls"
              | "error"
              | "other"
              | "unknown";
            usage?: {
              promptTokens?: number;
              completionTokens?: number;
              totalTokens?: number;
              reasoningTokens?: number;
              cachedInputTokens?: number;
              nonCachedInputTokens?: number;
              cacheWriteInputTokens?: number;
              textOutputTokens?: number;
              raw?: any;
            };
            sources?: Array<any>;
            warnings?: Array<any>;
            reasoning?: string;
            reasoningDetails?: Array<any>;
            error?: string;
            fileIds?: Array<string>;
            metadata?: any;
          }>;
        },
        Name
      >;
      saveStep: FunctionReference<
        "mutation",
        "internal",
        {
          threadId: string;
          userId?: string;
          agentName?: string;
          promptMessageId?: string;
          order: number;
          stepOrder: number;
          messages: Array<{
            message:
              | {
                  role: "user";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "assistant";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "tool";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "system";
                  content: string;
                  providerOptions?: Record<string, any>;
                };
            text?: string;
            status?: "pending" | "success" | "failed";
            model?: string;
            provider?: string;
            providerOptions?: Record<string, any>;
            providerMetadata?: Record<string, any>;
            finishReason?:
              | "stop"
              | "length"
              | "content-filter"
              | "tool-calls"
              | "error"
              | "other"
              | "unknown";
            usage?: {
              promptTokens?: number;
              completionTokens?: number;
              totalTokens?: number;
              reasoningTokens?: number;
              cachedInputTokens?: number;
              nonCachedInputTokens?: number;
              cacheWriteInputTokens?: number;
              textOutputTokens?: number;
              raw?: any;
            };
            sources?: Array<any>;
            warnings?: Array<any>;
            reasoning?: string;
            reasoningDetails?: Array<any>;
            error?: string;
            fileIds?: Array<string>;
            metadata?: any;
          }>;
          stream?: {
            streamId: string;
            delta?: { start: number; end: number; parts: Array<any> };
            finish: boolean;
          };
        },
        {
          isOpen: boolean;
          messages: Array<{
            _id: string;
            _creationTime: number;
            threadId: string;
            order: number;
            stepOrder: number;
            userId?: string;
            embeddingId?: string;
            id?: string;
            status: "pending" | "success" | "failed";
            tool: boolean;
            message?:
              | {
                  role: "user";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "assistant";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "tool";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "system";
                  content: string;
                  providerOptions?: Record<string, any>;
                };
            text?: string;
            agentName?: string;
            model?: string;
            provider?: string;
            providerOptions?: Record<string, any>;
            providerMetadata?: Record<string, any>;
            finishReason?:
              | "stop"
              | "length"
              | "content-filter"
              | "tool-calls"
              | "error"
              | "other"
              | "unknown";
            usage?: {
              promptTokens?: number;
              completionTokens?: number;
              totalTokens?: number;
              reasoningTokens?: number;
              cachedInputTokens?: number;
              nonCachedInputTokens?: number;
              cacheWriteInputTokens?: number;
              textOutputTokens?: number;
              raw?: any;
            };
            sources?: Array<any>;
            warnings?: Array<any>;
            reasoning?: string;
            reasoningDetails?: Array<any>;
            error?: string;
            fileIds?: Array<string>;
            metadata?: any;
          }>;
        },
        Name
      >;
      start: FunctionReference<
        "mutation",
        "internal",
        {
          threadId: string;
          userId?: string;
          agentName?: string;
          promptMessageId?: string;
          messages: Array<{
            message:
              | {
                  role: "user";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "assistant";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "tool";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "system";
                  content: string;
                  providerOptions?: Record<string, any>;
                };
            text?: string;
            status?: "pending" | "success" | "failed";
            model?: string;
            provider?: string;
            providerOptions?: Record<string, any>;
            providerMetadata?: Record<string, any>;
            finishReason?:
              | "stop"
              | "length"
              | "content-filter"
              | "tool-calls"
              | "error"
              | "other"
              | "unknown";
            usage?: {
              promptTokens?: number;
              completionTokens?: number;
              totalTokens?: number;
              reasoningTokens?: number;
              cachedInputTokens?: number;
              nonCachedInputTokens?: number;
              cacheWriteInputTokens?: number;
              textOutputTokens?: number;
              raw?: any;
            };
            sources?: Array<any>;
            warnings?: Array<any>;
            reasoning?: string;
            reasoningDetails?: Array<any>;
            error?: string;
            fileIds?: Array<string>;
            metadata?: any;
          }>;
          window: { recentMessages: number; excludeToolMessages: boolean };
          stream?: {
            format?: "UIMessageChunk" | "TextStreamPart";
            model?: string;
            provider?: string;
            providerOptions?: Record<string, any>;
            savesOutput?: boolean;
          };
        },
        {
          order: number;
          stepOrder: number;
          userId?: string;
          promptMessageId?: string;
          recent: Array<{
            _id: string;
            _creationTime: number;
            threadId: string;
            order: number;
            stepOrder: number;
            userId?: string;
            embeddingId?: string;
            id?: string;
            status: "pending" | "success" | "failed";
            tool: boolean;
            message?:
              | {
                  role: "user";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "assistant";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "tool";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "system";
                  content: string;
                  providerOptions?: Record<string, any>;
                };
            text?: string;
            agentName?: string;
            model?: string;
            provider?: string;
            providerOptions?: Record<string, any>;
            providerMetadata?: Record<string, any>;
            finishReason?:
              | "stop"
              | "length"
              | "content-filter"
              | "tool-calls"
              | "error"
              | "other"
              | "unknown";
            usage?: {
              promptTokens?: number;
              completionTokens?: number;
              totalTokens?: number;
              reasoningTokens?: number;
              cachedInputTokens?: number;
              nonCachedInputTokens?: number;
              cacheWriteInputTokens?: number;
              textOutputTokens?: number;
              raw?: any;
            };
            sources?: Array<any>;
            warnings?: Array<any>;
            reasoning?: string;
            reasoningDetails?: Array<any>;
            error?: string;
            fileIds?: Array<string>;
            metadata?: any;
          }>;
          turn: Array<{
            _id: string;
            _creationTime: number;
            threadId: string;
            order: number;
            stepOrder: number;
            userId?: string;
            embeddingId?: string;
            id?: string;
            status: "pending" | "success" | "failed";
            tool: boolean;
            message?:
              | {
                  role: "user";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "assistant";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "tool";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "system";
                  content: string;
                  providerOptions?: Record<string, any>;
                };
            text?: string;
            agentName?: string;
            model?: string;
            provider?: string;
            providerOptions?: Record<string, any>;
            providerMetadata?: Record<string, any>;
            finishReason?:
              | "stop"
              | "length"
              | "content-filter"
              | "tool-calls"
              | "error"
              | "other"
              | "unknown";
            usage?: {
              promptTokens?: number;
              completionTokens?: number;
              totalTokens?: number;
              reasoningTokens?: number;
              cachedInputTokens?: number;
              nonCachedInputTokens?: number;
              cacheWriteInputTokens?: number;
              textOutputTokens?: number;
              raw?: any;
            };
            sources?: Array<any>;
            warnings?: Array<any>;
            reasoning?: string;
            reasoningDetails?: Array<any>;
            error?: string;
            fileIds?: Array<string>;
            metadata?: any;
          }>;
          saved: Array<{
            _id: string;
            _creationTime: number;
            threadId: string;
            order: number;
            stepOrder: number;
            userId?: string;
            embeddingId?: string;
            id?: string;
            status: "pending" | "success" | "failed";
            tool: boolean;
            message?:
              | {
                  role: "user";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "assistant";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "tool";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "system";
                  content: string;
                  providerOptions?: Record<string, any>;
                };
            text?: string;
            agentName?: string;
            model?: string;
            provider?: string;
            providerOptions?: Record<string, any>;
            providerMetadata?: Record<string, any>;
            finishReason?:
              | "stop"
              | "length"
              | "content-filter"
              | "tool-calls"
              | "error"
              | "other"
              | "unknown";
            usage?: {
              promptTokens?: number;
              completionTokens?: number;
              totalTokens?: number;
              reasoningTokens?: number;
              cachedInputTokens?: number;
              nonCachedInputTokens?: number;
              cacheWriteInputTokens?: number;
              textOutputTokens?: number;
              raw?: any;
            };
            sources?: Array<any>;
            warnings?: Array<any>;
            reasoning?: string;
            reasoningDetails?: Array<any>;
            error?: string;
            fileIds?: Array<string>;
            metadata?: any;
          }>;
          streamId?: string;
        },
        Name
      >;
    };
    messages: {
      addMessages: FunctionReference<
        "mutation",
        "internal",
        {
          threadId: string;
          userId?: string;
          promptMessageId?: string;
          agentName?: string;
          messages: Array<{
            message:
              | {
                  role: "user";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "assistant";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "tool";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "system";
                  content: string;
                  providerOptions?: Record<string, any>;
                };
            text?: string;
            status?: "pending" | "success" | "failed";
            model?: string;
            provider?: string;
            providerOptions?: Record<string, any>;
            providerMetadata?: Record<string, any>;
            finishReason?:
              | "stop"
              | "length"
              | "content-filter"
              | "tool-calls"
              | "error"
              | "other"
              | "unknown";
            usage?: {
              promptTokens?: number;
              completionTokens?: number;
              totalTokens?: number;
              reasoningTokens?: number;
              cachedInputTokens?: number;
              nonCachedInputTokens?: number;
              cacheWriteInputTokens?: number;
              textOutputTokens?: number;
              raw?: any;
            };
            sources?: Array<any>;
            warnings?: Array<any>;
            reasoning?: string;
            reasoningDetails?: Array<any>;
            error?: string;
            fileIds?: Array<string>;
            metadata?: any;
          }>;
          pendingMessageId?: string;
          failPendingSteps?: boolean;
        },
        {
          messages: Array<{
            _id: string;
            _creationTime: number;
            threadId: string;
            order: number;
            stepOrder: number;
            userId?: string;
            embeddingId?: string;
            id?: string;
            status: "pending" | "success" | "failed";
            tool: boolean;
            message?:
              | {
                  role: "user";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "assistant";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "tool";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "system";
                  content: string;
                  providerOptions?: Record<string, any>;
                };
            text?: string;
            agentName?: string;
            model?: string;
            provider?: string;
            providerOptions?: Record<string, any>;
            providerMetadata?: Record<string, any>;
            finishReason?:
              | "stop"
              | "length"
              | "content-filter"
              | "tool-calls"
              | "error"
              | "other"
              | "unknown";
            usage?: {
              promptTokens?: number;
              completionTokens?: number;
              totalTokens?: number;
              reasoningTokens?: number;
              cachedInputTokens?: number;
              nonCachedInputTokens?: number;
              cacheWriteInputTokens?: number;
              textOutputTokens?: number;
              raw?: any;
            };
            sources?: Array<any>;
            warnings?: Array<any>;
            reasoning?: string;
            reasoningDetails?: Array<any>;
            error?: string;
            fileIds?: Array<string>;
            metadata?: any;
          }>;
        },
        Name
      >;
      deleteByIds: FunctionReference<
        "mutation",
        "internal",
        { messageIds: Array<string> },
        Array<string>,
        Name
      >;
      deleteByOrder: FunctionReference<
        "mutation",
        "internal",
        {
          threadId: string;
          startOrder: number;
          startStepOrder?: number;
          endOrder: number;
          endStepOrder?: number;
        },
        { isDone: boolean; lastOrder?: number; lastStepOrder?: number },
        Name
      >;
      getMessagesByIds: FunctionReference<
        "query",
        "internal",
        { messageIds: Array<string> },
        Array<null | {
          _id: string;
          _creationTime: number;
          threadId: string;
          order: number;
          stepOrder: number;
          userId?: string;
          embeddingId?: string;
          id?: string;
          status: "pending" | "success" | "failed";
          tool: boolean;
          message?:
            | {
                role: "user";
                content: any;
                providerOptions?: Record<string, any>;
              }
            | {
                role: "assistant";
                content: any;
                providerOptions?: Record<string, any>;
              }
            | {
                role: "tool";
                content: any;
                providerOptions?: Record<string, any>;
              }
            | {
                role: "system";
                content: string;
                providerOptions?: Record<string, any>;
              };
          text?: string;
          agentName?: string;
          model?: string;
          provider?: string;
          providerOptions?: Record<string, any>;
          providerMetadata?: Record<string, any>;
          finishReason?:
            | "stop"
            | "length"
            | "content-filter"
            | "tool-calls"
            | "error"
            | "other"
            | "unknown";
          usage?: {
            promptTokens?: number;
            completionTokens?: number;
            totalTokens?: number;
            reasoningTokens?: number;
            cachedInputTokens?: number;
            nonCachedInputTokens?: number;
            cacheWriteInputTokens?: number;
            textOutputTokens?: number;
            raw?: any;
          };
          sources?: Array<any>;
          warnings?: Array<any>;
          reasoning?: string;
          reasoningDetails?: Array<any>;
          error?: string;
          fileIds?: Array<string>;
          metadata?: any;
        }>,
        Name
      >;
      listMessagesByThreadId: FunctionReference<
        "query",
        "internal",
        {
          threadId: string;
          order: "asc" | "desc";
          paginationOpts?: {
            numItems: number;
            cursor: string | null;
            endCursor?: string | null;
            id?: number;
            maximumRowsRead?: number;
            maximumBytesRead?: number;
          };
          statuses?: Array<"pending" | "success" | "failed">;
          excludeToolMessages?: boolean;
          upToAndIncludingMessageId?: string;
        },
        {
          page: Array<{
            _id: string;
            _creationTime: number;
            threadId: string;
            order: number;
            stepOrder: number;
            userId?: string;
            embeddingId?: string;
            id?: string;
            status: "pending" | "success" | "failed";
            tool: boolean;
            message?:
              | {
                  role: "user";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "assistant";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "tool";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "system";
                  content: string;
                  providerOptions?: Record<string, any>;
                };
            text?: string;
            agentName?: string;
            model?: string;
            provider?: string;
            providerOptions?: Record<string, any>;
            providerMetadata?: Record<string, any>;
            finishReason?:
              | "stop"
              | "length"
              | "content-filter"
              | "tool-calls"
              | "error"
              | "other"
              | "unknown";
            usage?: {
              promptTokens?: number;
              completionTokens?: number;
              totalTokens?: number;
              reasoningTokens?: number;
              cachedInputTokens?: number;
              nonCachedInputTokens?: number;
              cacheWriteInputTokens?: number;
              textOutputTokens?: number;
              raw?: any;
            };
            sources?: Array<any>;
            warnings?: Array<any>;
            reasoning?: string;
            reasoningDetails?: Array<any>;
            error?: string;
            fileIds?: Array<string>;
            metadata?: any;
          }>;
          continueCursor: string;
          isDone: boolean;
          splitCursor?: string | null;
          pageStatus?: "SplitRecommended" | "SplitRequired" | null;
        },
        Name
      >;
      updateMessage: FunctionReference<
        "mutation",
        "internal",
        {
          messageId: string;
          patch: {
            message?:
              | {
                  role: "user";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "assistant";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "tool";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "system";
                  content: string;
                  providerOptions?: Record<string, any>;
                };
            status?: "pending" | "success" | "failed";
            error?: string;
            model?: string;
            provider?: string;
            finishReason?:
              | "stop"
              | "length"
              | "content-filter"
              | "tool-calls"
              | "error"
              | "other"
              | "unknown";
            fileIds?: Array<string>;
          };
        },
        {
          _id: string;
          _creationTime: number;
          threadId: string;
          order: number;
          stepOrder: number;
          userId?: string;
          embeddingId?: string;
          id?: string;
          status: "pending" | "success" | "failed";
          tool: boolean;
          message?:
            | {
                role: "user";
                content: any;
                providerOptions?: Record<string, any>;
              }
            | {
                role: "assistant";
                content: any;
                providerOptions?: Record<string, any>;
              }
            | {
                role: "tool";
                content: any;
                providerOptions?: Record<string, any>;
              }
            | {
                role: "system";
                content: string;
                providerOptions?: Record<string, any>;
              };
          text?: string;
          agentName?: string;
          model?: string;
          provider?: string;
          providerOptions?: Record<string, any>;
          providerMetadata?: Record<string, any>;
          finishReason?:
            | "stop"
            | "length"
            | "content-filter"
            | "tool-calls"
            | "error"
            | "other"
            | "unknown";
          usage?: {
            promptTokens?: number;
            completionTokens?: number;
            totalTokens?: number;
            reasoningTokens?: number;
            cachedInputTokens?: number;
            nonCachedInputTokens?: number;
            cacheWriteInputTokens?: number;
            textOutputTokens?: number;
            raw?: any;
          };
          sources?: Array<any>;
          warnings?: Array<any>;
          reasoning?: string;
          reasoningDetails?: Array<any>;
          error?: string;
          fileIds?: Array<string>;
          metadata?: any;
        },
        Name
      >;
    };
    streams: {
      abort: FunctionReference<
        "mutation",
        "internal",
        {
          streamId: string;
          reason: string;
          delta?: { start: number; end: number; parts: Array<any> };
        },
        boolean,
        Name
      >;
      abortByOrder: FunctionReference<
        "mutation",
        "internal",
        { threadId: string; order: number; reason: string },
        boolean,
        Name
      >;
      addDelta: FunctionReference<
        "mutation",
        "internal",
        {
          streamId: string;
          delta?: { start: number; end: number; parts: Array<any> };
        },
        boolean,
        Name
      >;
      create: FunctionReference<
        "mutation",
        "internal",
        {
          threadId: string;
          order: number;
          stepOrder: number;
          userId?: string;
          agentName?: string;
          model?: string;
          provider?: string;
          providerOptions?: Record<string, any>;
          format?: "UIMessageChunk" | "TextStreamPart";
          savesOutput?: boolean;
        },
        string,
        Name
      >;
      deleteStreamSync: FunctionReference<
        "mutation",
        "internal",
        { streamId: string },
        { isDone: boolean },
        Name
      >;
      finish: FunctionReference<
        "mutation",
        "internal",
        {
          streamId: string;
          delta?: { start: number; end: number; parts: Array<any> };
        },
        null,
        Name
      >;
      list: FunctionReference<
        "query",
        "internal",
        {
          threadId: string;
          startOrder?: number;
          statuses?: Array<"streaming" | "finished" | "aborted">;
        },
        Array<{
          streamId: string;
          status: "streaming" | "finished" | "aborted";
          format?: "UIMessageChunk" | "TextStreamPart";
          order: number;
          stepOrder: number;
          userId?: string;
          agentName?: string;
          model?: string;
          provider?: string;
          providerOptions?: Record<string, any>;
          reason?: string;
          live?: { from: number; end: number; chunks: Array<any> };
        }>,
        Name
      >;
      listDeltas: FunctionReference<
        "query",
        "internal",
        {
          threadId: string;
          cursors: Array<{ streamId: string; cursor: number }>;
        },
        Array<{
          streamId: string;
          start: number;
          end: number;
          parts: Array<any>;
        }>,
        Name
      >;
    };
    threads: {
      createThread: FunctionReference<
        "mutation",
        "internal",
        { userId?: string; title?: string; summary?: string },
        {
          _id: string;
          _creationTime: number;
          userId?: string;
          title?: string;
          summary?: string;
          status: "active" | "archived";
        },
        Name
      >;
      deleteAllForThreadIdAsync: FunctionReference<
        "mutation",
        "internal",
        { threadId: string; limit?: number },
        { isDone: boolean },
        Name
      >;
      deleteAllForThreadIdStep: FunctionReference<
        "mutation",
        "internal",
        { threadId: string },
        { isDone: boolean },
        Name
      >;
      deleteAllForThreadIdSync: FunctionReference<
        "action",
        "internal",
        { threadId: string; limit?: number },
        null,
        Name
      >;
      getThread: FunctionReference<
        "query",
        "internal",
        { threadId: string },
        {
          _id: string;
          _creationTime: number;
          userId?: string;
          title?: string;
          summary?: string;
          status: "active" | "archived";
        } | null,
        Name
      >;
      listThreadsByUserId: FunctionReference<
        "query",
        "internal",
        {
          userId?: string;
          order?: "asc" | "desc";
          paginationOpts?: {
            numItems: number;
            cursor: string | null;
            endCursor?: string | null;
            id?: number;
            maximumRowsRead?: number;
            maximumBytesRead?: number;
          };
        },
        {
          page: Array<{
            _id: string;
            _creationTime: number;
            userId?: string;
            title?: string;
            summary?: string;
            status: "active" | "archived";
          }>;
          continueCursor: string;
          isDone: boolean;
          splitCursor?: string | null;
          pageStatus?: "SplitRecommended" | "SplitRequired" | null;
        },
        Name
      >;
      searchThreadTitles: FunctionReference<
        "query",
        "internal",
        { query: string; userId?: string; limit: number },
        Array<{
          _id: string;
          _creationTime: number;
          userId?: string;
          title?: string;
          summary?: string;
          status: "active" | "archived";
        }>,
        Name
      >;
      startThread: FunctionReference<
        "mutation",
        "internal",
        {
          userId?: string;
          title?: string;
          summary?: string;
          agentName?: string;
          messages: Array<{
            message:
              | {
                  role: "user";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "assistant";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "tool";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "system";
                  content: string;
                  providerOptions?: Record<string, any>;
                };
            text?: string;
            status?: "pending" | "success" | "failed";
            model?: string;
            provider?: string;
            providerOptions?: Record<string, any>;
            providerMetadata?: Record<string, any>;
            finishReason?:
              | "stop"
              | "length"
              | "content-filter"
              | "tool-calls"
              | "error"
              | "other"
              | "unknown";
            usage?: {
              promptTokens?: number;
              completionTokens?: number;
              totalTokens?: number;
              reasoningTokens?: number;
              cachedInputTokens?: number;
              nonCachedInputTokens?: number;
              cacheWriteInputTokens?: number;
              textOutputTokens?: number;
              raw?: any;
            };
            sources?: Array<any>;
            warnings?: Array<any>;
            reasoning?: string;
            reasoningDetails?: Array<any>;
            error?: string;
            fileIds?: Array<string>;
            metadata?: any;
          }>;
        },
        {
          threadId: string;
          messages: Array<{
            _id: string;
            _creationTime: number;
            threadId: string;
            order: number;
            stepOrder: number;
            userId?: string;
            embeddingId?: string;
            id?: string;
            status: "pending" | "success" | "failed";
            tool: boolean;
            message?:
              | {
                  role: "user";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "assistant";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "tool";
                  content: any;
                  providerOptions?: Record<string, any>;
                }
              | {
                  role: "system";
                  content: string;
                  providerOptions?: Record<string, any>;
                };
            text?: string;
            agentName?: string;
            model?: string;
            provider?: string;
            providerOptions?: Record<string, any>;
            providerMetadata?: Record<string, any>;
            finishReason?:
              | "stop"
              | "length"
              | "content-filter"
              | "tool-calls"
              | "error"
              | "other"
              | "unknown";
            usage?: {
              promptTokens?: number;
              completionTokens?: number;
              totalTokens?: number;
              reasoningTokens?: number;
              cachedInputTokens?: number;
              nonCachedInputTokens?: number;
              cacheWriteInputTokens?: number;
              textOutputTokens?: number;
              raw?: any;
            };
            sources?: Array<any>;
            warnings?: Array<any>;
            reasoning?: string;
            reasoningDetails?: Array<any>;
            error?: string;
            fileIds?: Array<string>;
            metadata?: any;
          }>;
        },
        Name
      >;
      updateThread: FunctionReference<
        "mutation",
        "internal",
        {
          threadId: string;
          patch: {
            userId?: string;
            title?: string;
            summary?: string;
            status?: "active" | "archived";
          };
        },
        {
          _id: string;
          _creationTime: number;
          userId?: string;
          title?: string;
          summary?: string;
          status: "active" | "archived";
        },
        Name
      >;
    };
    users: {
      deleteAllForUserId: FunctionReference<
        "action",
        "internal",
        { userId: string },
        null,
        Name
      >;
      deleteAllForUserIdAsync: FunctionReference<
        "mutation",
        "internal",
        { userId: string },
        boolean,
        Name
      >;
    };
  };
