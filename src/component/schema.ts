import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import type { JsonValue } from "../shared/json.js";
import type { StoredPart, StoredResults } from "../shared/storedMessage.js";
import {
  vFinishReason,
  vLanguageModelCallWarning,
  vMessageStatus,
  vProviderMetadata,
  vProviderOptions,
  vReasoningDetails,
  vRawCall,
  vRole,
  vSource,
  vStreamFormat,
  vThreadStatus,
  vTiming,
  vTyped,
  vUsage,
  type StoredChunk,
} from "../shared/validators/index.js";
import { vApprovalState } from "../shared/validators/approval.js";
import { vectorTables } from "../model/vectorTables.js";

/** Where a stream is in its life; see README.md, "State machines". */
export const vStreamState = v.union(
  v.object({ kind: v.literal("streaming") }),
  v.object({ kind: v.literal("finished"), endedMs: v.number() }),
  v.object({ kind: v.literal("aborted"), endedMs: v.number(), reason: v.string() }),
);

// README.md says of each table who writes it, who deletes it and what its indexes answer.
export default defineSchema({
  threads: defineTable({
    userId: v.optional(v.string()),
    title: v.optional(v.string()),
    summary: v.optional(v.string()),
    status: vThreadStatus,
    activityId: v.id("threadActivity"),
  })
    .index("userId", ["userId"])
    .index("activityId", ["activityId"])
    .searchIndex("title", { searchField: "title", filterFields: ["userId"] }),

  // What lists by activity sort by, a row for each thread: apart, for every step of every reply reads the thread's own.
  threadActivity: defineTable({
    userId: v.optional(v.string()),
    status: vThreadStatus,
    atMs: v.number(),
    // How many turns were opened, and how many of them were read.
    turns: v.number(),
    readTurns: v.optional(v.number()),
  })
    .index("userId", ["userId", "status", "atMs"])
    // Of all users: for tools that look at an app.
    .index("status", ["status", "atMs"]),

  messages: defineTable({
    threadId: v.id("threads"),
    // Turn and place in it, in one number; see model/messageRows.ts, which alone reads and writes the form of this table.
    place: v.number(),
    userId: v.optional(v.string()),
    // Missing: success.
    status: v.optional(vMessageStatus),
    // The content, in the neutral form of shared/storedMessage.ts. Missing role: a turn's first is a user's, others a model's.
    role: v.optional(vRole),
    text: v.optional(v.string()),
    parts: v.optional(v.array(vTyped<StoredPart>())),
    messageOptions: v.optional(vProviderOptions),
    // Missing: false.
    tool: v.optional(v.literal(true)),
    // What the tools of this step gave: the message after this one, in its row.
    results: v.optional(vTyped<StoredResults>()),
    // The first of the two was deleted.
    onlyResults: v.optional(v.literal(true)),
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
    reasoningDetails: v.optional(vReasoningDetails),
    metadata: v.optional(vTyped<JsonValue>()),
    error: v.optional(v.string()),
    // It says that a turn was stopped while nobody had answered yet. The generation that comes to answer takes this away
    // and ends.
    stopsReply: v.optional(v.literal(true)),
    // How many rows of `overflows` hold the content, when it is too large for this one. `text` is then its beginning.
    overflow: v.optional(v.number()),
    fileIds: v.optional(v.array(v.string())),
    embeddingId: v.optional(v.string()),
    rawCallId: v.optional(v.id("rawCalls")),
  })
    .index("threadId", ["threadId", "place"])
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

  // What was sent to a provider for a message and what came back, of agents that keep it. Its message names it.
  rawCalls: defineTable(vRawCall),

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
