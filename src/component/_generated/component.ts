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
    apiKeys: {
      countWrongKey: FunctionReference<
        "mutation",
        "internal",
        { apiKey: string },
        { delayMs: number },
        Name
      >;
      destroy: FunctionReference<
        "mutation",
        "internal",
        { apiKey?: string; keyId?: string; name?: string },
        | "missing"
        | "deleted"
        | "name mismatch"
        | "must provide either apiKey or name",
        Name
      >;
      issue: FunctionReference<
        "mutation",
        "internal",
        { name?: string; readOnly?: boolean },
        string,
        Name
      >;
      list: FunctionReference<
        "query",
        "internal",
        {},
        Array<{
          keyId: string;
          name?: string;
          readOnly: boolean;
          createdMs: number;
        }>,
        Name
      >;
      validate: FunctionReference<
        "query",
        "internal",
        { apiKey: string; write?: boolean },
        boolean,
        Name
      >;
    };
    approvals: {
      get: FunctionReference<
        "query",
        "internal",
        { threadId: string; approvalId: string },
        null | {
          approvalId: string;
          order: number;
          messageId: string;
          toolCallId: string;
          toolName: string;
          agentName?: string;
          state:
            | { kind: "requested" }
            | {
                kind: "answered";
                approved: boolean;
                reason?: string;
                answeredMs: number;
                responseId: string;
              }
            | {
                kind: "continued";
                approved: boolean;
                reason?: string;
                answeredMs: number;
                responseId: string;
                startedMs: number;
                streamId?: string;
              };
        },
        Name
      >;
      listRequested: FunctionReference<
        "query",
        "internal",
        { threadId: string; limit?: number },
        Array<{
          approvalId: string;
          order: number;
          messageId: string;
          toolCallId: string;
          toolName: string;
          agentName?: string;
          state:
            | { kind: "requested" }
            | {
                kind: "answered";
                approved: boolean;
                reason?: string;
                answeredMs: number;
                responseId: string;
              }
            | {
                kind: "continued";
                approved: boolean;
                reason?: string;
                answeredMs: number;
                responseId: string;
                startedMs: number;
                streamId?: string;
              };
        }>,
        Name
      >;
      respond: FunctionReference<
        "mutation",
        "internal",
        {
          threadId: string;
          responses: Array<{
            approvalId: string;
            approved: boolean;
            reason?: string;
          }>;
        },
        {
          messageId: string;
          order: number;
          stepOrder: number;
          stillWaiting: boolean;
        },
        Name
      >;
    };
    files: {
      addFile: FunctionReference<
        "mutation",
        "internal",
        {
          storageId: string;
          hash: string;
          filename?: string;
          mediaType?: string;
          mimeType?: string;
        },
        { fileId: string; storageId: string },
        Name
      >;
      copyFile: FunctionReference<
        "mutation",
        "internal",
        { fileId: string },
        null,
        Name
      >;
      deleteFiles: FunctionReference<
        "mutation",
        "internal",
        { fileIds: Array<string>; force?: boolean; minAge?: number },
        Array<string>,
        Name
      >;
      get: FunctionReference<
        "query",
        "internal",
        { fileId: string },
        null | {
          _id: string;
          _creationTime: number;
          storageId: string;
          hash: string;
          filename?: string;
          mediaType?: string;
          mimeType?: string;
          refcount: number;
          lastTouchedAt: number;
        },
        Name
      >;
      getFilesToDelete: FunctionReference<
        "query",
        "internal",
        {
          paginationOpts: {
            numItems: number;
            cursor: string | null;
            endCursor?: string | null;
            id?: number;
            maximumRowsRead?: number;
            maximumBytesRead?: number;
          };
          minAge?: number;
        },
        {
          page: Array<{
            _id: string;
            _creationTime: number;
            storageId: string;
            hash: string;
            filename?: string;
            mediaType?: string;
            mimeType?: string;
            refcount: number;
            lastTouchedAt: number;
          }>;
          continueCursor: string;
          isDone: boolean;
          splitCursor?: string | null;
          pageStatus?: "SplitRecommended" | "SplitRequired" | null;
        },
        Name
      >;
      releaseFile: FunctionReference<
        "mutation",
        "internal",
        { fileId: string },
        null,
        Name
      >;
      useExistingFile: FunctionReference<
        "mutation",
        "internal",
        {
          hash: string;
          filename?: string;
          mediaType?: string;
          mimeType?: string;
        },
        null | { fileId: string; storageId: string },
        Name
      >;
      vacuum: FunctionReference<
        "mutation",
        "internal",
        { minAge?: number; limit?: number },
        {
          deleted: Array<{ fileId: string; storageId: string }>;
          isDone: boolean;
        },
        Name
      >;
    };
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
            rawCall?: { request: string; response: string };
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
            timing?: {
              startedMs: number;
              endedMs: number;
              firstOutputMs?: number;
              tools?: Array<{
                toolCallId: string;
                startedMs: number;
                endedMs: number;
              }>;
            };
            sources?: Array<any>;
            warnings?: Array<any>;
            reasoning?: string;
            reasoningDetails?: Array<any>;
            error?: string;
            fileIds?: Array<string>;
            metadata?: any;
          }>;
          rawCall?: { request: string; response: string };
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
            rawCallId?: string;
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
            timing?: {
              startedMs: number;
              endedMs: number;
              firstOutputMs?: number;
              tools?: Array<{
                toolCallId: string;
                startedMs: number;
                endedMs: number;
              }>;
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
            rawCall?: { request: string; response: string };
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
            timing?: {
              startedMs: number;
              endedMs: number;
              firstOutputMs?: number;
              tools?: Array<{
                toolCallId: string;
                startedMs: number;
                endedMs: number;
              }>;
            };
            sources?: Array<any>;
            warnings?: Array<any>;
            reasoning?: string;
            reasoningDetails?: Array<any>;
            error?: string;
            fileIds?: Array<string>;
            metadata?: any;
          }>;
          vectors?: {
            model: string;
            messages: Array<Array<number> | ArrayBuffer | null>;
            earlier: Array<{
              messageId: string;
              vector: Array<number> | ArrayBuffer;
            }>;
          };
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
            rawCallId?: string;
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
            timing?: {
              startedMs: number;
              endedMs: number;
              firstOutputMs?: number;
              tools?: Array<{
                toolCallId: string;
                startedMs: number;
                endedMs: number;
              }>;
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
            rawCall?: { request: string; response: string };
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
            timing?: {
              startedMs: number;
              endedMs: number;
              firstOutputMs?: number;
              tools?: Array<{
                toolCallId: string;
                startedMs: number;
                endedMs: number;
              }>;
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
          recent: any;
          turn: any;
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
            rawCallId?: string;
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
            timing?: {
              startedMs: number;
              endedMs: number;
              firstOutputMs?: number;
              tools?: Array<{
                toolCallId: string;
                startedMs: number;
                endedMs: number;
              }>;
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
          isStopped?: true;
        },
        Name
      >;
      stop: FunctionReference<
        "mutation",
        "internal",
        { threadId: string; order: number; reason: string },
        boolean,
        Name
      >;
      window: FunctionReference<
        "query",
        "internal",
        {
          threadId: string;
          promptMessageId?: string;
          window: { recentMessages: number; excludeToolMessages: boolean };
        },
        {
          order: number;
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
            rawCallId?: string;
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
            timing?: {
              startedMs: number;
              endedMs: number;
              firstOutputMs?: number;
              tools?: Array<{
                toolCallId: string;
                startedMs: number;
                endedMs: number;
              }>;
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
            rawCallId?: string;
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
            timing?: {
              startedMs: number;
              endedMs: number;
              firstOutputMs?: number;
              tools?: Array<{
                toolCallId: string;
                startedMs: number;
                endedMs: number;
              }>;
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
            rawCall?: { request: string; response: string };
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
            timing?: {
              startedMs: number;
              endedMs: number;
              firstOutputMs?: number;
              tools?: Array<{
                toolCallId: string;
                startedMs: number;
                endedMs: number;
              }>;
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
          embeddings?: {
            model: string;
            vectors: Array<Array<number> | ArrayBuffer | null>;
          };
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
            rawCallId?: string;
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
            timing?: {
              startedMs: number;
              endedMs: number;
              firstOutputMs?: number;
              tools?: Array<{
                toolCallId: string;
                startedMs: number;
                endedMs: number;
              }>;
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
          rawCallId?: string;
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
          timing?: {
            startedMs: number;
            endedMs: number;
            firstOutputMs?: number;
            tools?: Array<{
              toolCallId: string;
              startedMs: number;
              endedMs: number;
            }>;
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
      getRawCall: FunctionReference<
        "query",
        "internal",
        { messageId: string },
        null | { request: string; response: string },
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
            rawCallId?: string;
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
            timing?: {
              startedMs: number;
              endedMs: number;
              firstOutputMs?: number;
              tools?: Array<{
                toolCallId: string;
                startedMs: number;
                endedMs: number;
              }>;
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
          rawCallId?: string;
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
          timing?: {
            startedMs: number;
            endedMs: number;
            firstOutputMs?: number;
            tools?: Array<{
              toolCallId: string;
              startedMs: number;
              endedMs: number;
            }>;
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
    search: {
      explain: FunctionReference<
        "query",
        "internal",
        {
          threadId?: string;
          userId?: string;
          targetMessageId?: string;
          beforeOrder?: number;
          text?: string;
          limit: number;
          messageRange?: { before: number; after: number };
          excludeToolMessages?: boolean;
          textSearch: boolean;
          vectorIds: Array<string>;
          vectorScores: Array<number>;
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
            rawCallId?: string;
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
            timing?: {
              startedMs: number;
              endedMs: number;
              firstOutputMs?: number;
              tools?: Array<{
                toolCallId: string;
                startedMs: number;
                endedMs: number;
              }>;
            };
            sources?: Array<any>;
            warnings?: Array<any>;
            reasoning?: string;
            reasoningDetails?: Array<any>;
            error?: string;
            fileIds?: Array<string>;
            metadata?: any;
          }>;
          matches: Array<{
            messageId: string;
            score: number;
            textRank?: number;
            vectorRank?: number;
            vectorScore?: number;
          }>;
        },
        Name
      >;
      find: FunctionReference<
        "query",
        "internal",
        {
          threadId?: string;
          userId?: string;
          targetMessageId?: string;
          beforeOrder?: number;
          text?: string;
          limit: number;
          messageRange?: { before: number; after: number };
          excludeToolMessages?: boolean;
          textSearch: boolean;
          vectorIds?: Array<string>;
        },
        any,
        Name
      >;
      nearest: FunctionReference<
        "action",
        "internal",
        {
          threadId?: string;
          userId?: string;
          targetMessageId?: string;
          model: string;
          vector?: Array<number> | ArrayBuffer;
          limit: number;
          vectorScoreThreshold?: number;
          alreadyShown?: number;
          withScores?: boolean;
        },
        {
          needsVector: boolean;
          vectorIds: Array<string>;
          vectorScores: Array<number>;
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
          known?: { from: number; end: number; chunks: Array<any> };
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
          whole?: boolean;
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
          sealed?: Array<any>;
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
      lastMessages: FunctionReference<
        "query",
        "internal",
        { threadIds: Array<string> },
        Array<null | {
          text?: string;
          role?: "system" | "user" | "assistant" | "tool";
          agentName?: string;
          status: "pending" | "success" | "failed";
          error?: string;
          atMs: number;
          waitsFor?: string;
        }>,
        Name
      >;
      listByActivity: FunctionReference<
        "query",
        "internal",
        {
          userId?: string;
          everyone?: boolean;
          status?: "active" | "archived";
          paginationOpts: {
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
            lastActivityAt: number;
            unreadTurns: number;
          }>;
          continueCursor: string;
          isDone: boolean;
          splitCursor?: string | null;
          pageStatus?: "SplitRecommended" | "SplitRequired" | null;
        },
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
      markRead: FunctionReference<
        "mutation",
        "internal",
        { threadId: string; order?: number },
        null,
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
            rawCall?: { request: string; response: string };
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
            timing?: {
              startedMs: number;
              endedMs: number;
              firstOutputMs?: number;
              tools?: Array<{
                toolCallId: string;
                startedMs: number;
                endedMs: number;
              }>;
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
            rawCallId?: string;
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
            timing?: {
              startedMs: number;
              endedMs: number;
              firstOutputMs?: number;
              tools?: Array<{
                toolCallId: string;
                startedMs: number;
                endedMs: number;
              }>;
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
    usage: {
      byDay: FunctionReference<
        "query",
        "internal",
        {
          sinceMs: number;
          untilMs?: number;
          userId?: string;
          cursor: string | null;
        },
        {
          rows: Array<{
            day: string;
            userId?: string;
            agentName?: string;
            model?: string;
            provider?: string;
            messages: number;
            promptTokens: number;
            completionTokens: number;
            totalTokens: number;
            reasoningTokens: number;
            cachedInputTokens: number;
          }>;
          isDone: boolean;
          continueCursor: string;
        },
        Name
      >;
    };
    users: {
      deleteAllForUserId: FunctionReference<
        "mutation",
        "internal",
        { userId: string },
        { isDone: boolean },
        Name
      >;
      deleteAllForUserIdAsync: FunctionReference<
        "mutation",
        "internal",
        { userId: string },
        boolean,
        Name
      >;
      deleteAllForUserIdSync: FunctionReference<
        "action",
        "internal",
        { userId: string },
        null,
        Name
      >;
      listUsersWithThreads: FunctionReference<
        "query",
        "internal",
        {
          paginationOpts: {
            numItems: number;
            cursor: string | null;
            endCursor?: string | null;
            id?: number;
            maximumRowsRead?: number;
            maximumBytesRead?: number;
          };
        },
        {
          page: Array<string>;
          continueCursor: string;
          isDone: boolean;
          splitCursor?: string | null;
          pageStatus?: "SplitRecommended" | "SplitRequired" | null;
        },
        Name
      >;
    };
    vector: {
      index: {
        deleteBatch: FunctionReference<
          "mutation",
          "internal",
          { ids: Array<string> },
          null,
          Name
        >;
        insertBatch: FunctionReference<
          "mutation",
          "internal",
          {
            vectorDimension: number;
            vectors: Array<{
              model: string;
              table: string;
              userId?: string;
              threadId?: string;
              vector: Array<number> | ArrayBuffer;
              messageId?: string;
            }>;
          },
          Array<string>,
          Name
        >;
        paginate: FunctionReference<
          "query",
          "internal",
          {
            vectorDimension: number;
            targetModel: string;
            table?: string;
            cursor?: string | null;
            limit: number;
          },
          {
            ids: Array<string>;
            messageIds: Array<string | null>;
            isDone: boolean;
            continueCursor: string;
          },
          Name
        >;
        updateBatch: FunctionReference<
          "mutation",
          "internal",
          {
            vectors: Array<{
              model: string;
              vector: Array<number> | ArrayBuffer;
              id: string;
            }>;
          },
          null,
          Name
        >;
      };
    };
  };
