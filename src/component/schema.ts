import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import type { JsonValue } from "../shared/json.js";
import type { StoredPart } from "../shared/storedMessage.js";
import {
  vFinishReason,
  vLanguageModelCallWarning,
  vMessageStatus,
  vProviderMetadata,
  vProviderOptions,
  vRole,
  vSource,
  vStreamFormat,
  vThreadStatus,
  vTiming,
  vTyped,
  vUsage,
  type StoredChunk,
} from "../shared/validators/index.js";
import { vectorTables } from "./vector/tables.js";

/** Where a stream is in its life; see README.md, "State machines". */
export const vStreamState = v.union(
  v.object({ kind: v.literal("streaming") }),
  v.object({ kind: v.literal("finished"), endedMs: v.number() }),
  v.object({ kind: v.literal("aborted"), endedMs: v.number(), reason: v.string() }),
);

const answer = { approved: v.boolean(), reason: v.optional(v.string()), answeredMs: v.number(), responseId: v.string() };

/** Where the decision on a tool call is; see README.md, "States". */
export const vApprovalState = v.union(
  v.object({ kind: v.literal("requested") }),
  v.object({ kind: v.literal("answered"), ...answer }),
  v.object({ kind: v.literal("continued"), ...answer, startedMs: v.number(), streamId: v.optional(v.string()) }),
);

// README.md says of each table who writes it, who deletes it and what its indexes answer.
export default defineSchema({
  threads: defineTable({
    userId: v.optional(v.string()),
    title: v.optional(v.string()),
    summary: v.optional(v.string()),
    status: vThreadStatus,
  })
    .index("userId", ["userId"])
    .searchIndex("title", { searchField: "title", filterFields: ["userId"] }),

  messages: defineTable({
    threadId: v.id("threads"),
    order: v.number(),
    stepOrder: v.number(),
    userId: v.optional(v.string()),
    status: vMessageStatus,
    // The content, in the neutral form of shared/storedMessage.ts. Missing role: a message without content.
    role: v.optional(vRole),
    text: v.optional(v.string()),
    parts: v.optional(v.array(vTyped<StoredPart>())),
    messageOptions: v.optional(vProviderOptions),
    tool: v.boolean(),
    // How it came to be.
    agentName: v.optional(v.string()),
    model: v.optional(v.string()),
    provider: v.optional(v.string()),
    providerOptions: v.optional(vProviderOptions),
    providerMetadata: v.optional(vProviderMetadata),
    finishReason: v.optional(vFinishReason),
    usage: v.optional(vUsage),
    timing: v.optional(vTiming),
    sources: v.optional(v.array(vSource)),
    warnings: v.optional(v.array(vLanguageModelCallWarning)),
    // Only reasoning that is not part of the content.
    reasoning: v.optional(v.string()),
    metadata: v.optional(vTyped<JsonValue>()),
    error: v.optional(v.string()),
    // How many rows of `overflows` hold the content, when it is too large for this one. `text` is then its beginning.
    overflow: v.optional(v.number()),
    fileIds: v.optional(v.array(v.string())),
    embeddingId: v.optional(v.string()),
  })
    .index("threadId", ["threadId", "order", "stepOrder"])
    // A vector search gives ids of vectors. Reading those rows would cost many times what their messages do.
    .index("embeddingId", ["embeddingId"])
    .searchIndex("text", { searchField: "text", filterFields: ["userId", "threadId"] }),

  streams: defineTable({
    threadId: v.id("threads"),
    order: v.number(),
    stepOrder: v.number(),
    userId: v.optional(v.string()),
    agentName: v.optional(v.string()),
    model: v.optional(v.string()),
    provider: v.optional(v.string()),
    providerOptions: v.optional(vProviderOptions),
    format: v.optional(vStreamFormat),
    state: vStreamState,
    // Its newest chunks. Each write replaces that row and only reads this one: a row that is both is read twice.
    liveId: v.id("liveChunks"),
    // Steps whose messages are saved: what an abort need not save again. Missing: none.
    savedSteps: v.optional(v.number()),
    // False: the app keeps no output of this generation, not even when it is cut off.
    savesOutput: v.optional(v.literal(false)),
  }).index("threadId", ["threadId", "state.kind", "order", "stepOrder"]),

  // The newest chunks of a stream: those with the indexes `from` (inclusive) to `end` (exclusive) of its log.
  liveChunks: defineTable({ from: v.number(), end: v.number(), chunks: v.array(vTyped<StoredChunk>()), writtenMs: v.number() }),

  deltas: defineTable({
    streamId: v.id("streams"),
    start: v.number(),
    end: v.number(),
    parts: v.array(vTyped<StoredChunk>()),
  }).index("streamId", ["streamId", "start"]),

  // Content of messages that are too large for one row, as slices of a JSON text.
  overflows: defineTable({ messageId: v.id("messages"), index: v.number(), json: v.string() }).index("messageId", ["messageId", "index"]),

  // When a writer that has nothing to write was last heard of. Apart from `streams`, whose rows viewers read.
  heartbeats: defineTable({ streamId: v.id("streams"), atMs: v.number() }).index("streamId", ["streamId"]),

  // Files that the app keeps in its own storage and messages refer to. `refcount`: how many messages do.
  files: defineTable({
    storageId: v.string(),
    hash: v.string(),
    filename: v.optional(v.string()),
    mediaType: v.optional(v.string()),
    refcount: v.number(),
    lastTouchedAt: v.number(),
  })
    .index("hash", ["hash", "filename", "mediaType"])
    .index("refcount", ["refcount", "lastTouchedAt"]),

  // Tool calls that waited for somebody's decision, so that one is found without looking through messages.
  approvals: defineTable({
    threadId: v.id("threads"),
    order: v.number(),
    messageId: v.id("messages"),
    approvalId: v.string(),
    toolCallId: v.string(),
    toolName: v.string(),
    agentName: v.optional(v.string()),
    state: vApprovalState,
  })
    .index("approvalId", ["threadId", "approvalId"])
    .index("messageId", ["messageId", "state.kind"])
    .index("threadId", ["threadId", "state.kind", "order"]),

  // Keys of the playground. The key itself is not kept, only the hash of its secret half.
  apiKeys: defineTable({ keyId: v.string(), secretHash: v.string(), name: v.optional(v.string()), readOnly: v.boolean() })
    .index("keyId", ["keyId"])
    .index("name", ["name"]),

  // How many wrong keys were tried of late: one row, which a right key never touches.
  apiKeyFailures: defineTable({ windowStartMs: v.number(), count: v.number() }),

  // The meanings of messages, for search: a table for each common length.
  ...vectorTables,
});
