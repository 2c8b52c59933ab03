import { paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import {
  vFinishReason,
  vMessage,
  vMessageDoc,
  vMessageStatus,
  vMessageWithMetadata,
  vPaginationResult,
} from "../shared/validators/index.js";
import type { MutationCtx } from "./_generated/server.js";
import { mutation, query } from "./_generated/server.js";
import { deleteMessage, deleteRange } from "./model/deletion.js";
import { listByTurn } from "./model/listByTurn.js";
import { toMessageDoc, toRow } from "./model/messageDoc.js";
import { insertMessages, mustGetPrompt, newestRow, type Position } from "./model/saveMessages.js";
import { mustGetThread, parseThreadId } from "./model/threads.js";
import { fail } from "../shared/errors.js";
import type { Doc, Id } from "./_generated/dataModel.js";

/** Saves messages: in a new turn, or with `promptMessageId` in the turn of that message. */
export const addMessages = mutation({
  args: {
    threadId: v.string(),
    userId: v.optional(v.string()),
    promptMessageId: v.optional(v.string()),
    agentName: v.optional(v.string()),
    messages: v.array(vMessageWithMetadata),
  },
  returns: v.object({ messages: v.array(vMessageDoc) }),
  handler: async (ctx, { threadId, userId, promptMessageId, agentName, messages }) => {
    const thread = await mustGetThread(ctx, threadId);
    const next = await nextPosition(ctx, thread._id, promptMessageId);
    const input = { threadId: thread._id, userId: userId ?? thread.userId, agentName, messages };
    return { messages: await insertMessages(ctx, input, { next, keepTurn: promptMessageId !== undefined }) };
  },
});

async function nextPosition(ctx: MutationCtx, threadId: Id<"threads">, promptMessageId: string | undefined): Promise<Position> {
  if (promptMessageId === undefined) {
    const newest = await newestRow(ctx, threadId);
    return { order: newest === null ? 0 : newest.order + 1, stepOrder: 0 };
  }
  const { order, stepOrder } = await mustGetPrompt(ctx, { threadId, promptMessageId });
  const newest = await newestRow(ctx, threadId, order);
  return { order, stepOrder: (newest?.stepOrder ?? stepOrder) + 1 };
}

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
      keeps: (row: Doc<"messages">) =>
        (statuses === undefined || statuses.includes(row.status)) &&
        !(excludeToolMessages === true && row.tool) &&
        (last === null || row.order < last.order || row.stepOrder <= last.stepOrder),
    });
    return { ...page, page: rows.map(toMessageDoc) };
  },
});

export const getMessagesByIds = query({
  args: { messageIds: v.array(v.string()) },
  returns: v.array(v.union(v.null(), vMessageDoc)),
  handler: async (ctx, { messageIds }) =>
    await Promise.all(
      messageIds.map(async (messageId) => {
        const id = ctx.db.normalizeId("messages", messageId);
        const row = id === null ? null : await ctx.db.get(id);
        return row === null ? null : toMessageDoc(row);
      }),
    ),
});

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
    const row = await mustGetMessage(ctx, messageId);
    const { message, ...fields } = patch;
    const { threadId, userId, agentName, order, stepOrder } = row;
    const content = message === undefined ? {} : toRow({ message, status: fields.status ?? row.status }, { threadId, userId, agentName, order, stepOrder });
    const cleared = message === undefined ? {} : { text: undefined, parts: undefined, messageOptions: undefined };
    const change = { ...cleared, ...content, ...fields };
    await ctx.db.patch(row._id, change);
    return toMessageDoc({ ...row, ...change });
  },
});

async function mustGetMessage(ctx: MutationCtx, messageId: string): Promise<Doc<"messages">> {
  const id = ctx.db.normalizeId("messages", messageId);
  const row = id === null ? null : await ctx.db.get(id);
  if (row === null) fail({ code: "message_not_found", messageId, message: `There is no message with the id "${messageId}".` });
  return row;
}

/** Deletes messages by id; returns those that were there. */
export const deleteByIds = mutation({
  args: { messageIds: v.array(v.string()) },
  returns: v.array(v.string()),
  handler: async (ctx, { messageIds }) => {
    const deleted: string[] = [];
    for (const messageId of messageIds) {
      const id = ctx.db.normalizeId("messages", messageId);
      const row = id === null ? null : await ctx.db.get(id);
      if (row === null) continue;
      await deleteMessage(ctx, row);
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
    await deleteRange(ctx, { threadId: parseThreadId(ctx, threadId), startOrder, startStepOrder, endOrder, endStepOrder }),
});
