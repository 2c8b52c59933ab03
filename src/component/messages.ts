import { paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import {
  vFinishReason,
  vMessage,
  vMessageDoc,
  vMessageStatus,
  vMessageWithMetadata,
  vPaginationResult,
  vRawCall,
} from "../shared/validators/index.js";
import { vVector } from "../shared/validators/search.js";
import { mutation, query } from "./_generated/server.js";
import { deleteRange, endStreamsOf } from "../model/deletion.js";
import { hasMoreThanTools, withoutCalls } from "../model/context.js";
import { findMessage, type MessageRow } from "../model/messageRows.js";
import { listByTurn } from "../model/listByTurn.js";
import { deleteMessage, toMessageDocs } from "../model/overflow.js";
import { addMessages as addMessagesTo, mustGetPrompt, updateMessage as updateMessageIn } from "../model/saveMessages.js";
import { readRawCall } from "../model/rawCalls.js";
import { mustGetThread, parseThreadId } from "../model/threads.js";
import { fail } from "../shared/errors.js";

/** Saves messages: in a new turn, or with `promptMessageId` in the turn of that message. */
export const addMessages = mutation({
  args: {
    threadId: v.string(),
    userId: v.optional(v.string()),
    promptMessageId: v.optional(v.string()),
    agentName: v.optional(v.string()),
    messages: v.array(vMessageWithMetadata),
    pendingMessageId: v.optional(v.string()),
    failPendingSteps: v.optional(v.boolean()),
    // A vector for each message, for vector search; null for those without.
    embeddings: v.optional(v.object({ model: v.string(), vectors: v.array(v.union(vVector, v.null())) })),
  },
  returns: v.object({ messages: v.array(vMessageDoc) }),
  handler: async (ctx, { threadId, userId, promptMessageId, pendingMessageId, failPendingSteps, ...args }) => {
    const thread = await mustGetThread(ctx, threadId);
    const messages = await addMessagesTo(ctx, {
      threadId: thread._id,
      activity: thread.activityId,
      userId: userId ?? thread.userId,
      agentName: args.agentName,
      messages: args.messages,
      embeddings: args.embeddings,
      promptMessageId,
      pendingMessageId,
      failPendingSteps: failPendingSteps === true,
      nowMs: Date.now(),
    });
    return { messages };
  },
});

/** A page of a thread, by turns; see model/listByTurn.ts. */
export const listMessagesByThreadId = query({
  args: {
    threadId: v.string(),
    order: v.union(v.literal("asc"), v.literal("desc")),
    paginationOpts: v.optional(paginationOptsValidator),
    statuses: v.optional(v.array(vMessageStatus)),
    excludeToolMessages: v.optional(v.boolean()),
    upToAndIncludingMessageId: v.optional(v.string()),
  },
  returns: vPaginationResult(vMessageDoc),
  handler: async (ctx, { threadId, order, statuses, excludeToolMessages, upToAndIncludingMessageId, ...args }) => {
    const id = parseThreadId(ctx, threadId);
    const paginationOpts = args.paginationOpts ?? { cursor: null, numItems: 100 };
    const last =
      upToAndIncludingMessageId === undefined
        ? null
        : await mustGetPrompt(ctx, { threadId: id, promptMessageId: upToAndIncludingMessageId });
    const { rows, ...page } = await listByTurn(ctx, {
      threadId: id,
      order,
      ...paginationOpts,
      ...(last === null ? {} : { lastOrder: last.order }),
      keeps: (row: MessageRow) =>
        (statuses === undefined || statuses.includes(row.status)) &&
        !(excludeToolMessages === true && !hasMoreThanTools(row)) &&
        (last === null || row.order < last.order || row.stepOrder <= last.stepOrder),
    });
    const docs = await toMessageDocs(ctx, rows);
    return { ...page, page: excludeToolMessages === true ? docs.map(withoutCalls) : docs };
  },
});

export const getMessagesByIds = query({
  args: { messageIds: v.array(v.string()) },
  returns: v.array(v.union(v.null(), vMessageDoc)),
  handler: async (ctx, { messageIds }) => {
    const rows = await Promise.all(messageIds.map((messageId) => findMessage(ctx, messageId)));
    return await Promise.all(rows.map(async (row) => (row === null ? null : ((await toMessageDocs(ctx, [row]))[0] ?? null))));
  },
});

/** The raw request and response of the model call that made a message; null when they were not kept. */
export const getRawCall = query({
  args: { messageId: v.string() },
  returns: v.union(v.null(), vRawCall),
  handler: async (ctx, { messageId }) => {
    const row = await findMessage(ctx, messageId);
    return row === null ? null : await readRawCall(ctx, row);
  },
});

/** Changes a message; a new content replaces the old one. */
export const updateMessage = mutation({
  args: {
    messageId: v.string(),
    patch: v.object({
      message: v.optional(vMessage),
      status: v.optional(vMessageStatus),
      error: v.optional(v.string()),
      model: v.optional(v.string()),
      provider: v.optional(v.string()),
      finishReason: v.optional(vFinishReason),
      fileIds: v.optional(v.array(v.string())),
    }),
  },
  returns: vMessageDoc,
  handler: async (ctx, { messageId, patch }) => {
    const row = await findMessage(ctx, messageId);
    if (row === null) fail({ code: "message_not_found", messageId, message: `There is no message with the id "${messageId}".` });
    return await updateMessageIn(ctx, row, { patch, nowMs: Date.now() });
  },
});

/** Deletes messages by id; returns those that were there. */
export const deleteByIds = mutation({
  args: { messageIds: v.array(v.string()) },
  returns: v.array(v.string()),
  handler: async (ctx, { messageIds }) => {
    const deleted: string[] = [];
    for (const messageId of messageIds) {
      const row = await findMessage(ctx, messageId);
      if (row === null) continue;
      await deleteMessage(ctx, row, Date.now());
      // Its answer, if it is still being made, has nothing to answer any more.
      const { threadId, order } = row;
      if (row.role === "user") await endStreamsOf(ctx, { threadId, startOrder: order, endOrder: order + 1, endStepOrder: 0 });
      deleted.push(messageId);
    }
    return deleted;
  },
});

/** Deletes a range, start inclusive, end exclusive; as much as one transaction takes. */
export const deleteByOrder = mutation({
  args: {
    threadId: v.string(),
    startOrder: v.number(),
    startStepOrder: v.optional(v.number()),
    endOrder: v.number(),
    endStepOrder: v.optional(v.number()),
  },
  returns: v.object({ isDone: v.boolean(), lastOrder: v.optional(v.number()), lastStepOrder: v.optional(v.number()) }),
  handler: async (ctx, { threadId, startOrder, startStepOrder = 0, endOrder, endStepOrder = 0 }) =>
    await deleteRange(ctx, { threadId: parseThreadId(ctx, threadId), startOrder, startStepOrder, endOrder, endStepOrder }, Date.now()),
});
